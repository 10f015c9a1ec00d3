package portal

import (
	"errors"
	"net/http"
	"strings"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
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
	Load      bool   // the page has to be loaded again before it can be of use
	Lost      bool   // the phone is: what comes after the password is the recovery code
	Waiting   string // id of a request that waits in this browser: signin.js ends it if the person went back
}

// showSignIn shows the form of D1. Whether there is such an account, or a phone,
// is not said before the password is right. With the form comes a cookie, so that a
// browser which keeps none is found before a phone rings for it.
func (p *Portal) showSignIn(w http.ResponseWriter, r *http.Request, status int, s signInPage) error {
	s.Lost = s.Lost || lost(r)
	if p.Page.Cookie(r, page.Trial) == "" {
		p.Page.SetCookie(w, page.Trial, "1", p.Limits.Browser)
	}
	if r.Method == http.MethodPost {
		s.Switch = page.Switch{Action: "/sign-in", Fields: []page.Field{{Name: "name", Value: s.Name}}}
		if s.Lost {
			s.Switch.Fields = append(s.Switch.Fields, page.Field{Name: "lost", Value: "yes"})
		}
	}
	return p.Page.Render(w, r, status, "portal/signin", s)
}

// lost reports whether the person has said that their phone is, D10. It decides nothing:
// password and recovery code are asked for as ever.
func lost(r *http.Request) bool { return r.PostForm.Get("lost") == "yes" }

// getSignIn keeps the name of the browser's last request, so that whoever comes
// back types only the password.
func (p *Portal) getSignIn(w http.ResponseWriter, r *http.Request) error {
	var s signInPage
	if h := p.handle(r, ""); h.Token != "" {
		last, err := p.Approvals.Standing(r.Context(), h)
		if err != nil && !errors.Is(err, approval.ErrUnknown) {
			return err
		}
		s.Name = last.Name
		if last.State == approval.Waiting && last.Action == keyturn.SignIn {
			s.Waiting = last.ID
		}
	}
	return p.showSignIn(w, r, http.StatusOK, s)
}

// postSignIn checks the password, of a browser that keeps cookies: without them it could
// never go on, and every try would ring a phone. An account whose next phone is its first one
// sets that up, any other one is asked for its approval.
func (p *Portal) postSignIn(w http.ResponseWriter, r *http.Request) error {
	name, password := r.PostForm.Get("name"), r.PostForm.Get("password")
	if page.Switched(r) {
		return p.showSignIn(w, r, http.StatusOK, signInPage{Name: name})
	}
	if r.PostForm.Get("trial") == "yes" && !p.Page.Keeps(r) {
		return p.showSignIn(w, r, http.StatusUnprocessableEntity, signInPage{Name: name, Problem: page.Say("signin.cookies"), Load: true})
	}
	if strings.TrimSpace(name) == "" || password == "" {
		return p.showSignIn(w, r, http.StatusUnprocessableEntity, signInPage{Name: name, Problem: page.Say("signin.missing")})
	}
	a, err := p.Accounts.Check(r.Context(), account.Attempt{
		Name: name, Password: keyturn.Secret(password), Addr: page.Counted(r),
		Browser: p.token(r, page.KnownBrowser).Hash(),
	})
	if err != nil {
		return p.signInRefused(w, r, name, err)
	}
	proven := policy.Proven{Account: a.ID, Way: policy.ByPassword, Password: true, At: p.Now(), Revision: a.Revision}
	next := entry.Next(entry.Shown{Proven: proven, Typed: true}, entry.Person{First: a.First, Grace: a.Grace(p.Limits, p.Now()) > 0}, entry.Demand{})
	if next != entry.Phone {
		err = p.signInByPassword(w, r, a, proven, next)
		if !errors.Is(err, activation.ErrPurpose) { // it has got a phone in this very moment: ask that
			return p.unchanged(w, r, a, err)
		}
	}
	return p.unchanged(w, r, a, p.signInByPhone(w, r, a))
}

// unchanged answers as to a wrong password if it was changed after it was checked, A33.
func (p *Portal) unchanged(w http.ResponseWriter, r *http.Request, a account.Account, err error) error {
	if !errors.Is(err, account.ErrPassword) {
		return err
	}
	return p.signInRefused(w, r, a.Name, p.Accounts.Changed(r.Context(), a.ID, page.Counted(r)))
}

// signInRefused says what the person can do. It is the same for an unknown name
// and for a wrong password, A29.
func (p *Portal) signInRefused(w http.ResponseWriter, r *http.Request, name string, err error) error {
	s := signInPage{Name: name, Reference: keyturn.GroupedReference(referenceOf(err))}
	var many *policy.TooMany
	switch {
	case errors.Is(err, account.ErrPassword):
		p.refused(r, "password", err)
		s.Problem = page.Say("signin.err")
		return p.showSignIn(w, r, http.StatusForbidden, s)
	case errors.As(err, &many):
		p.refused(r, "password", err)
		s.Problem = page.Say("signin.slow", "count", minutes(many.Wait))
		return p.showSignIn(w, r, http.StatusTooManyRequests, s)
	case errors.Is(err, account.ErrBusy):
		s.Problem = page.Say("signin.busyserver")
		w.Header().Set("Retry-After", "3")
		return p.showSignIn(w, r, http.StatusServiceUnavailable, s)
	}
	return err
}

// signInByPassword begins a session that rests on the password only: for the set-up
// of the account's first phone, which begins in it, or, in the account's days of
// grace, for the security home, which leads there.
func (p *Portal) signInByPassword(
	w http.ResponseWriter, r *http.Request, a account.Account, proven policy.Proven, next entry.Step,
) error {
	ctx, agent, addr := r.Context(), page.Browser(r.UserAgent()), page.Addr(r)
	s, cookie, err := p.Sessions.Begin(ctx, proven, p.token(r, page.SignedIn), agent, addr)
	if err != nil {
		return err
	}
	if next == entry.GoOn {
		p.keep(w, page.SignedIn, cookie, p.Limits.SessionMost)
		return see(w, r, "/")
	}
	_, err = p.Activations.Begin(ctx, activation.By{
		Account: a.ID, Session: s.ID, Purpose: activation.First,
		Browser: agent, IP: addr, Place: p.place(r),
	})
	if err != nil && !errors.Is(err, policy.ErrTooMany) { // the page says that there is no code, and how long to wait
		return errors.Join(err, p.Sessions.End(ctx, cookie)) // a password alone opens nothing else, A31
	}
	p.keep(w, page.SignedIn, cookie, p.Limits.SessionMost)
	return see(w, r, "/phones/activation")
}

// signInByPhone asks the phones of an account that has some.
func (p *Portal) signInByPhone(w http.ResponseWriter, r *http.Request, a account.Account) error {
	ask := p.attempt(r, a, keyturn.SignIn)
	ask.Password, ask.Revision = p.Now(), a.Revision
	next := "/sign-in/wait"
	if lost(r) {
		next = "/sign-in/recovery"
	}
	err := p.ask(w, r, ask, next)
	var many *policy.TooMany
	switch {
	case errors.As(err, &many):
		return p.showSignIn(w, r, http.StatusTooManyRequests, signInPage{Name: a.Name, Problem: page.Say("signin.slow", "count", minutes(many.Wait))})
	case errors.Is(err, approval.ErrFull):
		return p.showSignIn(w, r, http.StatusTooManyRequests, signInPage{Name: a.Name, Problem: page.Say("signin.full")})
	case errors.Is(err, approval.ErrUnknown): // stopped in this very moment
		return p.showSignIn(w, r, http.StatusForbidden, signInPage{Name: a.Name, Problem: page.Say("signin.stopped")})
	}
	return err
}

// ask puts a request to the account's phones; the browser that began it gets the
// pending cookie, which alone can see and redeem it.
func (p *Portal) ask(w http.ResponseWriter, r *http.Request, a approval.Attempt, next string) (err error) {
	if a.Known, err = p.Sessions.Known(r.Context(), a.Account, p.token(r, page.KnownBrowser)); err != nil {
		return err
	}
	_, h, err := p.Approvals.Begin(r.Context(), a)
	if err != nil {
		return err
	}
	p.keep(w, page.Pending, h.Token, p.Limits.AgainIn)
	return see(w, r, next)
}

// attempt is what the phone will show of this browser and what it asks for. The organisation has
// its name of the browser's language: the phone shows what it signs, and translates none of it.
func (p *Portal) attempt(r *http.Request, a account.Account, action keyturn.Action) approval.Attempt {
	addr := page.Addr(r)
	return approval.Attempt{
		Account: a.ID, Name: a.Name, App: p.Page.Called(r), Action: action, MoreTime: a.MoreTime,
		Before:  p.token(r, page.Pending),
		Browser: page.Browser(r.UserAgent()), IP: addr, Place: p.place(r),
	}
}

// place is where a browser seems to be, in the person's language.
func (p *Portal) place(r *http.Request) string {
	if p.Place == nil {
		return ""
	}
	return p.Place(page.Addr(r), p.Page.Language(r))
}

// postSignOut ends the session. Doing it twice is no mistake.
func (p *Portal) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.Sessions.End(r.Context(), p.token(r, page.SignedIn)); err != nil {
		return err
	}
	p.Page.ClearCookie(w, page.SignedIn)
	return see(w, r, "/")
}
