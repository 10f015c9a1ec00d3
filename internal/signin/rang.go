package signin

import (
	"time"

	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// rang is what the waiting page says of the notification about its request.
type rang struct {
	Paused time.Time     // until then none is sent; zero: no pause
	Silent page.Sentence // which phones get none; empty: all get one
	Again  bool          // it may be sent again, now or in Wait
	Wait   time.Duration //
	Said   bool          // how long that is, is said
	Sent   bool          // it was just sent again
}

// Seconds until it may be sent again.
func (n rang) Seconds() int { return int((n.Wait + time.Second - 1) / time.Second) }

// rangOf reads how the phones were woken. Why notifications pause isn't told apart:
// the browser that asks may be the attacker's, and what its victim has reported is
// none of its business.
func rangOf(push policy.Push, pushes int, phones, silent []string) rang {
	n := rang{Paused: push.Paused, Wait: push.Wait}
	switch {
	case len(silent) == 0:
	case len(silent) < len(phones):
		n.Silent = page.Say("wait.nopush.some", "phones", silent)
	case len(phones) == 1:
		n.Silent = page.Say("wait.nopush")
	default:
		n.Silent = page.Say("wait.nopush.all")
	}
	n.Again = push.Left > 0 && push.Paused.IsZero() && len(silent) < len(phones)
	n.Said = n.Again && push.Wait > 0 && pushes != 1
	n.Sent = n.Said && pushes > 1
	return n
}
