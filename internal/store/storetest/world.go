package storetest

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/store"
)

// now is the time of every test; what has to be over is moved, not waited for.
var now = time.Unix(1893456000, 0)

// A world is a test and the database that it fills.
type world struct {
	testing.TB
	db  *store.DB
	sql func(text string, args ...any)
}

// must fails the test if a step that prepares it fails.
func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// want fails the test unless err is the wanted one.
func (w *world) want(err, wanted error) {
	w.Helper()
	if !errors.Is(err, wanted) {
		w.Errorf("got error %v, want %v", err, wanted)
	}
}

// wantGone fails the test unless err is that of a request which ended so.
func (w *world) wantGone(err error, state approval.State) {
	w.Helper()
	var g *approval.Gone
	if !errors.As(err, &g) || g.State != state {
		w.Errorf("got error %v, want gone, %s", err, state)
	}
}

// wantEvents fails the test unless an id has so many events of a kind.
func (w *world) wantEvents(id string, kind audit.Kind, n int) {
	w.Helper()
	if got := len(w.events(id, kind)); got != n {
		w.Errorf("%d events %s about %s, want %d", got, kind, id, n)
	}
}

func (w *world) events(id string, kind audit.Kind) []audit.Event {
	w.Helper()
	all, err := w.db.About(w.Context(), id)
	w.must(err)
	return slices.DeleteFunc(all, func(e audit.Event) bool { return e.Kind != kind })
}

// random returns 32 bytes that nobody else has: a hash, a key, a sealed secret.
func random() keyturn.Bytes {
	b := make(keyturn.Bytes, 32)
	rand.Read(b) // never fails
	return b
}

// account adds an account.
func (w *world) account() string {
	w.Helper()
	id := keyturn.NewID(keyturn.AccountID)
	a := account.Account{ID: id, Name: "Ada " + id, State: account.Active, Password: "$argon2id$"}
	w.must(w.db.AddAccount(w.Context(), a, "ada "+id, audit.Event{Kind: audit.AccountAdded, At: now, Account: id}))
	return id
}

// session adds a session of an account; the cookie's hash is its name here.
func (w *world) session(of string) (id string, cookie keyturn.Bytes) {
	w.Helper()
	cookie = random()
	s := w.sessionOf(of)
	w.must(w.db.AddSession(w.Context(), s, cookie, nil, audit.Event{Kind: audit.SessionBegun, At: now, Account: of, Subject: s.ID}))
	return s.ID, cookie
}

// sessionOf is a session that isn't kept yet.
func (w *world) sessionOf(of string) session.Session {
	return session.Session{ID: keyturn.NewID(keyturn.SessionID), Account: of, Agent: "Firefox on Windows", IP: "192.0.2.1",
		Begun: now, Used: now, Ends: now.Add(12 * time.Hour),
		Proven: policy.Proven{Account: of, Way: policy.ByPassword, Password: true, Revision: 1, At: now}}
}

// code begins an activation of an account.
func (w *world) code(of string, spoil ...func(*activation.Begun)) activation.Activation {
	w.Helper()
	b := w.begun(of, spoil...)
	w.must(w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)))
	return b.Activation
}

func (w *world) begun(of string, spoil ...func(*activation.Begun)) activation.Begun {
	b := activation.Begun{Oldest: now.Add(-5 * time.Minute)}
	b.Activation = activation.Activation{ID: keyturn.NewID(keyturn.ActivationID), Account: of, Session: "ses_first",
		Purpose: activation.First, Made: now, Expires: now.Add(10 * time.Minute),
		Browser: "Firefox on Windows", IP: "192.0.2.1", Place: "Lyon, France", CodeHash: random(), Code: random()}
	for _, f := range spoil {
		f(&b)
	}
	return b
}

func (w *world) activation(id string, kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, At: now, Subject: id}
}

// redeemed returns what a phone brings that redeems an activation.
func redeemed(a activation.Activation, unlock keyturn.Unlock) (activation.Activation, device.Device) {
	d := device.Device{ID: keyturn.NewID(keyturn.DeviceID), Account: a.Account, Phone: keyturn.NewID(keyturn.PhoneID),
		Name: "Pixel 9", Platform: keyturn.Android, Unlock: unlock, Key: random(), Epoch: 1}
	a.Device, a.PhoneName, a.Platform, a.Unlock, a.DeviceKey = d.ID, d.Name, d.Platform, d.Unlock, d.Key
	a.AgreeKey, a.Commit, a.Text = random(), random(), random()
	a.Private, a.ServerKey, a.Nonce = random(), random(), random()
	a.Redeemed, a.Expires = now, now.Add(2*time.Minute)
	return a, d
}

func (w *world) redeem(a activation.Activation, d device.Device) {
	w.Helper()
	w.must(w.db.RedeemActivation(w.Context(), a, d, w.activation(a.ID, audit.ActivationRedeemed)))
}

func (w *world) finish(a activation.Activation, d device.Device, c *device.Credential) activation.Activation {
	w.Helper()
	a, d = finished(a, d)
	w.must(w.db.FinishActivation(w.Context(), a, d, c, w.activation(a.ID, audit.ActivationChecking)))
	return a
}

func finished(a activation.Activation, d device.Device) (activation.Activation, device.Device) {
	d.Kp, d.Kk = random(), random()
	a.PhoneNonce, a.Check, a.Finished, a.Expires = random(), random(), now, now.Add(10*time.Minute)
	return a, d
}

// most is how many phones an account may have here.
const most = 3

func (w *world) activate(a activation.Activation) error {
	return w.db.Activate(w.Context(), a, most, w.activation(a.ID, audit.ActivationDone))
}

// phone gives an account its first phone, with a PIN.
func (w *world) phone(of string) device.Device {
	w.Helper()
	a, d := redeemed(w.code(of), keyturn.UnlockPIN)
	return w.through(a, d)
}

// another gives an account one more phone, approved by a device; via is a device
// of another account on the same phone, or empty.
func (w *world) another(by device.Device, to string, via string) device.Device {
	w.Helper()
	var a activation.Activation
	if to == by.Account {
		a = w.code(to, w.approvedFor(by, keyturn.AddPhone, ""))
	} else {
		a = w.code(to)
	}
	a, d := redeemed(a, keyturn.UnlockPIN)
	a.Via, a.ViaEpoch = via, 1
	return w.through(a, d)
}

// through takes a redeemed activation to its good end.
func (w *world) through(a activation.Activation, d device.Device) device.Device {
	w.Helper()
	w.redeem(a, d)
	w.must(w.activate(w.finish(a, d, nil)))
	return w.device(d.ID)
}

// device reads a device.
func (w *world) device(id string) device.Device {
	w.Helper()
	d, err := w.db.Device(w.Context(), id)
	w.must(err)
	return d
}

// approvedFor makes an activation rest on an approval that a device gives.
func (w *world) approvedFor(by device.Device, action keyturn.Action, target string) func(*activation.Begun) {
	w.Helper()
	r := w.approved(by, action, target)
	return func(b *activation.Begun) {
		b.Purpose, b.Session, b.Approval, b.Old = activation.Add, r.Session, r.ID, target
		if action == keyturn.MovePhone {
			b.Purpose = activation.Move
		}
	}
}

// approved returns the redeemed approval of a security change, given by a device.
func (w *world) approved(by device.Device, action keyturn.Action, target string) approval.Request {
	w.Helper()
	r := w.ask(by.Account, func(r *approval.Request) {
		r.Action, r.Target, r.Session = action, target, keyturn.NewID(keyturn.SessionID)
	})
	w.decide(r, by, approval.Approved)
	r, err := w.db.Redeem(w.Context(), r.ID, r.Pending, policy.Grant{}, about(r, audit.RequestRedeemed))
	w.must(err)
	return r
}

// ask begins a request of an account.
func (w *world) ask(of string, spoil ...func(*approval.Request)) approval.Request {
	w.Helper()
	r := question(of, spoil...)
	w.must(w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun)))
	return r
}

func question(of string, spoil ...func(*approval.Request)) approval.Request {
	r := approval.Request{ID: keyturn.NewID(keyturn.RequestID), Account: of, Name: "Ada", App: "Portal",
		Action: keyturn.SignIn, Pending: random(), Browser: "Firefox on Windows", IP: "192.0.2.1", Place: "里昂",
		Carry: keyturn.CarryNumber, Number: random(), State: approval.Waiting,
		Made: now, Expires: now.Add(2 * time.Minute), Password: now, Revision: 1}
	for _, f := range spoil {
		f(&r)
	}
	return r
}

func about(r approval.Request, kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, At: now, Account: r.Account, Subject: r.ID}
}

func decision(r approval.Request, by device.Device, to approval.State) approval.Decision {
	d := approval.Decision{Request: r.ID, To: to, By: by.Name, Unlock: keyturn.UnlockNone,
		Answer: "keyturn/v1 answer\n", Signature: random(), Verdict: device.Verdict{Device: by.ID, Phone: by.Phone}}
	switch to {
	case approval.Approved:
		d.Way, d.Unlock, d.RedeemBy = policy.ByNumber, by.Unlock, now.Add(2*time.Minute)
	case approval.Reported:
		d.Quiet = now.Add(30 * time.Minute)
	}
	return d
}

func (w *world) decide(r approval.Request, by device.Device, to approval.State) {
	w.Helper()
	w.must(w.db.Decide(w.Context(), decision(r, by, to), about(r, audit.RequestApproved)))
}

// request reads a request.
func (w *world) request(id string) approval.Request {
	w.Helper()
	r, err := w.db.Request(w.Context(), id)
	w.must(err)
	return r
}

// wantRequest fails the test unless a request is in a state.
func (w *world) wantRequest(id string, state approval.State) {
	w.Helper()
	if r := w.request(id); r.State != state {
		w.Errorf("request is %s, want %s", r.State, state)
	}
}

// wantActivation fails the test unless an activation is in a state.
func (w *world) wantActivation(id string, state activation.State, cause string) activation.Activation {
	w.Helper()
	a, err := w.db.Activation(w.Context(), id)
	w.must(err)
	if a.State != state || a.Cause != cause {
		w.Errorf("activation is %s %q, want %s %q", a.State, a.Cause, state, cause)
	}
	return a
}

// wantDevice fails the test unless a device is in a state.
func (w *world) wantDevice(id string, state device.State, reason string) {
	w.Helper()
	if d := w.device(id); d.State != state || d.Reason != reason {
		w.Errorf("device is %s %q, want %s %q", d.State, d.Reason, state, reason)
	}
}
