package keyturntest_test

import (
	"testing"
	"time"

	"keyturn/internal/keyturntest"
)

// A69: a phone whose clock is a day before the server's, or a day behind it, is
// set up and approves. Its clock is this computer's; the server's is moved.
func TestA69PhoneClock(t *testing.T) {
	for name, off := range map[string]time.Duration{"a day behind": 24 * time.Hour, "a day ahead": -24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			clock := keyturntest.NewClock()
			clock.Move(time.Until(clock.Now()) * -1)
			clock.Move(off)
			w := keyturntest.Start(t, keyturntest.At(clock))
			ada := w.Person("ada")
			ada.SetUp(pin)
			if home := signIn(w.Browser(), ada); home.Attr("body", "data-account") != "ada" {
				t.Errorf("not signed in:\n%s", home.HTML)
			}
			if err := ada.Phone.Remove(t.Context(), ada.Phone.Accounts()[0].Device, pin); err != nil {
				t.Error(err)
			}
		})
	}
}
