package portal

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

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

func (p *Portal) getPhones(w http.ResponseWriter, r *http.Request, s door.Session) error {
	return p.showPhones(w, r, s, http.StatusOK, page.Sentence{})
}

func (p *Portal) showPhones(
	w http.ResponseWriter, r *http.Request, s door.Session, status int, problem page.Sentence,
) error {
	all, err := p.Devices.Devices(r.Context(), s.Account)
	if err != nil {
		return err
	}
	l := phonesPage{Frame: s.Frame(), Max: p.Limits.Phones, Problem: problem,
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
	if l.Held = s.Who.Held; !l.Held && s.Who.Quiet.After(p.Now()) {
		l.Quiet = s.Who.Quiet
	}
	return p.Page.Render(w, r, status, "portal/phones", l)
}

// postAdd asks a phone whether another one may be added.
func (p *Portal) postAdd(w http.ResponseWriter, r *http.Request, s door.Session) error {
	if p.Limits.Phones == 1 { // Add is Move, spec §6.1
		return door.See(w, r, "/phones/move")
	}
	return p.askChange(w, r, s, keyturn.AddPhone, phone{})
}

// getRemove asks before anything is asked of a phone.
func (p *Portal) getRemove(w http.ResponseWriter, r *http.Request, s door.Session) error {
	found, others, err := p.ownPhone(r, s, r.URL.Query().Get("device"))
	if err != nil {
		return err
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/remove", removePage{s.Frame(), found, others == 0})
}

// postRemove asks a phone whether one may be removed. The request keeps the id;
// what is approved is what is removed, A88.
func (p *Portal) postRemove(w http.ResponseWriter, r *http.Request, s door.Session) error {
	found, _, err := p.ownPhone(r, s, r.PostForm.Get("device"))
	if err != nil {
		return err
	}
	return p.askChange(w, r, s, keyturn.RemovePhone, found)
}

func (p *Portal) askChange(
	w http.ResponseWriter, r *http.Request, s door.Session, action keyturn.Action, target phone,
) error {
	ask := p.Attempt(r, s.Who, action)
	ask.Session, ask.Target = s.ID, target.ID
	if target.ID != "" {
		ask.Message = keyturn.PhoneMessage(target.Added, target.Name)
	}
	err := p.Ask(w, r, ask, "/sign-in/wait")
	if errors.Is(err, approval.ErrFull) {
		return p.showPhones(w, r, s, http.StatusTooManyRequests, page.Say("signin.full"))
	}
	return err
}

// postRename gives a phone the name that the person typed.
func (p *Portal) postRename(w http.ResponseWriter, r *http.Request, s door.Session) error {
	err := p.Devices.Rename(r.Context(), s.Account, r.PostForm.Get("device"), strings.TrimSpace(r.PostForm.Get("name")))
	if errors.Is(err, keyturn.ErrPhoneName) {
		return p.showPhones(w, r, s, http.StatusUnprocessableEntity, page.Say("phones.name.bad"))
	}
	if err != nil {
		return err
	}
	return door.See(w, r, "/phones?renamed="+url.QueryEscape(r.PostForm.Get("device")))
}
