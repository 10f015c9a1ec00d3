package portal

import (
	"context"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/page"
)

// A phone is a device as the person sees it.
type phone struct {
	ID    string
	Name  string
	State page.Sentence
	Tone  string // "ok", "warn" or "bad"
	How   page.Sentence
	Added time.Time
	Used  time.Time // zero: not yet
	Until time.Time // first 24 hours after a recovery; zero: none, or over
	Gone  time.Time // named as lost: when it's removed; zero otherwise
	Live  bool      // can approve, and be moved

	Notified notified
}

// phones are those that an account has, newest first.
func (p *Portal) phones(ctx context.Context, account string) (list []phone, err error) {
	all, err := p.Devices.Devices(ctx, account)
	for _, d := range all {
		if d.State != device.Removed {
			list = append(list, p.seen(d))
		}
	}
	return list, err
}

func (p *Portal) seen(d device.Device) phone {
	s := phone{Notified: notifiedOf(d), ID: d.ID, Name: d.Name, State: page.Say("phones.active"), Tone: "ok", Added: d.Added, Used: d.Used,
		How: page.Say("phones.unlock.pin"), Live: d.State == device.Active}
	if d.State == device.Active && d.OnProbation(p.Now()) {
		s.Until = d.Probation
	}
	if d.State != device.Removed {
		s.Gone = d.Leaves
	}
	if d.Unlock == keyturn.UnlockPlatform {
		s.How = page.Say("phones.unlock.platform")
	}
	if days := idle(d, p.Now()); s.Live && days >= idleDays {
		s.State, s.Tone = page.Say("phones.quiet", "count", days), "warn"
	}
	switch d.State {
	case device.PINLocked:
		s.State, s.Tone = page.Say("phones.locked"), "bad"
	case device.Suspended:
		s.State, s.Tone = page.Say("phones.paused", "reason", page.Say(pausedBy(d.Reason))), "warn"
	}
	return s
}

// idleDays is from when on a phone is marked as one that may be forgotten.
const idleDays = 30

// idle counts the days since a phone was used, or added.
func idle(d device.Device, now time.Time) int {
	last := d.Used
	if last.IsZero() {
		last = d.Added
	}
	return int(now.Sub(last).Hours() / 24)
}

func pausedBy(reason string) string {
	switch reason {
	case device.ReasonClone:
		return "phones.paused.clone"
	case device.ReasonLost:
		return "phones.paused.lost"
	}
	return "phones.paused.admin"
}

// ownPhone finds one of the account's phones by the id that a form names.
func (p *Portal) ownPhone(r *http.Request, s door.Session, id string) (found phone, others int, err error) {
	all, err := p.Devices.Devices(r.Context(), s.Account)
	if err != nil {
		return phone{}, 0, err
	}
	for _, d := range all {
		switch {
		case d.State == device.Removed:
		case d.ID == id:
			found = p.seen(d)
		case d.State == device.Active:
			others++
		}
	}
	if found.ID == "" {
		return phone{}, 0, device.ErrUnknown
	}
	return found, others, nil
}
