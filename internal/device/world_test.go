package device_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
	"keyturn/internal/policy"
	"keyturn/internal/seal"
	"keyturn/internal/store"
)

const (
	origin = "https://id.example.org"
	host   = "id.example.org"
)

// A world is a service on a real database, with a clock that a test moves.
type world struct {
	*device.Service
	t     *testing.T
	db    *store.DB
	box   *devicetest.Box
	clock atomic.Int64 // Unix seconds
	keys  []keyturn.Bytes
}

func start(t *testing.T) *world {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite::memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	inner, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, box: &devicetest.Box{Box: inner}, keys: []keyturn.Bytes{key32(), key32()}}
	w.clock.Store(1893456000)
	w.Service = &device.Service{
		Origin: origin, Host: host, Store: db, Changes: db, Tries: db, Seal: w.box, Limits: policy.Defaults(),
		NonceKeys: func() []keyturn.Bytes { return w.keys },
		Now:       func() time.Time { return time.Unix(w.clock.Load(), 0) },
	}
	return w
}

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.clock.Add(int64(d / time.Second)) }

// A phone is one device with what the person and its storage have.
type phone struct {
	device.Device
	key  *ecdsa.PrivateKey
	kk   keyturn.Bytes
	auth *devicetest.Authenticator // platform mode
}

// phone makes an active device of a new account. With beside it is a further
// device of that phone.
func (w *world) phone(unlock keyturn.Unlock, beside *phone) *phone {
	w.t.Helper()
	p := &phone{kk: key32()}
	var err error
	if p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		w.t.Fatal(err)
	}
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		w.t.Fatal(err)
	}
	d := device.Device{
		ID: keyturn.NewID(keyturn.DeviceID), Account: w.account(), Phone: keyturn.NewID(keyturn.PhoneID), Name: "Pixel 9",
		Platform: keyturn.Android, Unlock: unlock, State: device.New, Key: point, Epoch: 1,
	}
	via := ""
	if beside != nil {
		d.Phone, via = beside.Phone, beside.ID
	}
	w.activate(p, d, via)
	return p
}

// account adds an active account and returns its id.
func (w *world) account() string {
	w.t.Helper()
	id := keyturn.NewID(keyturn.AccountID)
	a := account.Account{ID: id, Name: id, State: account.Active, First: true, Added: w.Now(), Password: "x"}
	if err := w.db.AddAccount(w.t.Context(), a, id, w.event(id)); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) event(account string) audit.Event {
	return audit.Event{Kind: "test", At: w.Now(), Account: account}
}

// activate takes a device through the store's steps.
func (w *world) activate(p *phone, d device.Device, via string) {
	w.t.Helper()
	ctx, ev := w.t.Context(), w.event(d.Account)
	a := activation.Activation{
		ID: keyturn.NewID(keyturn.ActivationID), Account: d.Account, Session: keyturn.NewID(keyturn.SessionID),
		Purpose: activation.First, State: activation.Waiting, Made: w.Now(), Expires: w.Now().Add(time.Minute),
		CodeHash: key32(), Code: key32(),
	}
	err := w.db.BeginActivation(ctx, activation.Begun{Activation: a, Oldest: w.Now()}, ev)
	a.Device, a.PhoneName, a.Platform, a.Unlock, a.Via, a.ViaEpoch = d.ID, d.Name, d.Platform, d.Unlock, via, 1
	a.DeviceKey, a.AgreeKey, a.Commit, a.Text, a.Private, a.ServerKey, a.Nonce = d.Key, d.Key, key32(), key32(), key32(), d.Key, key32()
	a.State, a.Redeemed = activation.Redeemed, w.Now()
	err = errors.Join(err, w.db.RedeemActivation(ctx, a, d, ev))
	d, sealing := w.SealKeys(d, key32(), p.kk)
	var credential *device.Credential
	if d.Unlock == keyturn.UnlockPlatform && via == "" {
		p.auth = devicetest.New(origin, host)
		c, registering := w.Register(p.auth.Register(a.Text), a.Text)
		credential, err = &c, errors.Join(err, registering)
	}
	a.State, a.PhoneNonce, a.Check, a.Finished = activation.Checking, key32(), key32(), w.Now()
	err = errors.Join(err, sealing, w.db.FinishActivation(ctx, a, d, credential, ev), w.db.Activate(ctx, a, 3, ev))
	if err != nil {
		w.t.Fatal(err)
	}
	p.Device = w.now(d.ID)
}

// now returns a device as it stands.
func (w *world) now(id string) device.Device {
	w.t.Helper()
	d, err := w.db.Device(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// left is what a phone and the state of a device have come to.
func (w *world) left(id string, state device.State, wrong int) {
	w.t.Helper()
	if d := w.now(id); d.State != state || d.WrongPINs != wrong {
		w.t.Errorf("device is %s after %d wrong PINs, want %s after %d", d.State, d.WrongPINs, state, wrong)
	}
}

// pin is what the phone makes of the right PIN, over text.
func (p *phone) pin(text string) keyturn.Proof {
	return keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(p.kk, text)}
}

// slip is what it makes of a wrong one: another key, as good as any.
func slip(text string) keyturn.Proof {
	return keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(key32(), text)}
}

// sign signs a call and returns its header.
func (p *phone) sign(t *testing.T, c keyturn.Call) string {
	t.Helper()
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	return keyturn.Authorization{Device: c.Device, Nonce: c.Nonce, Signature: signed(t, p.key, text)}.String()
}

func signed(t *testing.T, key *ecdsa.PrivateKey, text string) keyturn.Bytes {
	t.Helper()
	b, err := keyturn.Sign(key, text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func key32() keyturn.Bytes {
	b := make(keyturn.Bytes, 32)
	rand.Read(b) // never fails
	return b
}
