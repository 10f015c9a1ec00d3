package signin

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// recoverPage is everything that recover.html shows.
type recoverPage struct {
	page.Frame
	Request   string
	Waits     bool // and may still be approved meanwhile
	Typed     string
	Problem   page.Sentence
	Reference string // of a wrong code
	Desk      string // for the help desk: that, or the sign-in's
}

// getRecover shows the field for a recovery code to the browser whose password was
// right, D7. Its request may have ended meanwhile, as long as the password counts.
func (in *SignIn) getRecover(w http.ResponseWriter, r *http.Request) error {
	req, err := in.Approvals.Recoverable(r.Context(), in.Handle(r, r.URL.Query().Get("request")))
	if err != nil {
		return in.noRecovery(w, r, req, err)
	}
	return in.showRecover(w, r, http.StatusOK, req, recoverPage{})
}

// noRecovery asks for the password once more where it counts no longer.
func (in *SignIn) noRecovery(w http.ResponseWriter, r *http.Request, req approval.Request, err error) error {
	if errors.Is(err, approval.ErrTooLate) || errors.Is(err, account.ErrTicket) {
		return in.typeAgain(w, r, req)
	}
	return err
}

// typeAgain asks for the password of a sign-in once more, which goes on to where it was
// to go.
func (in *SignIn) typeAgain(w http.ResponseWriter, r *http.Request, req approval.Request) error {
	s := signInPage{Name: req.Name, Problem: page.Say("signin.again")}
	if req.Visit != "" {
		v, err := in.Visit(r, req.Visit)
		if err == nil && v.State != entry.Open {
			return in.visited(w, r, v)
		}
		if err != nil {
			return err
		}
		s.visit = v
	}
	return in.showSignIn(w, r, http.StatusOK, s)
}

func (in *SignIn) showRecover(
	w http.ResponseWriter, r *http.Request, status int, req approval.Request, c recoverPage,
) error {
	c.Account, c.Request, c.Waits = req.Name, req.ID, req.State == approval.Waiting
	c.Desk = keyturn.GroupedReference(cmp.Or(c.Reference, req.Reference))
	c.Reference = keyturn.GroupedReference(c.Reference)
	if r.Method == http.MethodPost {
		c.Switch = page.Switch{Action: "/sign-in/recovery", Fields: []page.Field{{Name: "request", Value: req.ID}, {Name: "code", Value: c.Typed}}}
	}
	return in.Page.Render(w, r, status, "signin/recover", c)
}

// postRecover signs in with a recovery code. What can't be one costs no try; used and
// unknown ones get the same sentence. Attacks A45, A61.
func (in *SignIn) postRecover(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	req, err := in.Approvals.Recoverable(r.Context(), h)
	if err != nil {
		return in.noRecovery(w, r, req, err)
	}
	c := recoverPage{Typed: r.PostForm.Get("code")}
	if page.Switched(r) {
		return in.showRecover(w, r, http.StatusOK, req, c)
	}
	code, err := keyturn.ParseRecoveryCode(c.Typed)
	if err != nil {
		c.Problem = in.misread(c.Typed, err)
		return in.showRecover(w, r, http.StatusUnprocessableEntity, req, c)
	}
	agent, addr := page.Browser(r.UserAgent()), page.Addr(r)
	grant, cookies := in.Sessions.Draft(in.Token(r, page.SignedIn), "", agent, addr)
	_, err = in.Accounts.Recover(r.Context(), account.Recovery{Account: req.Account, Request: req.ID, Pending: req.Pending,
		Code: code, Browser: agent, Addr: addr, Place: in.Place(r)}, grant)
	if err != nil {
		return in.recoverRefused(w, r, req, c, err)
	}
	in.Keep(w, page.SignedIn, cookies.Session, in.Limits.SessionMost)
	in.Page.ClearCookie(w, page.Pending)
	if req.Visit != "" {
		return door.See(w, r, door.Onward(req.Visit))
	}
	return door.See(w, r, "/phones/lost")
}

// misread says what is wrong with something that is no recovery code.
func (in *SignIn) misread(typed string, err error) page.Sentence {
	if _, other := keyturn.ParseCode(in.Page.Origin(), typed); other == nil {
		return page.Say("entercode.activation")
	}
	if errors.Is(err, keyturn.ErrCodeLength) {
		return page.Say("entercode.typo", "count", utf8.RuneCountInString(strings.Map(symbol, norm.NFKC.String(typed))))
	}
	return page.Say("entercode.slip")
}

// symbol leaves out what nobody counts.
func symbol(r rune) rune {
	if strings.ContainsRune(" -−\t", r) || r >= '‐' && r <= '―' {
		return -1
	}
	return r
}

// recoverRefused says what the person can do.
func (in *SignIn) recoverRefused(
	w http.ResponseWriter, r *http.Request, req approval.Request, c recoverPage, err error,
) error {
	var many *policy.TooMany
	status := http.StatusForbidden
	c.Reference = door.ReferenceOf(err)
	switch {
	case errors.Is(err, account.ErrRecovery):
		in.Guessed(r, "recovery", err)
		c.Problem = page.Say("entercode.err")
	case errors.As(err, &many):
		in.Guessed(r, "recovery", err)
		c.Problem, status = page.Say("entercode.slow", "count", door.Minutes(many.Wait)), http.StatusTooManyRequests
	case errors.Is(err, account.ErrCodesOff):
		c.Problem = page.Say("entercode.off")
	case errors.Is(err, account.ErrQuiet):
		c.Problem, status = page.Say("entercode.quiet"), http.StatusConflict
	case errors.Is(err, account.ErrBusy):
		c.Problem, status = page.Say("signin.busyserver"), http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "3")
	default:
		return in.noRecovery(w, r, req, err)
	}
	return in.showRecover(w, r, status, req, c)
}
