package portal_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// A62, A89 an alarm with the unlock holds the account whatever became of the phone that a
// recovery code set up: whoever has that phone could get it locked, paused as a copy, or
// removed, so that there is nothing left to pause. The old phone stays.
func TestA62AlarmAfterTheNewPhoneStopped(t *testing.T) {
	for _, tt := range []struct {
		how  string
		stop func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person, code string)
	}{
		{"active", func(*testing.T, *keyturntest.World, *keyturntest.Person, string) {}},
		{"locked", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person, _ string) {
			page := w.Browser().SignIn(ada)
			for range 5 {
				// Refused, and counted.
				_, _ = ada.Phone.Answer(t.Context(), ada.Phone.Waiting(), keyturn.Approve, page.Text("#number"), "wrong1")
			}
		}},
		{"removed by itself", func(t *testing.T, _ *keyturntest.World, ada *keyturntest.Person, _ string) {
			phone := ada.Phone
			if err := phone.Remove(t.Context(), phone.Accounts()[0].Device, phone.PIN); err != nil {
				t.Fatal(err)
			}
		}},
		{"lost to a further one", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person, code string) {
			setUpAgain(t, w, recovered(t, w, ada, code))
		}},
	} {
		t.Run(tt.how, func(t *testing.T) {
			clock := keyturntest.NewClock()
			w := keyturntest.Start(t, keyturntest.At(clock))
			ada := w.Person("ada")
			codes := ada.SetUpWithCodes(pin)
			old := ada.Phone
			lost := recovered(t, w, ada, codes[0])
			ada.Phone = setUpAgain(t, w, lost)
			thief := ada.SignedIn()
			tt.stop(t, w, ada, codes[1])
			alarmed := 0
			told, err := old.Notices(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range told {
				if n.Kind == "phone_added" && n.Pause {
					alarmed++
					if err := old.Alarm(t.Context(), n, pin); err != nil {
						t.Fatal(err)
					}
				}
			}
			if a, err := w.Accounts.Account(t.Context(), ada.ID); err != nil || alarmed == 0 || !a.Held {
				t.Errorf("%d alarms, held: %t, %v", alarmed, a.Held, err)
			}
			for name, b := range map[string]*keyturntest.Browser{"the new phone's": thief, "the recovery code's": lost.Browser} {
				if proven := b.Get("/").Attr("body", "data-proven"); proven != "" {
					t.Errorf("%s session goes on: %s", name, proven)
				}
			}
			clock.Move(25 * time.Hour)
			_ = w.Browser().SignIn(ada) // which writes down what has gone
			d, err := w.Store.Device(t.Context(), old.Accounts()[0].Device)
			if err != nil || d.State != device.Suspended {
				t.Errorf("the old phone is %s, %s, %v", d.State, d.Reason, err)
			}
		})
	}
}

// A62 whoever has the password and one recovery code has others too, and would come again
// when the half hour after an alarm is over. An alarm with the unlock ends the codes, and
// stops what came by them; one without it doesn't, nor one about a list that is gone.
func TestA62AlarmEndsTheCodes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		sets   bool // the thief has set up a phone by then
		pin    string
		status int // of another code
		held   bool
	}{
		{"before a phone came", false, pin, http.StatusForbidden, false},
		{"after a phone came", true, pin, http.StatusConflict, true},
		{"without the unlock", false, "", http.StatusOK, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := keyturntest.NewClock()
			w := keyturntest.Start(t, keyturntest.At(clock))
			ada := w.Person("ada")
			codes := ada.SetUpWithCodes(pin)
			lost := recovered(t, w, ada, codes[0])
			if tt.sets {
				setUpAgain(t, w, lost)
			}
			if err := ada.Phone.Alarm(t.Context(), usedCode(t, ada), tt.pin); err != nil {
				t.Fatal(err)
			}
			if proven := lost.Browser.Get("/").Attr("body", "data-proven"); proven != "" {
				t.Errorf("the thief's session goes on: %s", proven)
			}
			clock.Move(31 * time.Minute)
			b := w.Browser()
			b.SignIn(ada)
			again := b.Get("/sign-in/recovery").Submit("form#recovery", url.Values{"code": {codes[1]}})
			if again.Status != tt.status {
				t.Errorf("the thief comes again: %d at %s, want %d", again.Status, again.Path, tt.status)
			}
			if a, err := w.Accounts.Account(t.Context(), ada.ID); err != nil || a.Held != tt.held {
				t.Errorf("held: %t, %v, want %t", a.Held, err, tt.held)
			}
			if tt.held || tt.pin == "" {
				return
			}
			mine := ada.SignedIn()
			if home := mine.Get("/"); !strings.Contains(home.HTML, "0 recovery codes") {
				t.Errorf("the person isn't told:\n%s", home.HTML)
			}
			mine.Post("/recovery-codes/new", nil)
			if made := ada.Approve(mine).Submit("form#next", nil); !made.Has("#codes") {
				t.Errorf("the person makes no new ones: %d at %s", made.Status, made.Path)
			}
		})
	}
}

// A phone that itself came by a code isn't stopped by its own alarm, and a list that is
// newer than the use isn't ended.
func TestA62AlarmByThePhoneThatCame(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	codes := ada.SetUpWithCodes(pin)
	ada.Phone = setUpAgain(t, w, recovered(t, w, ada, codes[0]))
	recovered(t, w, ada, codes[1]) // somebody else
	theirs := usedCode(t, ada)
	if err := ada.Phone.Alarm(t.Context(), theirs, ada.Phone.PIN); err != nil {
		t.Fatal(err)
	}
	d, err := w.Store.Device(t.Context(), ada.Phone.Accounts()[0].Device)
	if err != nil || d.State != device.Active {
		t.Errorf("its own phone is %s, %v", d.State, err)
	}
	clock.Move(25 * time.Hour)
	mine := ada.SignedIn()
	mine.Post("/recovery-codes/new", nil)
	ada.Approve(mine).Submit("form#next", nil)
	for _, n := range must(ada.Phone.Notices(t.Context())) {
		if n.Number == theirs.Number || n.Kind == "recovery_used" && n.Pause {
			t.Errorf("an old use would end the new list: %+v", n)
		}
	}
	if err := ada.Phone.Alarm(t.Context(), theirs, ada.Phone.PIN); err != nil {
		t.Fatal(err)
	}
	if l, err := w.Accounts.RecoveryCodes(t.Context(), ada.ID); err != nil || l.Left != 8 {
		t.Errorf("%d codes are left, %v", l.Left, err)
	}
}

// usedCode is what a phone was told last of a recovery code.
func usedCode(t *testing.T, p *keyturntest.Person) phone.Notice {
	t.Helper()
	told, err := p.Phone.Notices(t.Context())
	i := slices.IndexFunc(told, func(n phone.Notice) bool { return n.Kind == "recovery_used" })
	if err != nil || i < 0 || !told[i].Pause {
		t.Fatalf("told %+v, %v", told, err)
	}
	return told[i]
}
