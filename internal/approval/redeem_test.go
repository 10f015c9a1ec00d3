package approval_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// sessions draws grants and says what became of them.
func (w *world) sessions() *session.Service {
	return &session.Service{Store: w.db, Limits: w.Limits, Now: w.Now}
}

// redeem goes on as the portal does, in a browser that has no cookies yet.
func (w *world) redeem(q asked) (session.Cookies, policy.Proven, error) {
	w.t.Helper()
	g, cookies := w.sessions().Draft("", "", "Firefox on Windows", "192.0.2.7")
	_, proven, err := w.Redeem(w.t.Context(), q.handle, g)
	return cookies, proven, err
}

// opens reports whether a session cookie opens anything.
func (w *world) opens(c session.Cookies) bool {
	w.t.Helper()
	_, err := w.sessions().Session(w.t.Context(), c.Session)
	if err != nil && !errors.Is(err, session.ErrNone) {
		w.t.Error(err)
	}
	return err == nil
}

func TestRedeem(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		ask   func(*world, *phone) asked
		acr   policy.ACR
		known bool // the browser is known afterwards
	}{
		{"with a number", (*world).ask, "urn:keyturn:aal2", true},
		{"A28 in a known browser, nothing is carried and nothing is gained", (*world).askKnown, "urn:keyturn:aal2-known", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := tt.ask(w, p)
			w.pass(time.Second)
			w.approve(p, q)
			approved := w.Now()
			w.pass(time.Second)
			cookies, proven, err := w.redeem(q)
			if err != nil {
				t.Fatal(err)
			}
			if proven.Account != p.Account || proven.ACR() != tt.acr || proven.Device != p.ID ||
				proven.Unlock != keyturn.UnlockPIN || proven.Request != q.ID || !proven.At.Equal(approved) {
				t.Errorf("proven %+v", proven)
			}
			s, err := w.sessions().Session(t.Context(), cookies.Session)
			if err != nil || s.Proven.ACR() != tt.acr || s.Account != p.Account {
				t.Errorf("session %+v, %v", s, err)
			}
			known, err := w.sessions().Known(t.Context(), p.Account, cookies.Browser)
			if err != nil || known != tt.known {
				t.Errorf("known %t, %v", known, err)
			}
			if w.told(q.ID, audit.RequestRedeemed) != 1 {
				t.Error("it is not on record")
			}
		})
	}
}

// An approval of a security change signs nobody in, whatever the grant says.
func TestRedeemChange(t *testing.T) {
	w := start(t)
	p := w.ada()
	a := w.attempt(p)
	a.Action, a.Target, a.Message, a.Session = keyturn.RemovePhone, p.ID, p.Name, keyturn.NewID(keyturn.SessionID)
	q := w.begin(a)
	w.approve(p, q)
	cookies, _, err := w.redeem(q)
	if err != nil || w.opens(cookies) {
		t.Errorf("signed in %t, %v", w.opens(cookies), err)
	}
	if r := w.row(q.ID); r.State != approval.Redeemed || r.Target != p.ID || r.Used {
		t.Errorf("request %+v", r)
	}
}

// A22: in two tabs at the same moment, and fifty times more: one session.
func TestA22TwoTabs(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.approve(p, q)
	var wg sync.WaitGroup
	var in atomic.Int64
	for range 50 {
		wg.Go(func() {
			cookies, _, err := w.redeem(q)
			if !like(err, nil) && !like(err, &approval.Gone{State: approval.Redeemed}) {
				t.Error(err)
			}
			if opens := w.opens(cookies); opens != (err == nil) {
				t.Errorf("session %t after %v", opens, err)
			} else if opens {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 {
		t.Errorf("%d sessions, want 1", in.Load())
	}
}

// Between approval and redemption something happens; after it nobody gets in.
func TestA22A23NotRedeemed(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*world, *phone, asked) error
		want  error
		state approval.State
	}{
		{"A22 119 s pass", func(w *world, _ *phone, _ asked) error { w.pass(119 * time.Second); return nil }, nil, approval.Redeemed},
		{"A22 120 s pass", func(w *world, _ *phone, _ asked) error { w.pass(120 * time.Second); return nil },
			&approval.Gone{State: approval.Expired}, approval.Expired},
		{"A22 an hour passes", func(w *world, _ *phone, _ asked) error { w.pass(time.Hour); return nil },
			&approval.Gone{State: approval.Expired}, approval.Expired},
		{"A22 the approving device is removed", func(w *world, p *phone, _ asked) error {
			return w.devices.Remove(w.t.Context(), p.ID, device.ReasonOperator)
		}, &approval.Gone{State: approval.Cancelled}, approval.Cancelled},
		{"A22 the approving device is suspended", func(w *world, p *phone, _ asked) error {
			w.suspend(p)
			return nil
		}, &approval.Gone{State: approval.Cancelled}, approval.Cancelled},
		{"A23 the account is disabled", func(w *world, p *phone, _ asked) error {
			return w.db.SetAccountState(w.t.Context(), p.Account, account.Disabled, w.event(p.Account))
		}, &approval.Gone{State: approval.Cancelled}, approval.Cancelled},
		{"A23 the account is reset", func(w *world, p *phone, _ asked) error {
			return w.db.ResetAccount(w.t.Context(), p.Account, w.event(p.Account))
		}, &approval.Gone{State: approval.Cancelled}, approval.Cancelled},
		{"A22 it was redeemed", func(w *world, _ *phone, q asked) error {
			_, _, err := w.redeem(q)
			return err
		}, &approval.Gone{State: approval.Redeemed}, approval.Redeemed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			w.approve(p, q)
			if err := tt.spoil(w, p, q); err != nil {
				t.Fatal(err)
			}
			cookies, proven, err := w.redeem(q)
			if !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if (tt.want == nil) != w.opens(cookies) || (tt.want == nil) != (proven.Account != "") {
				t.Errorf("signed in %t, proven %+v", w.opens(cookies), proven)
			}
			if state := w.row(q.ID).State; state != tt.state {
				t.Errorf("request is %s, want %s", state, tt.state)
			}
		})
	}
}

// Only what was approved can be redeemed.
func TestRedeemOther(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*world, *phone, asked) error
		state approval.State
	}{
		{"waiting", func(*world, *phone, asked) error { return nil }, approval.Waiting},
		{"expired", func(w *world, _ *phone, _ asked) error { w.pass(2 * time.Minute); return nil }, approval.Expired},
		{"denied", func(w *world, p *phone, q asked) error { _, err := w.send(p, q, deny); return err }, approval.Denied},
		{"reported", func(w *world, p *phone, q asked) error { _, err := w.send(p, q, report); return err }, approval.Reported},
		{"cancelled", func(w *world, _ *phone, q asked) error { return w.Cancel(w.t.Context(), q.handle) }, approval.Cancelled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			if err := tt.spoil(w, p, q); err != nil {
				t.Fatal(err)
			}
			cookies, _, err := w.redeem(q)
			if !like(err, &approval.Gone{State: tt.state}) || w.opens(cookies) {
				t.Errorf("signed in %t, %v", w.opens(cookies), err)
			}
		})
	}
}

// A24: a cancelled step-up leaves the session where it was.
func TestA24CancelledStepUp(t *testing.T) {
	w := start(t)
	p := w.ada()
	first := w.askKnown(p)
	w.approve(p, first)
	cookies, _, err := w.redeem(first)
	if err != nil {
		t.Fatal(err)
	}
	a := w.attempt(p)
	a.Known, a.Demanded = true, true
	stepUp := w.begin(a)
	if stepUp.Carry != keyturn.CarryNumber {
		t.Error("the app's wish is not heard")
	}
	cancel(t, w, stepUp)
	s, err := w.sessions().Session(t.Context(), cookies.Session)
	if err != nil || s.Proven.ACR() != "urn:keyturn:aal2-known" {
		t.Errorf("acr %s, %v", s.Proven.ACR(), err)
	}
}
