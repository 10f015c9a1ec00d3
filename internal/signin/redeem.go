package signin

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// postRedeem goes on after the phone's approval: once, in time, and only in the
// browser that began, A21 A22.
func (in *SignIn) postRedeem(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := in.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	if st.Action == keyturn.SignIn {
		return in.redeemSignIn(w, r, h, st.Visit)
	}
	s, err := in.Enter(r)
	if err != nil {
		return err
	}
	return in.redeemChange(w, r, h, s)
}

// redeemSignIn signs the browser in. Session and known browser have new values
// afterwards: one that was planted before is worth nothing, A20 A85.
func (in *SignIn) redeemSignIn(w http.ResponseWriter, r *http.Request, h approval.Handle, visit string) error {
	grant, cookies := in.Sessions.Draft(in.Token(r, page.SignedIn), in.Token(r, page.KnownBrowser),
		page.Browser(r.UserAgent()), page.Addr(r))
	_, _, err := in.Approvals.Redeem(r.Context(), h, grant)
	var gone *approval.Gone
	switch {
	case errors.As(err, &gone) && gone.State == approval.Redeemed: // the form was sent twice
		return door.See(w, r, door.Onward(visit))
	case errors.As(err, &gone):
		return door.See(w, r, "/sign-in/wait")
	case err != nil:
		return err
	}
	in.Keep(w, page.SignedIn, cookies.Session, in.Limits.SessionMost)
	in.Keep(w, page.KnownBrowser, cookies.Browser, in.Limits.Browser)
	in.Page.ClearCookie(w, page.Pending)
	return door.See(w, r, door.Onward(visit))
}

// redeemChange uses an approval for the change that it was given for. If the
// server went down between the two, sending the form again makes the change.
func (in *SignIn) redeemChange(w http.ResponseWriter, r *http.Request, h approval.Handle, s door.Session) error {
	req, _, err := in.Approvals.Redeem(r.Context(), h, policy.Grant{})
	var gone *approval.Gone
	if errors.As(err, &gone) {
		if gone.State != approval.Redeemed {
			return door.See(w, r, "/sign-in/wait")
		}
		st, err := in.Approvals.Standing(r.Context(), h)
		if err != nil {
			return err
		}
		req = st.Request
	} else if err != nil {
		return err
	}
	if req.Action == keyturn.RecoveryCodes { // the page that shows them asks for the approval once more
		return door.See(w, r, after(req))
	}
	in.Page.ClearCookie(w, page.Pending)
	return in.change(w, r, s, req)
}
