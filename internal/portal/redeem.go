package portal

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// postRedeem goes on after the phone's approval: once, in time, and only in the
// browser that began, A21 A22.
func (p *Portal) postRedeem(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := p.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	if st.Action == keyturn.SignIn {
		return p.redeemSignIn(w, r, h)
	}
	s, err := p.Sessions.Session(r.Context(), p.token(r, page.SignedIn))
	if err != nil {
		return err
	}
	if s.Late {
		return session.ErrNone
	}
	return p.redeemChange(w, r, h, s)
}

// redeemSignIn signs the browser in. Session and known browser have new values
// afterwards: one that was planted before is worth nothing, A20 A85.
func (p *Portal) redeemSignIn(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	grant, cookies := p.Sessions.Draft(p.token(r, page.SignedIn), p.token(r, page.KnownBrowser),
		page.Browser(r.UserAgent()), page.Addr(r))
	_, _, err := p.Approvals.Redeem(r.Context(), h, grant)
	var gone *approval.Gone
	switch {
	case errors.As(err, &gone) && gone.State == approval.Redeemed: // the form was sent twice
		return see(w, r, "/")
	case errors.As(err, &gone):
		return see(w, r, "/sign-in/wait")
	case err != nil:
		return err
	}
	p.keep(w, page.SignedIn, cookies.Session, p.Limits.SessionMost)
	p.keep(w, page.KnownBrowser, cookies.Browser, p.Limits.Browser)
	p.Page.ClearCookie(w, page.Pending)
	return see(w, r, "/")
}

// redeemChange uses an approval for the change that it was given for. If the
// server went down between the two, sending the form again makes the change.
func (p *Portal) redeemChange(w http.ResponseWriter, r *http.Request, h approval.Handle, s session.Session) error {
	req, _, err := p.Approvals.Redeem(r.Context(), h, policy.Grant{})
	var gone *approval.Gone
	if errors.As(err, &gone) {
		if gone.State != approval.Redeemed {
			return see(w, r, "/sign-in/wait")
		}
		st, err := p.Approvals.Standing(r.Context(), h)
		if err != nil {
			return err
		}
		req = st.Request
	} else if err != nil {
		return err
	}
	if req.Action == keyturn.RecoveryCodes { // the page that shows them asks for the approval once more
		return see(w, r, after(req.Action))
	}
	p.Page.ClearCookie(w, page.Pending)
	return p.change(w, r, s, req)
}

// change makes the change of phones that a request was approved for, in the
// session that asked for it; the services refuse any other, A25 A88.
func (p *Portal) change(w http.ResponseWriter, r *http.Request, s session.Session, req approval.Request) error {
	if req.Action == keyturn.AddPhone || req.Action == keyturn.MovePhone {
		by := activation.By{Account: s.Account, Session: s.ID, Purpose: activation.Add, Approval: req.ID}
		if req.Action == keyturn.MovePhone {
			by.Purpose, by.Old = activation.Move, req.Target
		}
		return p.begin(w, r, by)
	}
	if req.Action == keyturn.ChangePassword { // which is used by the form that it opens
		return see(w, r, "/password")
	}
	d, err := p.Devices.RemoveApproved(r.Context(), req.ID, s.ID)
	if errors.Is(err, device.ErrUnknown) { // done already, by the same form
		return see(w, r, "/phones")
	}
	if err != nil {
		return err
	}
	return see(w, r, "/phones?removed="+d.ID)
}

// begin makes an activation code in this browser.
func (p *Portal) begin(w http.ResponseWriter, r *http.Request, by activation.By) error {
	by.IP = page.Addr(r)
	by.Browser, by.Place = page.Browser(r.UserAgent()), p.place(r)
	if _, err := p.Activations.Begin(r.Context(), by); err != nil {
		return err
	}
	return see(w, r, "/phones/activation")
}
