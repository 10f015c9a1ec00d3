package approval_test

import (
	"bytes"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// scan shows a request's next QR code and returns what a camera reads.
func (w *world) scan(q asked) keyturn.Bytes {
	w.t.Helper()
	if err := w.ShowQR(w.t.Context(), q.handle); err != nil {
		w.t.Fatal(err)
	}
	return w.status(q).Link.Secret
}

// carrying makes an answer carry a QR secret.
func carrying(secret keyturn.Bytes) func(*keyturn.Answer) {
	return func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryQR, secret.String() }
}

// A secret that was scanned stands for the number, and in a known browser too: both
// are aal2.
func TestQRSecret(t *testing.T) {
	one := start(t)
	for name, ask := range map[string]func(*world, *phone) asked{"new browser": (*world).ask, "known browser": (*world).askKnown} {
		t.Run(name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := ask(w, p)
			secret := w.scan(q)
			if stored := w.row(q.ID); bytes.Contains(stored.QR, secret) || len(stored.QR) != 32 {
				t.Errorf("stored: %x", []byte(stored.QR))
			}
			if state, err := w.send(p, q, carrying(secret)); state != approval.Approved || err != nil {
				t.Fatalf("%q, %v", state, err)
			}
			if r := w.row(q.ID); r.Way != policy.ByQR {
				t.Errorf("approved by %s", r.Way)
			}
		})
	}
}

// Whatever isn't the newest secret of this very request is a wrong number: it costs
// a try, and the third ends the request. A51, A83.
func TestA51WrongSecrets(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name   string
		secret func(w *world, p *phone, q asked) keyturn.Bytes
	}{
		{"of no code at all", func(*world, *phone, asked) keyturn.Bytes { return key32()[:16] }},
		{"zeros, and there is no code", func(*world, *phone, asked) keyturn.Bytes { return make(keyturn.Bytes, 16) }},
		{"guessed", func(w *world, _ *phone, q asked) keyturn.Bytes { w.scan(q); return key32()[:16] }},
		{"of the code before", func(w *world, _ *phone, q asked) keyturn.Bytes { old := w.scan(q); w.scan(q); return old }},
		{"of another request", func(w *world, p *phone, q asked) keyturn.Bytes { w.scan(q); return w.scan(w.ask(p)) }},
		{"the stored hash itself", func(w *world, _ *phone, q asked) keyturn.Bytes { w.scan(q); return w.row(q.ID).QR[:16] }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			secret := tt.secret(w, p, q)
			for _, left := range []int{2, 1, 0} {
				if _, err := w.send(p, q, carrying(secret)); !like(err, &approval.WrongNumber{Left: left}) {
					t.Fatalf("%v, want %d left", err, left)
				}
			}
			w.left(q.ID, approval.Failed, 3)
		})
	}
}

// A06: asking for a QR code or a challenge code takes nothing back: the number is
// wanted as before.
func TestA06RungsDontSkipTheNumber(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.scan(q)
	w.challenge(q)
	none := func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryNone, "" }
	if _, err := w.send(p, q, none); !like(err, approval.ErrRefused) {
		t.Errorf("without the number: %v", err)
	}
	w.left(q.ID, approval.Waiting, 0)
	if c, err := keyturn.ParseChallenge(w.shown(p, q.ID)); err != nil || c.Carry != keyturn.CarryNumber {
		t.Errorf("the phone is shown %q, %v", c.Carry, err)
	}
}

// Five codes for a request, and each leaves time to scan it, but never more than a
// request may have in all. A foreign cookie shows none.
func TestQRCodes(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.pass(100 * time.Second)
	seen := map[string]bool{}
	for range 7 {
		secret := w.scan(q)
		seen[secret.String()] = true
		if again := w.status(q).Link.Secret; !bytes.Equal(again, secret) {
			t.Error("a refresh shows another code")
		}
	}
	if len(seen) != 5 || w.told(q.ID, audit.QRMade) != 5 {
		t.Errorf("%d codes, %d on record", len(seen), w.told(q.ID, audit.QRMade))
	}
	if st := w.status(q); st.Left != 120*time.Second {
		t.Errorf("%v left", st.Left)
	}
	other := w.ask(p)
	if err := w.ShowQR(t.Context(), approval.Handle{Token: other.handle.Token, Request: q.ID}); !like(err, approval.ErrReplaced) {
		t.Errorf("another browser: %v", err)
	}
	for range 10 {
		w.pass(100 * time.Second)
		if _, err := w.Prolong(t.Context(), q.handle); err != nil {
			break
		}
	}
	if err := w.ShowQR(t.Context(), q.handle); !like(err, &approval.Gone{State: approval.Expired}) {
		t.Errorf("when time is over: %v", err)
	}
}

// What the phone got wrong is told to the waiting page, until the phone says more.
func TestWrongIsSeen(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	secret := w.scan(q)
	wrong := p.sign(t, w.answer(p, q))
	wrongPIN(&wrong)
	steps := []struct {
		does func()
		want string
	}{
		{func() { _, _ = w.post(p, q, wrong) }, approval.SeenPIN},
		{func() { _, _ = w.send(p, q, slip) }, approval.SeenNumber},
		{func() { _ = w.Seen(t.Context(), p.Device, q.ID, approval.SeenUnlocking) }, approval.SeenUnlocking},
		{func() { w.scan(q) }, ""},
		{func() { _, _ = w.send(p, q, carrying(secret)) }, approval.SeenCode},
	}
	for _, s := range steps {
		s.does()
		if seen := w.status(q).Seen; seen != s.want {
			t.Errorf("%q is seen, want %q", seen, s.want)
		}
	}
}
