package approval_test

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
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/bus"
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

// A world is a service on a real database, with real devices, and with a clock
// that a test moves.
type world struct {
	*approval.Service
	t       testing.TB
	db      *ledger
	box     *devicetest.Box
	devices *device.Service
	clock   *atomic.Int64 // Unix seconds
}

func start(t testing.TB) *world { return startOn(t, "sqlite::memory:") }

func startOn(t testing.TB, url string) *world {
	t.Helper()
	db, err := store.Open(t.Context(), url)
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
	w := &world{t: t, db: &ledger{DB: db}, box: &devicetest.Box{Box: inner}, clock: new(atomic.Int64)}
	w.clock.Store(1893456000)
	now := func() time.Time { return time.Unix(w.clock.Load(), 0) }
	w.devices = &device.Service{
		Origin: origin, Host: host, Store: w.db, Tries: w.db, Seal: w.box, Limits: policy.Defaults(),
		NonceKeys: func() []keyturn.Bytes { return []keyturn.Bytes{make(keyturn.Bytes, 32)} }, Now: now,
	}
	w.Service = &approval.Service{
		Origin: origin, Store: w.db, Devices: w.devices, Seal: w.box, Bus: &bus.Local{},
		Number: policy.NewBrowser, Limits: policy.Defaults(), Now: now,
	}
	return w
}

// in is the same world for one row of a table, which works with an account of its
// own: making a database takes longer than most rows do.
func (w *world) in(t *testing.T) *world {
	row := *w
	row.t = t
	t.Cleanup(func() {
		w.db.at = nil
		w.box.Down.Store(false)
	})
	return &row
}

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.clock.Add(int64(d / time.Second)) }

// account adds an active account and returns its id.
func (w *world) account(name string) string {
	w.t.Helper()
	id := keyturn.NewID(keyturn.AccountID)
	a := account.Account{ID: id, Name: name, State: account.Active, First: true, Added: w.Now(), Password: "x"}
	if err := w.db.AddAccount(w.t.Context(), a, id, w.event(id)); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) event(account string) audit.Event {
	return audit.Event{Kind: "test", At: w.Now(), Account: account}
}

// A phone is one device with what its storage and the person have.
type phone struct {
	device.Device
	key  *ecdsa.PrivateKey
	kk   keyturn.Bytes
	auth *devicetest.Authenticator // platform mode
	next atomic.Int64              // counter of its answers
}

// ada is an account with one phone.
func (w *world) ada() *phone { return w.phone("Ada", keyturn.UnlockPIN) }

// phone makes the first phone of a new account.
func (w *world) phone(name string, unlock keyturn.Unlock) *phone {
	w.t.Helper()
	a := activation.Activation{Account: w.account(name), Session: keyturn.NewID(keyturn.SessionID), Purpose: activation.First}
	return w.activate(a, "Pixel 9", unlock)
}

// beside adds a phone to an account that has one, with its approval.
func (w *world) beside(p *phone) *phone {
	w.t.Helper()
	session := keyturn.NewID(keyturn.SessionID)
	at := w.attempt(p)
	at.Action, at.Session = keyturn.AddPhone, session
	q := w.begin(at)
	w.approve(p, q)
	if _, _, err := w.Redeem(w.t.Context(), q.handle, policy.Grant{}); err != nil {
		w.t.Fatal(err)
	}
	a := activation.Activation{Account: p.Account, Session: session, Purpose: activation.Add, Approval: q.ID}
	return w.activate(a, "Galaxy", keyturn.UnlockPIN)
}

// activate takes a new device through the store's steps.
func (w *world) activate(a activation.Activation, name string, unlock keyturn.Unlock) *phone {
	w.t.Helper()
	ctx, ev, p := w.t.Context(), w.event(a.Account), &phone{kk: key32()}
	var err error
	if p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		w.t.Fatal(err)
	}
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		w.t.Fatal(err)
	}
	a.ID, a.State, a.Made, a.Expires = keyturn.NewID(keyturn.ActivationID), activation.Waiting, w.Now(), w.Now().Add(time.Minute)
	a.CodeHash, a.Code = key32(), key32()
	err = w.db.BeginActivation(ctx, activation.Begun{Activation: a, Oldest: w.Now().Add(-time.Minute)}, ev)
	d := device.Device{
		ID: keyturn.NewID(keyturn.DeviceID), Account: a.Account, Phone: keyturn.NewID(keyturn.PhoneID), Name: name,
		Platform: keyturn.Android, Unlock: unlock, State: device.New, Key: point, Epoch: 1,
	}
	a.Device, a.PhoneName, a.Platform, a.Unlock = d.ID, d.Name, d.Platform, d.Unlock
	a.DeviceKey, a.AgreeKey, a.ServerKey, a.Private = point, point, point, key32()
	a.Commit, a.Text, a.Nonce, a.Redeemed, a.State = key32(), key32(), key32(), w.Now(), activation.Redeemed
	err = errors.Join(err, w.db.RedeemActivation(ctx, a, d, ev))
	d, sealing := w.devices.SealKeys(d, key32(), p.kk)
	credential, registering := w.register(p, unlock, a.Text)
	a.PhoneNonce, a.Check, a.Finished, a.State = key32(), key32(), w.Now(), activation.Checking
	err = errors.Join(err, sealing, registering, w.db.FinishActivation(ctx, a, d, credential, ev), w.db.Activate(ctx, a, 3, ev))
	if err != nil {
		w.t.Fatal(err)
	}
	p.Device = w.device(d.ID)
	return p
}

func (w *world) register(p *phone, unlock keyturn.Unlock, text keyturn.Bytes) (*device.Credential, error) {
	if unlock != keyturn.UnlockPlatform {
		return nil, nil
	}
	p.auth = devicetest.New(origin, host)
	c, err := w.devices.Register(p.auth.Register(text), text)
	return &c, err
}

// device returns a device as it stands.
func (w *world) device(id string) device.Device {
	w.t.Helper()
	d, err := w.db.Device(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func key32() keyturn.Bytes {
	b := make(keyturn.Bytes, 32)
	rand.Read(b) // never fails
	return b
}
