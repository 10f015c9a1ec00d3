package approval_test

import (
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/token"
)

// An asker that repeats gets the request that it has asked, as it stands, whatever has
// changed since: no phone that could answer, a deadline that nobody has
// written down. One token asks one question.
func TestRepeats(t *testing.T) {
	w := start(t)
	p, ben := w.ada(), w.phone("Ben", keyturn.UnlockPIN)
	a := w.attempt(p)
	a.Repeats, a.Message = token.New(), "gate 4"
	first := w.begin(a)
	again := func(want approval.State) {
		t.Helper()
		r, h, err := w.Begin(t.Context(), a)
		if err != nil || r.ID != first.ID || h != first.handle || r.State != want {
			t.Errorf("asked again: %s %s, the same handle: %t, %v; want %s", r.ID, r.State, h == first.handle, err, want)
		}
	}
	again(approval.Waiting)
	w.suspend(p)
	again(approval.Waiting)
	w.pass(2 * time.Minute)
	again(approval.Expired)

	for name, spoil := range map[string]func(*approval.Attempt){
		"another account": func(o *approval.Attempt) { o.Account = ben.Account },
		"another app":     func(o *approval.Attempt) { o.App = "Wiki" },
		"another action":  func(o *approval.Attempt) { o.Action = keyturn.Confirm },
		"another message": func(o *approval.Attempt) { o.Message = "gate 5" },
		"another target":  func(o *approval.Attempt) { o.Target = "dev_1" },
		"another session": func(o *approval.Attempt) { o.Session = "ses_1" },
		"nothing carried": func(o *approval.Attempt) { o.Known = true },
	} {
		o := a
		spoil(&o)
		if _, _, err := w.Begin(t.Context(), o); !like(err, approval.ErrAskedOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a.Repeats = "packet 17"
	if _, _, err := w.Begin(t.Context(), a); !like(err, approval.ErrUnknown) {
		t.Errorf("a token that is none, and so everybody's: %v", err)
	}
}
