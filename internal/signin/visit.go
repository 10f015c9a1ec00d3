package signin

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// askPage is everything that ask.html shows.
type askPage struct {
	page.Frame
	Visit   entry.Visit
	Problem page.Sentence // why the phone was not asked; may be empty
}

// getVisit shows the next step of a visit, which is read from what the browser has shown
// so far, and changes nothing: back, a refresh and a second tab lead to where the visit
// stands.
func (in *SignIn) getVisit(w http.ResponseWriter, r *http.Request) error {
	if !r.URL.Query().Has("visit") {
		return door.See(w, r, "/")
	}
	v, err := in.Visit(r, r.URL.Query().Get("visit"))
	if err != nil {
		return err
	}
	r = in.Page.Suggest(w, r, v.Language)
	if v.State != entry.Open {
		return in.visited(w, r, v)
	}
	step, s, err := in.Step(r, v)
	if err != nil {
		return err
	}
	switch step {
	case entry.GoOn, entry.Refuse: // the door answers its application
		return door.See(w, r, v.Door+"?visit="+v.ID)
	case entry.SetUp:
		return door.See(w, r, setUpOf(s))
	case entry.Phone:
		return in.Page.Render(w, r, http.StatusOK, "signin/ask", askPage{Frame: s.Frame(), Visit: v})
	}
	form, err := in.form(r)
	if err != nil {
		return err
	}
	if v.Name != "" {
		form.Name = v.Name
	}
	form.visit = v
	return in.showSignIn(w, r, http.StatusOK, form)
}

// setUpOf is where the session of a step [entry.SetUp] sets up a phone.
func setUpOf(s door.Session) string {
	if s.Proven.Way == policy.ByRecovery {
		return "/phones/lost"
	}
	return "/phones/activation"
}

// visited shows that a visit has ended: its application begins a new one.
func (in *SignIn) visited(w http.ResponseWriter, r *http.Request, v entry.Visit) error {
	end := door.Visited
	end.Title = page.Say("outcome.visit.title", "app", v.App)
	return in.Show(w, r, http.StatusConflict, door.OutcomePage{Outcome: end})
}

// visiting makes a handler of f for a form that belongs to a visit, as long as that is open.
func (in *SignIn) visiting(f func(http.ResponseWriter, *http.Request, entry.Visit) error) http.Handler {
	return in.Anyone(func(w http.ResponseWriter, r *http.Request) error {
		v, err := in.Visit(r, r.PostForm.Get("visit"))
		if err == nil && v.State != entry.Open {
			return in.visited(w, r, v)
		}
		if err != nil {
			return err
		}
		return f(w, r, v)
	})
}

// postAsk asks the phone of who is signed in, where the session isn't enough for the visit.
// Another step than that is shown instead.
func (in *SignIn) postAsk(w http.ResponseWriter, r *http.Request, v entry.Visit) error {
	step, s, err := in.Step(r, v)
	if err != nil {
		return err
	}
	if step != entry.Phone {
		return door.See(w, r, door.Onward(v.ID))
	}
	ask := in.Attempt(r, s.Who, keyturn.SignIn)
	ask.Password, ask.Revision = s.Proven.At, s.Who.Revision
	err = in.Ask(w, r, visiting(ask, v), "/sign-in/wait")
	status, problem := refusal(err)
	if status == 0 {
		return err
	}
	return in.Page.Render(w, r, status, "signin/ask", askPage{Frame: s.Frame(), Visit: v, Problem: problem})
}

// postLeave leads back to the application of whoever doesn't want to sign in.
func (in *SignIn) postLeave(w http.ResponseWriter, r *http.Request, v entry.Visit) error {
	err := in.Visits.Leave(r.Context(), v.ID, in.Token(r, page.Visitor))
	if errors.Is(err, entry.ErrEnded) { // in this very moment, in another tab
		return door.See(w, r, door.Onward(v.ID))
	}
	if err != nil {
		return err
	}
	return door.See(w, r, v.Door+"?visit="+v.ID)
}

// visiting adds to an attempt which visit it is for, if it is for one.
func visiting(a approval.Attempt, v entry.Visit) approval.Attempt {
	if v.ID != "" {
		a.Visit, a.App, a.Demanded = v.ID, v.App, v.ACR == policy.AAL2
	}
	return a
}
