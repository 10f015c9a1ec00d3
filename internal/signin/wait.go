package signin

import (
	"errors"
	"net/http"
	"net/url"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
)

// getWait shows how the browser's request stands, and changes nothing however
// often it is loaded, A27. With the id of another one than the cookie's it says
// that the person went on in another tab.
func (in *SignIn) getWait(w http.ResponseWriter, r *http.Request) error {
	st, err := in.Approvals.Status(r.Context(), in.Handle(r, r.URL.Query().Get("request")))
	if err != nil {
		return err
	}
	frame := page.Frame{Account: st.Name}
	switch {
	case unanswered(st.Standing):
		all, err := in.Devices.Devices(r.Context(), st.Account)
		if err != nil {
			return err
		}
		return in.Show(w, r, http.StatusOK, door.OutcomePage{Frame: frame, Outcome: unanswerable(all), Request: st.ID,
			Reference: keyturn.GroupedReference(st.Reference)})
	case st.State == approval.Waiting:
		return in.Page.Render(w, r, http.StatusOK, "signin/wait", in.waiting(r, frame, st))
	case st.State == approval.Approved, st.Unspent():
		return in.Page.Render(w, r, http.StatusOK, "signin/approved", approvedPage{frame, st.ID, approvedSentence(st.Action)})
	case st.State == approval.Redeemed:
		return door.See(w, r, after(st.Request))
	case st.State == approval.Cancelled && st.Action != keyturn.SignIn:
		return door.See(w, r, "/phones")
	}
	end := ended(st.Request, in.Limits)
	if end.Link == "/" {
		end.Link = door.Onward(st.Visit)
	}
	return in.Show(w, r, http.StatusOK, door.OutcomePage{Frame: frame, Outcome: end, Request: st.ID,
		Reference: keyturn.GroupedReference(st.Reference)})
}

// unanswered reports whether a sign-in waits that no phone can answer.
func unanswered(st approval.Standing) bool {
	return st.State == approval.Waiting && st.Action == keyturn.SignIn && !st.Answerable
}

// postProlong gives a waiting request more time, as far as it can have more, and says
// so if it got some.
func (in *SignIn) postProlong(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := in.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	ends, err := in.Approvals.Prolong(r.Context(), h)
	switch {
	case isGone(err):
		return door.See(w, r, rung(r))
	case err != nil:
		return err
	case ends.After(st.Expires):
		return door.See(w, r, rung(r)+"?longer")
	}
	return door.See(w, r, rung(r))
}

// rung is where a form of the ladder was sent from.
func rung(r *http.Request) string {
	switch r.PostForm.Get("way") {
	case "qr":
		return "/sign-in/qr"
	case "offline":
		return "/sign-in/offline"
	}
	return "/sign-in/wait"
}

// seeWait leads to the waiting page, which says how the request stands that the
// page before was about.
func seeWait(w http.ResponseWriter, r *http.Request) error {
	if id := r.URL.Query().Get("request"); id != "" {
		return door.See(w, r, "/sign-in/wait?request="+url.QueryEscape(id))
	}
	return door.See(w, r, "/sign-in/wait")
}

// postCancel ends a waiting request. One that has ended stays as it ended, and
// the waiting page says how.
func (in *SignIn) postCancel(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := in.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	if err := in.Approvals.Cancel(r.Context(), h); isGone(err) {
		return door.See(w, r, "/sign-in/wait")
	} else if err != nil {
		return err
	}
	if st.Action != keyturn.SignIn {
		return door.See(w, r, "/phones")
	}
	return door.See(w, r, door.Onward(st.Visit))
}

// postAgain makes a new request after one that ended, without the password for
// as long as that is allowed; else the person types it again.
func (in *SignIn) postAgain(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := in.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	known, err := in.Sessions.Known(r.Context(), st.Account, in.Token(r, page.KnownBrowser))
	if err != nil {
		return err
	}
	a, err := in.Accounts.Account(r.Context(), st.Account)
	if err != nil {
		return err
	}
	addr := page.Addr(r)
	_, next, err := in.Approvals.Again(r.Context(), h, approval.Attempt{
		Account: st.Account, Name: st.Name, App: st.App, Action: st.Action, Before: h.Token, Known: known, MoreTime: a.MoreTime,
		Browser: page.Browser(r.UserAgent()), IP: addr, Place: in.Place(r),
	})
	if errors.Is(err, approval.ErrTooLate) {
		return in.typeAgain(w, r, st.Request)
	}
	if err != nil {
		return err
	}
	if next.Token != "" { // a request that still waits keeps its cookie
		in.Keep(w, page.Pending, next.Token, in.Limits.AgainIn)
	}
	if r.PostForm.Get("way") == "qr" && next.Token != "" { // the QR code had ended: the next one, at once
		return in.postQR(w, r, next)
	}
	return door.See(w, r, "/sign-in/wait")
}
