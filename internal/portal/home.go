package portal

import (
	"errors"
	"net/http"

	"keyturn/internal/activation"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// homePage is everything that home.html shows.
type homePage struct {
	page.Frame
	How    page.Sentence // how the sign-in was proven
	Known  bool          // no number is asked in this browser
	Phones []phone
	Left   int  // recovery codes that can still be used
	Made   bool // there was ever a list of them
	Save   bool // this session can still make the list
	SetUp  bool // a set-up is under way in this session
}

// getHome is the sign-in form, or, in a session, the security home. The acr of
// the session stands in data-proven.
func (p *Portal) getHome(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Sessions.Session(r.Context(), p.Page.Cookie(r, page.SignedIn))
	if errors.Is(err, session.ErrNone) || s.Late {
		return p.getSignIn(w, r)
	}
	if err != nil {
		return err
	}
	h, err := p.home(r, s)
	if err != nil {
		return err
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/home", h)
}

func (p *Portal) home(r *http.Request, s session.Session) (h homePage, err error) {
	ctx := r.Context()
	if h.Frame, err = p.frame(r, s); err != nil {
		return h, err
	}
	h.Proven, h.How = s.Proven.ACR(), howProven(s.Proven)
	if h.Phones, err = p.phones(ctx, s.Account); err != nil {
		return h, err
	}
	if h.Known, err = p.Sessions.Known(ctx, s.Account, p.Page.Cookie(r, page.KnownBrowser)); err != nil {
		return h, err
	}
	if h.Left, h.Made, err = p.Accounts.RecoveryCodesLeft(ctx, s.Account); err != nil {
		return h, err
	}
	st, err := p.Activations.Status(ctx, s.ID)
	if errors.Is(err, activation.ErrUnknown) {
		return h, nil
	}
	h.Save = !h.Made && st.Purpose == activation.First && st.State == activation.Active
	screen := screenOf(st)
	h.SetUp = screen == "setup" || screen == "check"
	return h, err
}

// frame is what stands around every page of a session.
func (p *Portal) frame(r *http.Request, s session.Session) (page.Frame, error) {
	a, err := p.Accounts.Account(r.Context(), s.Account)
	return page.Frame{Account: a.Name, SignOut: true}, err
}

func howProven(p policy.Proven) page.Sentence {
	switch p.Way {
	case policy.ByNumber, policy.ByQR:
		return page.Say("security.proven.number")
	case policy.ByApproval:
		return page.Say("security.proven.known")
	}
	return page.Say("security.proven.password")
}
