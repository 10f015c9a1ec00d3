package portal

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/page"
)

// movePage is everything that move.html shows.
type movePage struct {
	page.Frame
	Old     phone  // that ends
	One     bool   // there may be only one phone: that is why an added one replaces it
	Running string // where a move is under way already; empty if none is
}

// getMove asks whether the old phone is still there, D10.
func (p *Portal) getMove(w http.ResponseWriter, r *http.Request, s door.Session) error {
	m, err := p.move(r, s, r.URL.Query().Get("device"))
	if err != nil {
		return err
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/move", m)
}

func (p *Portal) move(r *http.Request, s door.Session, id string) (m movePage, err error) {
	if m.Old, err = p.oldPhone(r, s, id); err != nil {
		return m, err
	}
	m.Frame, m.One = s.Frame(), p.Limits.Phones == 1
	m.Running, err = p.moving(r, s)
	return m, err
}

// oldPhone is the one that a form names, else the newest.
func (p *Portal) oldPhone(r *http.Request, s door.Session, id string) (phone, error) {
	if id != "" {
		found, _, err := p.ownPhone(r, s, id)
		return found, err
	}
	all, err := p.phones(r.Context(), s.Account)
	if err == nil && len(all) == 0 {
		err = device.ErrUnknown
	}
	if err != nil {
		return phone{}, err
	}
	return all[0], nil
}

// moving is where the session's move is under way: on the page of its request, or on
// that of its code.
func (p *Portal) moving(r *http.Request, s door.Session) (string, error) {
	st, err := p.Activations.Status(r.Context(), s.ID)
	if err != nil && !errors.Is(err, activation.ErrUnknown) {
		return "", err
	}
	if err == nil && st.Purpose == activation.Move && underWay(st) {
		return "/phones/activation", nil
	}
	asked, err := p.Approvals.Standing(r.Context(), p.Handle(r, ""))
	switch {
	case errors.Is(err, approval.ErrUnknown):
		return "", nil
	case err != nil:
		return "", err
	case asked.Action == keyturn.MovePhone && asked.Session == s.ID && (asked.State == approval.Waiting || asked.State == approval.Approved):
		return "/sign-in/wait", nil
	}
	return "", nil
}

// postMove asks the old phone. Without it a recovery code is needed, and with that the
// password: whoever finds a browser that is signed in, and the list beside it, has not
// proven it. The session stays until the code is right.
func (p *Portal) postMove(w http.ResponseWriter, r *http.Request, s door.Session) error {
	old, err := p.oldPhone(r, s, r.PostForm.Get("device"))
	if err != nil {
		return err
	}
	if r.PostForm.Get("have") != "no" {
		return p.askChange(w, r, s, keyturn.MovePhone, old)
	}
	return p.SignIn.Lost(w, r, s)
}
