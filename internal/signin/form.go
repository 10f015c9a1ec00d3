package signin

import (
	"errors"
	"net/http"
	"strings"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// signInPage is everything that signin.html shows.
type signInPage struct {
	page.Frame
	Name      string
	Problem   page.Sentence // what was wrong with the last try; may be empty
	Reference string
	Load      bool // the page has to be loaded again before it can be of use
	Lost      bool // the phone is: what comes after the password is the recovery code
	visit     entry.Visit
	Waiting   string // id of a request that waits in this browser: signin.js ends it if the person went back
}

// App is the application that the person signs in to; empty: the portal.
func (s signInPage) App() string { return s.visit.App }

// Visit is the id of its visit; empty without one.
func (s signInPage) Visit() string { return s.visit.ID }

// Again is where the form is loaded anew.
func (s signInPage) Again() string { return door.Onward(s.visit.ID) }

// showSignIn shows the form of D1. Whether there is such an account, or a phone,
// is not said before the password is right. With the form comes a cookie, so that a
// browser which keeps none is found before a phone rings for it.
func (in *SignIn) showSignIn(w http.ResponseWriter, r *http.Request, status int, s signInPage) error {
	s.Lost = s.Lost || lost(r)
	if in.Page.Cookie(r, page.Trial) == "" {
		in.Page.SetCookie(w, page.Trial, "1", in.Limits.Browser)
	}
	if r.Method == http.MethodPost {
		s.Switch = page.Switch{Action: "/sign-in", Fields: []page.Field{{Name: "name", Value: s.Name}}}
		if s.visit.ID != "" {
			s.Switch.Fields = append(s.Switch.Fields, page.Field{Name: "visit", Value: s.visit.ID})
		}
		if s.Lost {
			s.Switch.Fields = append(s.Switch.Fields, page.Field{Name: "lost", Value: "yes"})
		}
	}
	return in.Page.Render(w, r, status, "signin/signin", s)
}

// lost reports whether the person has said that their phone is, D10. It decides nothing:
// password and recovery code are asked for as ever.
func lost(r *http.Request) bool { return r.PostForm.Get("lost") == "yes" }

// Form is for whoever isn't signed in. It keeps the name of the browser's last request, so
// that whoever comes back types only the password.
func (in *SignIn) Form(w http.ResponseWriter, r *http.Request) error {
	s, err := in.form(r)
	if err != nil {
		return err
	}
	return in.showSignIn(w, r, http.StatusOK, s)
}

func (in *SignIn) form(r *http.Request) (s signInPage, err error) {
	h := in.Handle(r, "")
	if h.Token == "" {
		return s, nil
	}
	last, err := in.Approvals.Standing(r.Context(), h)
	if err != nil && !errors.Is(err, approval.ErrUnknown) {
		return s, err
	}
	s.Name = last.Name
	if last.State == approval.Waiting && last.Action == keyturn.SignIn {
		s.Waiting = last.ID
	}
	return s, nil
}

// postSignIn takes the form, which belongs to a visit if an application asks for it.
func (in *SignIn) postSignIn(w http.ResponseWriter, r *http.Request) error {
	if !r.PostForm.Has("visit") {
		return in.check(w, r, entry.Visit{})
	}
	v, err := in.Visit(r, r.PostForm.Get("visit"))
	if err == nil && v.State != entry.Open {
		return in.visited(w, r, v)
	}
	if err != nil {
		return err
	}
	return in.check(w, r, v)
}

// check checks the password, of a browser that keeps cookies: without them it could
// never go on, and every try would ring a phone.
func (in *SignIn) check(w http.ResponseWriter, r *http.Request, v entry.Visit) error {
	name, password := r.PostForm.Get("name"), r.PostForm.Get("password")
	if page.Switched(r) {
		return in.showSignIn(w, r, http.StatusOK, signInPage{Name: name, visit: v})
	}
	if r.PostForm.Get("trial") == "yes" && !in.Page.Keeps(r) {
		return in.showSignIn(w, r, http.StatusUnprocessableEntity,
			signInPage{Name: name, Problem: page.Say("signin.cookies"), Load: true, visit: v})
	}
	if strings.TrimSpace(name) == "" || password == "" {
		return in.showSignIn(w, r, http.StatusUnprocessableEntity, signInPage{Name: name, Problem: page.Say("signin.missing"), visit: v})
	}
	a, err := in.Accounts.Check(r.Context(), account.Attempt{
		Name: name, Password: keyturn.Secret(password), Addr: page.Counted(r), Counted: page.Counted(r),
		Browser: in.Token(r, page.KnownBrowser).Hash(),
	})
	if err != nil {
		return in.signInRefused(w, r, signInPage{Name: name, visit: v}, err)
	}
	return in.next(w, r, a, v)
}

// Lost asks who is signed in for the password once more, before a recovery code can be used
// in the place of a phone.
func (in *SignIn) Lost(w http.ResponseWriter, r *http.Request, s door.Session) error {
	return in.showSignIn(w, r, http.StatusOK, signInPage{Frame: s.Frame(), Name: s.Who.Name, Lost: true})
}

// signInRefused says what the person can do. It is the same for an unknown name
// and for a wrong password, A29.
func (in *SignIn) signInRefused(w http.ResponseWriter, r *http.Request, s signInPage, err error) error {
	s.Reference = keyturn.GroupedReference(door.ReferenceOf(err))
	var many *policy.TooMany
	switch {
	case errors.Is(err, account.ErrPassword):
		in.Guessed(r, "password", err)
		s.Problem = page.Say("signin.err")
		return in.showSignIn(w, r, http.StatusForbidden, s)
	case errors.As(err, &many):
		in.Guessed(r, "password", err)
		s.Problem = page.Say("signin.slow", "count", door.Minutes(many.Wait))
		return in.showSignIn(w, r, http.StatusTooManyRequests, s)
	case errors.Is(err, account.ErrBusy):
		s.Problem = page.Say("signin.busyserver")
		w.Header().Set("Retry-After", "3")
		return in.showSignIn(w, r, http.StatusServiceUnavailable, s)
	}
	return err
}

// postSignOut ends the session. Doing it twice is no mistake.
func (in *SignIn) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := in.Sessions.End(r.Context(), in.Token(r, page.SignedIn)); err != nil {
		return err
	}
	in.Page.ClearCookie(w, page.SignedIn)
	return door.See(w, r, "/")
}
