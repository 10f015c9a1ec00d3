package portal

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// passwordPage is everything that password.html shows.
type passwordPage struct {
	page.Frame
	May       bool // a phone has approved it: the form is there
	Done      bool
	Problem   page.Sentence
	Field     string // at which the problem is: "present", "new", "again" or empty
	Reference string
}

// getPassword is the form, once a phone has approved the change for this session, and
// before that what asks for it.
func (p *Portal) getPassword(w http.ResponseWriter, r *http.Request, s door.Session) error {
	return p.showPassword(w, r, s, http.StatusOK, passwordPage{Done: r.URL.Query().Has("changed")})
}

func (p *Portal) showPassword(
	w http.ResponseWriter, r *http.Request, s door.Session, status int, c passwordPage,
) error {
	c.Frame = s.Frame()
	if r.Method == http.MethodPost { // what was typed is not given back
		c.Switch = page.Switch{Action: "/password"}
	}
	_, err := p.Approvals.Usable(r.Context(), s.Account, s.ID, keyturn.ChangePassword)
	if err != nil && !errors.Is(err, approval.ErrUnknown) {
		return err
	}
	c.May = err == nil
	return p.Page.Render(w, r, status, "portal/password", c)
}

// postPasswordAsk asks a phone, also in the time after a report: that is when people
// have to change it. Spec §8.7.
func (p *Portal) postPasswordAsk(w http.ResponseWriter, r *http.Request, s door.Session) error {
	ask := p.Attempt(r, s.Who, keyturn.ChangePassword)
	ask.Session = s.ID
	err := p.Ask(w, r, ask, "/sign-in/wait")
	if errors.Is(err, approval.ErrFull) {
		return p.showPassword(w, r, s, http.StatusTooManyRequests, passwordPage{Problem: page.Say("signin.full")})
	}
	return err
}

// postPassword changes the password, once per approval. The session stays; everything
// else that the old one opened ends, A23.
func (p *Portal) postPassword(w http.ResponseWriter, r *http.Request, s door.Session) error {
	present, fresh, again := r.PostForm.Get("present"), r.PostForm.Get("new"), r.PostForm.Get("again")
	bad := func(field, key string) error {
		return p.showPassword(w, r, s, http.StatusUnprocessableEntity, passwordPage{Field: field, Problem: page.Say(key)})
	}
	switch {
	case page.Switched(r):
		return p.showPassword(w, r, s, http.StatusOK, passwordPage{})
	case present == "":
		return bad("present", "password.missing")
	case fresh != again:
		return bad("again", "password.differ")
	}
	approved, err := p.Approvals.Usable(r.Context(), s.Account, s.ID, keyturn.ChangePassword)
	if err == nil {
		err = p.Accounts.ChangePassword(r.Context(), account.Change{Account: s.Account, Session: s.ID, Request: approved,
			Present: keyturn.Secret(present), New: keyturn.Secret(fresh), Addr: page.Counted(r), Counted: page.Counted(r),
			Browser: p.Token(r, page.KnownBrowser).Hash(), Place: p.Place(r)})
	}
	if err == nil {
		return door.See(w, r, "/password?changed")
	}
	return p.passwordRefused(w, r, s, err)
}

func (p *Portal) passwordRefused(w http.ResponseWriter, r *http.Request, s door.Session, err error) error {
	c, status := passwordPage{Reference: keyturn.GroupedReference(door.ReferenceOf(err))}, http.StatusUnprocessableEntity
	var many *policy.TooMany
	key := unusable(err)
	switch {
	case key != "":
		c.Field, c.Problem = "new", page.Say(key)
	case errors.Is(err, account.ErrPassword):
		p.Guessed(r, "password", err)
		c.Field, c.Problem, status = "present", page.Say("password.wrong"), http.StatusForbidden
	case errors.As(err, &many):
		p.Guessed(r, "password", err)
		c.Problem, status = page.Say("signin.slow", "count", door.Minutes(many.Wait)), http.StatusTooManyRequests
	case errors.Is(err, account.ErrBusy):
		c.Problem, status = page.Say("signin.busyserver"), http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "3")
	case errors.Is(err, account.ErrApproval), errors.Is(err, approval.ErrUnknown):
		c.Problem, status = page.Say("password.approval", "time", page.Long(p.Limits.ApprovalUse)), http.StatusConflict
	case errors.Is(err, account.ErrEnded):
		return session.ErrNone
	default:
		return err
	}
	return p.showPassword(w, r, s, status, c)
}

// unusable is the sentence that says why a new password can't be one, as NIST SP
// 800-63B-4 §3.1.1.2 asks; empty for any other error.
func unusable(err error) string {
	for _, why := range []struct {
		err error
		key string
	}{
		{account.ErrShort, "password.short"},
		{account.ErrLong, "password.long"},
		{account.ErrTyped, "password.typed"},
		{account.ErrCommon, "password.common"},
		{account.ErrNamed, "password.named"},
		{account.ErrSame, "password.same"},
	} {
		if errors.Is(err, why.err) {
			return why.key
		}
	}
	return ""
}
