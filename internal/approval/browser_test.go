package approval_test

import (
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

// paths are what a browser can do with a request, besides making one.
var paths = map[string]func(w *world, h approval.Handle) error{
	"status": func(w *world, h approval.Handle) error {
		_, err := w.Status(w.t.Context(), h)
		return err
	},
	"wait": func(w *world, h approval.Handle) error {
		_, err := w.Wait(w.t.Context(), h, 0)
		return err
	},
	"prolong": func(w *world, h approval.Handle) error {
		_, err := w.Prolong(w.t.Context(), h)
		return err
	},
	"cancel": func(w *world, h approval.Handle) error { return w.Cancel(w.t.Context(), h) },
	"again": func(w *world, h approval.Handle) error {
		_, _, err := w.Again(w.t.Context(), h, approval.Attempt{})
		return err
	},
	"redeem": func(w *world, h approval.Handle) error {
		_, _, err := w.Redeem(w.t.Context(), h, policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: key32()})
		return err
	},
}

// A21, A68: whoever knows the id of a request and not its cookie gets what they get
// for no request at all, on every path, while it waits and when it is approved.
func TestA21OtherCookies(t *testing.T) {
	w := start(t)
	p := w.ada()
	waiting, approved := w.ask(p), w.ask(p)
	w.approve(p, approved)
	for path, try := range paths {
		for _, q := range []asked{waiting, approved} {
			for name, foreign := range map[string]token.Token{
				"none":              "",
				"a made up one":     token.New(),
				"A68 one cut":       q.handle.Token[:42],
				"A68 one extended":  q.handle.Token + "A",
				"A68 one padded":    q.handle.Token + "=",
				"A68 one in spaces": " " + q.handle.Token,
				"its hash":          token.Token(q.Pending.String()),
				"the id":            token.Token(q.ID),
			} {
				if err := try(w, approval.Handle{Token: foreign, Request: q.ID}); !like(err, approval.ErrUnknown) {
					t.Errorf("%s with %s: %v", path, name, err)
				}
			}
		}
		if err := try(w, approval.Handle{Token: waiting.handle.Token, Request: approved.ID}); !like(err, approval.ErrReplaced) {
			t.Errorf("%s with another request's cookie: %v", path, err)
		}
	}
	w.left(waiting.ID, approval.Waiting, 0)
	w.left(approved.ID, approval.Approved, 1)
}

// A86: who signs in again in the same browser has a newer request; every form and
// stream of the older tab is told so and changes nothing.
func TestA86OlderTab(t *testing.T) {
	w := start(t)
	p := w.ada()
	older := w.ask(p)
	a := w.attempt(p)
	a.Before = older.handle.Token
	newer := w.begin(a)
	for path, try := range paths {
		if err := try(w, approval.Handle{Token: newer.handle.Token, Request: older.ID}); !like(err, approval.ErrReplaced) {
			t.Errorf("%s: %v", path, err)
		}
	}
	w.left(older.ID, approval.Replaced, 0)
	w.left(newer.ID, approval.Waiting, 0)
	if w.told(older.ID, "request.replaced") != 1 || w.told(newer.ID, "request.replaced") != 0 {
		t.Error("the record tells something else")
	}
	if newer.handle.Token == older.handle.Token {
		t.Error("the token stays the same")
	}
	w.approve(p, newer)
}

// A84: whoever knows the password can't push out the person in a known browser.
func TestA84KnownBrowserStays(t *testing.T) {
	w := start(t)
	p := w.ada()
	person := w.askKnown(p)
	var theirs []asked
	for range 10 {
		theirs = append(theirs, w.ask(p))
	}
	w.left(person.ID, approval.Waiting, 0)
	waiting := 0
	for _, q := range theirs {
		if w.row(q.ID).State == approval.Waiting {
			waiting++
		}
	}
	if waiting != 2 {
		t.Errorf("%d strangers wait beside the person, want 2", waiting)
	}
	w.approve(p, person)
}

// A84: with three known browsers waiting there is no room for a stranger, and
// there is for a fourth known one.
func TestA84Full(t *testing.T) {
	w := start(t)
	p := w.ada()
	first := w.askKnown(p)
	w.askKnown(p)
	w.askKnown(p)
	if _, _, err := w.Begin(t.Context(), w.attempt(p)); !like(err, approval.ErrFull) {
		t.Errorf("a stranger: %v", err)
	}
	w.left(first.ID, approval.Waiting, 0)
	w.askKnown(p)
	w.left(first.ID, approval.Replaced, 0)
}

// A24, A28: the need of a number belongs to the request, and a browser that is
// known for one account is a stranger to the next.
func TestA28OtherAccount(t *testing.T) {
	w := start(t)
	ada, ben := w.ada(), w.phone("Ben", keyturn.UnlockPIN)
	q := w.ask(ada)
	w.approve(ada, q)
	cookies, _, err := w.redeem(q)
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[*phone]keyturn.Carry{ada: keyturn.CarryNone, ben: keyturn.CarryNumber} {
		a := w.attempt(p)
		if a.Known, err = w.sessions().Known(t.Context(), p.Account, cookies.Browser); err != nil {
			t.Fatal(err)
		}
		if q := w.begin(a); q.Carry != want {
			t.Errorf("%s carries %s, want %s", p.AccountName, q.Carry, want)
		}
	}
}

// A05, A15: what strangers write is shown in one line each, and the phone can read
// the challenge.
func TestA05Shown(t *testing.T) {
	w := start(t)
	p := w.ada()
	a := w.attempt(p)
	a.Name, a.App = "Ada\nkeyturn/v1", "Mail 🔑"
	a.Browser = "Fire\u202efox\r\non\u2028Win\u0085dows\u200b\x1b[31m"
	a.Place, a.IP = strings.Repeat("里", 200), "192.0.2.7\n\n"
	q := w.begin(a)
	c, err := keyturn.ParseChallenge(w.shown(p, q.ID))
	if err != nil {
		t.Fatal(err)
	}
	want := keyturn.Challenge{
		Origin: origin, Request: q.ID, Device: p.ID, Account: p.Account, Name: "Adakeyturn/v1", App: "Mail 🔑",
		Action: keyturn.SignIn, Browser: "FirefoxonWindows[31m", IP: "192.0.2.7", Place: strings.Repeat("里", 100),
		Created: w.Now().Unix(), Carry: keyturn.CarryNumber,
	}
	if c != want {
		t.Errorf("challenge %+v\nwant %+v", c, want)
	}
	w.approve(p, q)
}

// An app's own words are 64 characters at most.
func TestA15ConfirmMessage(t *testing.T) {
	w := start(t)
	p := w.ada()
	a := w.attempt(p)
	a.Action, a.Message = keyturn.Confirm, strings.Repeat("x", 65)
	if q := w.begin(a); len(q.Message) != 64 {
		t.Errorf("%d characters", len(q.Message))
	}
	a.Action, a.Message = keyturn.RemovePhone, strings.Repeat("x", 101)
	if q := w.begin(a); len(q.Message) != 100 {
		t.Errorf("%d characters of a phone's name", len(q.Message))
	}
}

// The text for one device and request never changes, whatever happens to the
// request, and differs from that of any other device.
func TestChallengeStays(t *testing.T) {
	w := start(t)
	one := w.ada()
	two := w.beside(one)
	q := w.ask(one)
	text := w.shown(one, q.ID)
	if _, err := w.send(one, q, slip); err == nil {
		t.Error("a wrong number is right")
	}
	w.pass(30 * time.Second)
	if _, err := w.Prolong(t.Context(), q.handle); err != nil {
		t.Error(err)
	}
	if w.shown(one, q.ID) != text {
		t.Error("it changed")
	}
	if w.shown(two, q.ID) == text {
		t.Error("two devices are shown one text")
	}
}

// Where nobody can answer, a sign-in waits for nothing but a recovery code, and a
// change isn't asked for. A32.
func TestNoPhone(t *testing.T) {
	w := start(t)
	p := w.ada()
	if err := w.devices.Remove(t.Context(), p.ID, "operator"); err != nil {
		t.Fatal(err)
	}
	r, h, err := w.Begin(t.Context(), w.attempt(p))
	if err != nil {
		t.Fatal(err)
	}
	if st, err := w.Status(t.Context(), h); err != nil || st.State != approval.Waiting || len(st.Phones) != 0 {
		t.Errorf("%s, put to %v, %v", st.State, st.Phones, err)
	}
	if st, err := w.Standing(t.Context(), h); err != nil || st.State != approval.Waiting || st.Answerable || st.Left <= 0 {
		t.Errorf("it stands at %+v, %v", st, err)
	}
	if ticket, err := w.Recoverable(t.Context(), h); err != nil || ticket.ID != r.ID {
		t.Errorf("no ticket for a recovery code: %v", err)
	}
	for _, action := range []keyturn.Action{keyturn.AddPhone, keyturn.RecoveryCodes, keyturn.Confirm} {
		change := w.attempt(p)
		change.Action, change.Session = action, "ses_1"
		if _, _, err := w.Begin(t.Context(), change); !like(err, approval.ErrNoPhone) {
			t.Errorf("%s: %v", action, err)
		}
	}
}

// A recovery code goes with a sign-in as long as its password counts: also after it
// ended, but not after the person, a report or a redemption ended it.
func TestRecoverable(t *testing.T) {
	w := start(t)
	p := w.ada()
	begin := func() approval.Handle {
		_, h, err := w.Begin(t.Context(), w.attempt(p))
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	want := func(name string, h approval.Handle, want error) {
		t.Helper()
		if _, err := w.Recoverable(t.Context(), h); !like(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	h := begin()
	want("waiting", h, nil)
	want("the older tab's", approval.Handle{Token: h.Token, Request: keyturn.NewID(keyturn.RequestID)}, approval.ErrReplaced)
	want("no token", approval.Handle{}, approval.ErrUnknown)
	w.pass(3 * time.Minute)
	want("expired", h, nil)
	w.pass(12 * time.Minute)
	want("its password is too old", h, approval.ErrTooLate)
	h = begin()
	if err := w.Cancel(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	want("cancelled", h, approval.ErrTooLate)
	change := w.attempt(p)
	change.Action, change.Session = keyturn.AddPhone, "ses_1"
	_, h, err := w.Begin(t.Context(), change)
	if err != nil {
		t.Fatal(err)
	}
	want("a change", approval.Handle{Token: h.Token}, approval.ErrTooLate)
}
