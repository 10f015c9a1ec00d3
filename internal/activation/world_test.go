package activation_test

import (
	"crypto/rand"
	"errors"
	"sync"
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

// A world is a service on a real database, with a clock that a test moves.
type world struct {
	*activation.Service
	t       *testing.T
	db      *store.DB
	devices *device.Service
	bus     *heard
	box     *devicetest.Box
	clock   atomic.Int64 // Unix seconds
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
	w := &world{t: t, db: db, bus: &heard{}, box: &devicetest.Box{Box: inner}}
	w.clock.Store(1893456000)
	now := func() time.Time { return time.Unix(w.clock.Load(), 0) }
	nonces := []keyturn.Bytes{random(32)}
	w.devices = &device.Service{
		Origin: origin, Host: host, Store: db, Tries: db, Seal: w.box, Limits: policy.Defaults(), Now: now,
		NonceKeys: func() []keyturn.Bytes { return nonces },
	}
	w.Service = &activation.Service{
		Origin: origin, Name: "Example Ltd", Store: db, Devices: w.devices, Seal: w.box, Bus: w.bus,
		Limits: policy.Defaults(), CheckCode: true, Unlocks: []keyturn.Unlock{keyturn.UnlockPIN, keyturn.UnlockPlatform},
		PIN: keyturn.PINRules{Min: 4, Max: 6}, Now: now,
	}
	return w
}

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.clock.Add(int64(d / time.Second)) }

// heard is a bus that remembers what was woken.
type heard struct {
	bus.Local
	mu  sync.Mutex
	ids []string
}

func (h *heard) Wake(id string) {
	h.mu.Lock()
	h.ids = append(h.ids, id)
	h.mu.Unlock()
	h.Local.Wake(id)
}

// take returns what was woken since the last time.
func (h *heard) take() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.ids
	h.ids = nil
	return all
}

// account adds an active account without a phone.
func (w *world) account(name string) string {
	w.t.Helper()
	a := account.Account{ID: keyturn.NewID(keyturn.AccountID), Name: name, State: account.Active, First: true, Added: w.Now(), Password: "x"}
	if err := w.db.AddAccount(w.t.Context(), a, name, w.event(a.ID)); err != nil {
		w.t.Fatal(err)
	}
	return a.ID
}

func (w *world) event(account string) audit.Event {
	return audit.Event{Kind: "test", At: w.Now(), Account: account}
}

// by is a new browser session of an account, without a phone.
func by(account string) activation.By {
	return activation.By{Account: account, Session: keyturn.NewID(keyturn.SessionID), Purpose: activation.First,
		Browser: "Firefox on Windows", IP: "192.0.2.7", Place: "Lyon, France"}
}

// code makes a code and reads it off the page.
func (w *world) code(b activation.By) keyturn.Code {
	w.t.Helper()
	if _, err := w.Begin(w.t.Context(), b); err != nil {
		w.t.Fatal(err)
	}
	return w.status(b).Code
}

func (w *world) status(b activation.By) activation.Status {
	w.t.Helper()
	st, err := w.Status(w.t.Context(), b.Session)
	if err != nil {
		w.t.Fatal(err)
	}
	return st
}

// left checks what a flow has left behind: the state of the activation and of the
// device that it made, if any.
func (w *world) left(b activation.By, state activation.State, cause string, d device.State) {
	w.t.Helper()
	st := w.status(b)
	if st.State != state || st.Cause != cause {
		w.t.Errorf("activation is %s (%s), want %s (%s)", st.State, st.Cause, state, cause)
	}
	if d != "" && w.device(st.Device).State != d {
		w.t.Errorf("its device is %s, want %s", w.device(st.Device).State, d)
	}
}

func (w *world) device(id string) device.Device {
	w.t.Helper()
	d, err := w.db.Device(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// refused checks that an error is the one that phones hear, and that the record
// has that cause under its reference.
func (w *world) refused(err error, code keyturn.Code, cause string) {
	w.t.Helper()
	var f *audit.Failure
	if !errors.As(err, &f) || !errors.Is(err, activation.ErrCode) || len(f.Reference) != 8 {
		w.t.Fatalf("got %v, want %v with a reference", err, activation.ErrCode)
	}
	a, err := w.db.ActivationWith(w.t.Context(), code.Hash())
	if err != nil && !errors.Is(err, activation.ErrUnknown) {
		w.t.Fatal(err)
	}
	events, err := w.db.About(w.t.Context(), f.Reference)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, ev := range events {
		if ev.Kind == audit.ActivationRefused && ev.Reference == f.Reference {
			if ev.Detail["cause"] != cause || ev.Subject != a.ID {
				w.t.Errorf("the record says %q of %q, want %q of %q", ev.Detail["cause"], ev.Subject, cause, a.ID)
			}
			return
		}
	}
	w.t.Errorf("nothing is recorded under %s", f.Reference)
}

// approve makes an approval of a change of phones by device d, redeemed by b's session.
func (w *world) approve(b activation.By, action keyturn.Action, target string, d device.Device) (request string) {
	w.t.Helper()
	ctx, cookie := w.t.Context(), random(32)
	r := approval.Request{ID: keyturn.NewID(keyturn.RequestID), Account: b.Account, Name: "ada", App: "Keyturn", Action: action,
		Target: target, Session: b.Session, Pending: cookie, Carry: keyturn.CarryNone, Made: w.Now(), Expires: w.Now().Add(time.Minute)}
	decision := approval.Decision{Request: r.ID, To: approval.Approved, By: d.Name, Way: policy.ByApproval, Unlock: d.Unlock,
		RedeemBy: w.Now().Add(time.Minute), Answer: "a", Signature: random(64), Verdict: device.Verdict{Device: d.ID, Phone: d.Phone}}
	_, err := w.db.Redeem(ctx, r.ID, cookie, policy.Grant{}, w.event(b.Account))
	if err == nil {
		w.t.Fatal("a request that isn't there was redeemed")
	}
	err = errors.Join(w.db.BeginRequest(ctx, r, nil, 3, w.event(b.Account)), w.db.Decide(ctx, decision, w.event(b.Account)))
	if err == nil {
		_, err = w.db.Redeem(ctx, r.ID, cookie, policy.Grant{}, w.event(b.Account))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

func random(n int) keyturn.Bytes {
	b := make(keyturn.Bytes, n)
	rand.Read(b) // never fails
	return b
}
