package signin

import (
	"errors"
	"net/http"

	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// offlinePage is everything that offline.html shows.
type offlinePage struct {
	waitPage
	Challenge string        // eight digits; empty if challenge codes are off
	Typed     string        // stays after a mistake
	Problem   page.Sentence // what was wrong with it
}

// Grouped is the challenge code as people type it.
func (o offlinePage) Grouped() string {
	if len(o.Challenge) != 8 {
		return ""
	}
	return o.Challenge[:4] + " " + o.Challenge[4:]
}

// postOffline gives the sign-in that waits a challenge code.
func (in *SignIn) postOffline(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	err := in.Ways.ShowChallenge(r.Context(), h)
	switch {
	case errors.Is(err, approval.ErrOffline):
		return door.See(w, r, "/sign-in/offline") // which says so
	case isGone(err), errors.Is(err, approval.ErrUnseen): // and there which ways are left
		return door.See(w, r, "/sign-in/wait")
	case err != nil:
		return err
	}
	return door.See(w, r, "/sign-in/offline")
}

// getOffline shows the challenge code, or that there is none for this account. Where
// no such code could approve what is asked, the waiting page says so, A102.
func (in *SignIn) getOffline(w http.ResponseWriter, r *http.Request) error {
	st, err := in.Approvals.Status(r.Context(), in.Handle(r, r.URL.Query().Get("request")))
	if err != nil {
		return err
	}
	if st.State != approval.Waiting || !policy.ByResponse(st.Action) || st.Challenge == "" && st.Offline {
		return seeWait(w, r)
	}
	return in.showOffline(w, r, http.StatusOK, offlinePage{}, st)
}

func (in *SignIn) showOffline(
	w http.ResponseWriter, r *http.Request, status int, o offlinePage, st approval.Status,
) error {
	o.waitPage = in.waiting(r, page.Frame{Account: st.Name}, st)
	if st.Offline {
		o.Challenge = st.Challenge
	}
	if r.Method == http.MethodPost {
		o.Switch = page.Switch{Action: "/language", Fields: []page.Field{{Name: "back", Value: "/sign-in/offline"}}}
	}
	return in.Page.Render(w, r, status, "signin/offline", o)
}

// postResponse takes the response code that the phone shows. The right one signs
// this browser in at once; a wrong one never counts as a wrong PIN, A60.
func (in *SignIn) postResponse(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	typed := r.PostForm.Get("response")
	err := in.Ways.Respond(r.Context(), h, typed)
	var wrong *approval.WrongResponse
	o := offlinePage{Typed: typed}
	switch {
	case err == nil:
		return in.postRedeem(w, r, h)
	case errors.Is(err, approval.ErrMistyped):
		o.Problem = page.Say("challenge.typo", "count", door.Digits(typed))
	case errors.As(err, &wrong) && wrong.Left > 0:
		o.Typed = ""
		o.Problem = page.Say("challenge.err", "count", wrong.Left)
	case errors.Is(err, approval.ErrOffline):
		return door.See(w, r, "/sign-in/offline")
	case wrong != nil, isGone(err), errors.Is(err, approval.ErrUnseen):
		return door.See(w, r, "/sign-in/wait") // which says what became of it
	default:
		return err
	}
	st, err := in.Approvals.Status(r.Context(), h)
	if err != nil {
		return err
	}
	if wrong != nil && !st.Offline || st.State != approval.Waiting || st.Challenge == "" {
		return door.See(w, r, "/sign-in/offline")
	}
	if wrong != nil {
		o.Problem = page.Say("page.both", "one", o.Problem, "next", o.check(st))
	}
	return in.showOffline(w, r, http.StatusUnprocessableEntity, o, st)
}

// check says what to compare after a wrong response. Without a network the phone
// can't know whether the PIN was right.
func (offlinePage) check(st approval.Status) page.Sentence {
	challenge := offlinePage{Challenge: st.Challenge}.Grouped()
	if st.PIN {
		return page.Say("challenge.compare.pin", "challenge", challenge)
	}
	return page.Say("challenge.compare", "challenge", challenge)
}
