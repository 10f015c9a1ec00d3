package activation_test

import (
	"slices"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/activation"
)

func TestLook(t *testing.T) {
	w := start(t)
	code := w.code(by(w.account("ada")))
	w.pass(time.Minute)
	got, err := w.Look(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	made := keyturn.MadeIn{Browser: "Firefox on Windows", Place: "Lyon, France", Time: 1893456000}
	if got.Account.Name != "ada" || got.Service != "Example Ltd" || !got.CheckCode || got.Made != made ||
		got.PIN != (keyturn.PINRules{Min: 4, Max: 6}) || len(got.Unlock) != 2 || got.ExpiresIn != 19*60 {
		t.Errorf("got %+v", got)
	}
}

// Looking burns nothing, and adds to the life of a code once.
func TestA36LookingBurnsNothing(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	code := w.code(ada)
	w.bus.take()
	for i := range 20 {
		got, err := w.Look(t.Context(), code)
		if err != nil || got.ExpiresIn != 1200-i {
			t.Fatalf("look %d: %d s left, %v", i, got.ExpiresIn, err)
		}
		w.pass(time.Second)
	}
	st := w.status(ada)
	if st.State != activation.Waiting || st.Looked.IsZero() || st.Code != code {
		t.Errorf("after 20 looks: %+v", st)
	}
	if !slices.Contains(w.bus.take(), st.ID) {
		t.Error("the page isn't told that a phone has looked")
	}
	if _, err := w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(code)); err != nil {
		t.Errorf("then the code: %v", err)
	}
}

// Every look that fails sounds the same; the record has the truth.
func TestLookRefused(t *testing.T) {
	for _, tt := range []struct {
		cause string
		make  func(w *world, b activation.By) keyturn.Code
	}{
		{"unknown", func(*world, activation.By) keyturn.Code { return keyturn.NewCode() }},
		{"expired", func(w *world, b activation.By) keyturn.Code {
			code := w.code(b)
			w.pass(10 * time.Minute)
			return code
		}},
		{"used", func(w *world, b activation.By) keyturn.Code {
			p, _ := w.redeemed(b, keyturn.UnlockPIN)
			return p.sent.Code
		}},
		{"active", func(w *world, b activation.By) keyturn.Code { return w.active(b, keyturn.UnlockPIN).sent.Code }},
		{"cancelled", func(w *world, b activation.By) keyturn.Code {
			code := w.code(b)
			if err := w.Cancel(w.t.Context(), b.Session); err != nil {
				w.t.Fatal(err)
			}
			return code
		}},
		{"phones", func(w *world, b activation.By) keyturn.Code { return w.full(b) }},
	} {
		t.Run(tt.cause, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			code := tt.make(w, ada)
			_, err := w.Look(t.Context(), code)
			w.refused(err, code, tt.cause)
			_, err = w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(code))
			w.refused(err, code, tt.cause)
		})
	}
}

// full fills an account with phones and makes one code more.
func (w *world) full(b activation.By) keyturn.Code {
	w.t.Helper()
	d := w.device(w.active(b, keyturn.UnlockPIN).got.Device)
	for range 2 {
		add := by(b.Account)
		add.Purpose, add.Approval = activation.Add, w.approve(add, keyturn.AddPhone, "", d)
		w.active(add, keyturn.UnlockPIN)
	}
	more := by(b.Account)
	more.Purpose, more.Approval = activation.Add, w.approve(more, keyturn.AddPhone, "", d)
	return w.code(more)
}

// Nothing lives longer than promised, though nobody cleans up.
func TestA47Lives(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before time.Duration // until the code is looked at; 0: never
		after  time.Duration
		good   bool
	}{
		{"a code at its end", 0, 599 * time.Second, true},
		{"a code after its end", 0, 600 * time.Second, false},
		{"an extended code at its end", 500 * time.Second, 699 * time.Second, true},
		{"an extended code after its end", 500 * time.Second, 700 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			code := w.code(ada)
			if w.pass(tt.before); tt.before > 0 {
				if _, err := w.Look(t.Context(), code); err != nil {
					t.Fatal(err)
				}
			}
			w.pass(tt.after)
			_, err := w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(code))
			if tt.good {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			w.refused(err, code, "expired")
			w.left(ada, activation.Expired, activation.CauseTime, "")
		})
	}
}
