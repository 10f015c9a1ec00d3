package portal

import (
	"context"
	"errors"
	"net/http"
	"time"

	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// Notifications wake phones, or don't. Package device implements it.
type Notifications interface {
	TestPush(ctx context.Context, d device.Device) (taken bool, err error)
	SwitchPush(ctx context.Context, d device.Device, on bool) error
}

// notified is how a phone hears of what waits for it.
type notified struct {
	Say    page.Sentence // empty for a phone that can't answer
	Tone   string        // "ok" or "warn"
	Sent   time.Time     // when a notification last went out; zero: not yet
	On     bool          // a test can be sent, and they can be switched off
	Muted  bool          // the person has switched them off here, and can switch them on
	Device string
}

func notifiedOf(d device.Device) notified {
	n := notified{Device: d.ID, Tone: "warn", Muted: d.PushSwitchedOff}
	switch {
	case d.State != device.Active:
		return notified{}
	case d.Push == device.PushOK:
		n.Say, n.Tone, n.Sent, n.On = page.Say("phones.notify.on"), "ok", d.Pushed, true
	case d.Push == device.PushLost:
		n.Say = page.Say("phones.notify.lost")
	default:
		n.Say = page.Say("phones.notify.off")
	}
	return n
}

// postTest sends a phone one notification, and says whether it went out; whether it
// arrived, the person sees.
func (p *Portal) postTest(w http.ResponseWriter, r *http.Request, s door.Session) error {
	d, err := p.ownDevice(r, s, r.PostForm.Get("device"))
	if err != nil {
		return err
	}
	taken, err := p.Notifications.TestPush(r.Context(), d)
	var many *policy.TooMany
	switch {
	case errors.As(err, &many):
		return p.showPhones(w, r, s, http.StatusTooManyRequests, page.Say("phones.notify.wait", "count", int((many.Wait+time.Second-1)/time.Second)))
	case errors.Is(err, device.ErrPush):
		return p.showPhones(w, r, s, http.StatusConflict, page.Say("phones.notify.none"))
	case err != nil:
		return err
	case !taken:
		return p.showPhones(w, r, s, http.StatusServiceUnavailable, page.Say("phones.notify.busy"))
	}
	return door.See(w, r, "/phones?sent="+d.ID)
}

// postNotifications switches the notifications of a phone off, or on again. What
// waits is in the app all the same.
func (p *Portal) postNotifications(w http.ResponseWriter, r *http.Request, s door.Session) error {
	d, err := p.ownDevice(r, s, r.PostForm.Get("device"))
	if err != nil {
		return err
	}
	if err := p.Notifications.SwitchPush(r.Context(), d, r.PostForm.Get("on") == "yes"); err != nil {
		return err
	}
	return door.See(w, r, "/phones")
}

// ownDevice finds one of the account's phones by the id that a form names.
func (p *Portal) ownDevice(r *http.Request, s door.Session, id string) (device.Device, error) {
	all, err := p.Devices.Devices(r.Context(), s.Account)
	if err != nil {
		return device.Device{}, err
	}
	for _, d := range all {
		if d.ID == id && d.State != device.Removed {
			return d, nil
		}
	}
	return device.Device{}, device.ErrUnknown
}
