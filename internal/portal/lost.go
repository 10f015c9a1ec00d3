package portal

import (
	"errors"
	"net/http"

	"keyturn/internal/activation"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// lostPage is everything that lost.html shows.
type lostPage struct {
	page.Frame
	Left    int // recovery codes
	Phones  []phone
	Chosen  string // id of the phone that is gone, as far as one can guess
	Running bool   // the set-up has begun
	Problem page.Sentence
}

// getLost asks which phone is gone, after a recovery code has signed in: D7. The one
// used last is chosen beforehand.
func (p *Portal) getLost(w http.ResponseWriter, r *http.Request, s door.Session) error {
	return p.showLost(w, r, s, http.StatusOK, page.Sentence{})
}

func (p *Portal) showLost(
	w http.ResponseWriter, r *http.Request, s door.Session, status int, problem page.Sentence,
) (err error) {
	l := lostPage{Frame: s.Frame(), Problem: problem}
	l.Proven = string(s.Proven.ACR())
	codes, err := p.Accounts.RecoveryCodes(r.Context(), s.Account)
	if err != nil {
		return err
	}
	l.Left = codes.Left
	all, err := p.Devices.Devices(r.Context(), s.Account)
	if err != nil {
		return err
	}
	l.Phones, l.Chosen = p.whichLost(all)
	st, err := p.Activations.Status(r.Context(), s.ID)
	if err != nil && !errors.Is(err, activation.ErrUnknown) {
		return err
	}
	if st.State == activation.Active { // one phone, and no other: D8 says how things stand
		return door.See(w, r, "/")
	}
	l.Running = err == nil && underWay(st)
	return p.Page.Render(w, r, status, "portal/lost", l)
}

// whichLost are the phones that may be gone, and the one that most likely is.
func (p *Portal) whichLost(all []device.Device) (phones []phone, chosen string) {
	var last device.Device
	for _, d := range all {
		if d.State == device.Removed {
			continue
		}
		phones = append(phones, p.seen(d))
		if last.ID == "" || d.Used.After(last.Used) {
			last = d
		}
	}
	return phones, last.ID
}

// postLost begins the set-up of a phone in the place of the one that is gone.
func (p *Portal) postLost(w http.ResponseWriter, r *http.Request, s door.Session) error {
	by := activation.By{Account: s.Account, Session: s.ID, Purpose: activation.Recover, Old: r.PostForm.Get("device")}
	_, err := p.Activations.Begin(r.Context(), p.By(r, by))
	switch {
	case err == nil:
		return door.See(w, r, "/phones/activation")
	case errors.Is(err, activation.ErrLost):
		return p.showLost(w, r, s, http.StatusUnprocessableEntity, page.Say("lost.which"))
	case errors.Is(err, policy.ErrTooMany), errors.Is(err, activation.ErrPurpose):
		return p.showNoCode(w, r, s, err)
	}
	return err
}
