package portal

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// A phone is a device as the person sees it.
type phone struct {
	ID    string
	Name  string
	State page.Sentence
	Look  string // "ok", "warn" or "bad"
	How   page.Sentence
	Added time.Time
	Used  time.Time // zero: not yet
	Until time.Time // first 24 hours after a recovery; zero: none, or over
	Gone  time.Time // named as lost: when it's removed; zero otherwise
	Live  bool      // can approve, and be moved

	Notified notified
}

// phonesPage is everything that phones.html shows.
type phonesPage struct {
	page.Frame
	Phones  []phone
	Max     int
	Full    bool
	One     bool      // there may be only one phone: an added one replaces it
	Bound   bool      // a recovery code opened the session: nothing here can be changed
	Quiet   time.Time // until then nothing can be changed: a sign-in was reported; zero: it can
	Held    bool      // nor until the operator decides: an alarm was raised
	Removed string    // name of the phone that was just removed
	Renamed string    // name that one was just given
	Sent    bool      // a test is on its way
	Problem page.Sentence
}

// removePage is everything that remove.html shows.
type removePage struct {
	page.Frame
	Phone phone
	Last  bool // no other phone could approve
}

func (p *Portal) getPhones(w http.ResponseWriter, r *http.Request, s session.Session) error {
	return p.showPhones(w, r, s, http.StatusOK, page.Sentence{})
}

func (p *Portal) showPhones(w http.ResponseWriter, r *http.Request, s session.Session, status int, problem page.Sentence) error {
	a, err := p.Accounts.Account(r.Context(), s.Account)
	if err != nil {
		return err
	}
	all, err := p.Devices.Devices(r.Context(), s.Account)
	if err != nil {
		return err
	}
	l := phonesPage{Frame: page.Frame{Account: a.Name, SignOut: true}, Max: p.Limits.Phones, Problem: problem,
		One: p.Limits.Phones == 1, Bound: s.Proven.Way == policy.ByRecovery}
	count := 0
	for _, d := range all {
		if d.State != device.Removed {
			l.Phones = append(l.Phones, p.seen(d))
			l.Sent = l.Sent || d.ID == r.URL.Query().Get("sent")
			if d.ID == r.URL.Query().Get("renamed") {
				l.Renamed = d.Name
			}
			if d.Leaves.IsZero() {
				count++
			}
		} else if d.ID == r.URL.Query().Get("removed") {
			l.Removed = d.Name
		}
	}
	l.Full = count >= l.Max && !(l.One && count == 1)
	if l.Held = a.Held; !a.Held && a.Quiet.After(p.Now()) {
		l.Quiet = a.Quiet
	}
	return p.Page.Render(w, r, status, "portal/phones", l)
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
	s := phone{Notified: notifiedOf(d), ID: d.ID, Name: d.Name, State: page.Say("phones.active"), Look: "ok", Added: d.Added, Used: d.Used,
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
		s.State, s.Look = page.Say("phones.quiet", "count", days), "warn"
	}
	switch d.State {
	case device.PINLocked:
		s.State, s.Look = page.Say("phones.locked"), "bad"
	case device.Suspended:
		s.State, s.Look = page.Say("phones.paused", "reason", page.Say(pausedBy(d.Reason))), "warn"
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
func (p *Portal) ownPhone(r *http.Request, s session.Session, id string) (found phone, others int, err error) {
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

// postAdd asks a phone whether another one may be added.
func (p *Portal) postAdd(w http.ResponseWriter, r *http.Request, s session.Session) error {
	if p.Limits.Phones == 1 { // Add is Move, spec §6.1
		return see(w, r, "/phones/move")
	}
	return p.askChange(w, r, s, keyturn.AddPhone, phone{})
}

// getRemove asks before anything is asked of a phone.
func (p *Portal) getRemove(w http.ResponseWriter, r *http.Request, s session.Session) error {
	found, others, err := p.ownPhone(r, s, r.URL.Query().Get("device"))
	if err != nil {
		return err
	}
	frame, err := p.frame(r, s)
	if err != nil {
		return err
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/remove", removePage{frame, found, others == 0})
}

// postRemove asks a phone whether one may be removed. The request keeps the id;
// what is approved is what is removed, A88.
func (p *Portal) postRemove(w http.ResponseWriter, r *http.Request, s session.Session) error {
	found, _, err := p.ownPhone(r, s, r.PostForm.Get("device"))
	if err != nil {
		return err
	}
	return p.askChange(w, r, s, keyturn.RemovePhone, found)
}

func (p *Portal) askChange(w http.ResponseWriter, r *http.Request, s session.Session, action keyturn.Action, target phone) error {
	a, err := p.Accounts.Account(r.Context(), s.Account)
	if err != nil {
		return err
	}
	ask := p.attempt(r, a, action)
	ask.Session, ask.Target = s.ID, target.ID
	if target.ID != "" {
		ask.Message = keyturn.PhoneMessage(target.Added, target.Name)
	}
	err = p.ask(w, r, ask, "/sign-in/wait")
	if errors.Is(err, approval.ErrFull) {
		return p.showPhones(w, r, s, http.StatusTooManyRequests, page.Say("signin.full"))
	}
	return err
}

// postRename gives a phone the name that the person typed.
func (p *Portal) postRename(w http.ResponseWriter, r *http.Request, s session.Session) error {
	err := p.Devices.Rename(r.Context(), s.Account, r.PostForm.Get("device"), strings.TrimSpace(r.PostForm.Get("name")))
	if errors.Is(err, keyturn.ErrPhoneName) {
		return p.showPhones(w, r, s, http.StatusUnprocessableEntity, page.Say("phones.name.bad"))
	}
	if err != nil {
		return err
	}
	return see(w, r, "/phones?renamed="+url.QueryEscape(r.PostForm.Get("device")))
}
