package signin

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// next is what comes after a right password. An account whose next phone is its first one
// sets that up, now or while days of grace are left; any other one is asked for its
// approval, and who has lost the phone goes on to the recovery code.
func (in *SignIn) next(w http.ResponseWriter, r *http.Request, a account.Account, v entry.Visit) error {
	proven := policy.Proven{Account: a.ID, Way: policy.ByPassword, Password: true, At: in.Now(), Revision: a.Revision}
	person := entry.Person{First: a.First, Grace: a.Grace(in.Limits, in.Now()) > 0}
	step := entry.Next(entry.Shown{Proven: proven, Typed: true}, person, v.Demand)
	switch step {
	case entry.Refuse: // whatever was typed would be too little
		return door.See(w, r, v.Door+"?visit="+v.ID)
	case entry.SetUp, entry.GoOn:
		err := in.byPassword(w, r, a, proven, step, v)
		if !errors.Is(err, activation.ErrPurpose) { // it has got a phone in this very moment: ask that
			return in.unchanged(w, r, a, v, err)
		}
	}
	return in.unchanged(w, r, a, v, in.byPhone(w, r, a, v)) // whatever else comes next, the phone is asked
}

// unchanged answers as to a wrong password if it was changed after it was checked, A33.
func (in *SignIn) unchanged(w http.ResponseWriter, r *http.Request, a account.Account, v entry.Visit, err error) error {
	if !errors.Is(err, account.ErrPassword) {
		return err
	}
	return in.signInRefused(w, r, signInPage{Name: a.Name, visit: v}, in.Accounts.Changed(r.Context(), a.ID, page.Counted(r)))
}

// byPassword begins a session that rests on the password only: for the set-up
// of the account's first phone, which begins in it, or, in the account's days of
// grace, for the security home, which leads there.
func (in *SignIn) byPassword(
	w http.ResponseWriter, r *http.Request, a account.Account, proven policy.Proven, step entry.Step, v entry.Visit,
) error {
	ctx := r.Context()
	s, cookie, err := in.Sessions.Begin(ctx, proven, session.Browser{Before: in.Token(r, page.SignedIn), Agent: page.Browser(r.UserAgent()),
		IP: page.Addr(r), Visit: v.ID})
	if err != nil {
		return err
	}
	if step == entry.GoOn {
		in.Keep(w, page.SignedIn, cookie, in.Limits.SessionMost)
		return door.See(w, r, door.Onward(v.ID))
	}
	_, err = in.Activations.Begin(ctx, in.By(r, activation.By{Account: a.ID, Session: s.ID, Purpose: activation.First}))
	// Of too many codes the page says that there is none, and how long to wait.
	if err != nil && !errors.Is(err, policy.ErrTooMany) {
		return errors.Join(err, in.Sessions.End(ctx, cookie)) // a password alone opens nothing else, A31
	}
	in.Keep(w, page.SignedIn, cookie, in.Limits.SessionMost)
	return door.See(w, r, "/phones/activation")
}

// byPhone asks the phones of an account that has some.
func (in *SignIn) byPhone(w http.ResponseWriter, r *http.Request, a account.Account, v entry.Visit) error {
	ask := in.Attempt(r, a, keyturn.SignIn)
	ask.Password, ask.Revision = in.Now(), a.Revision
	next := "/sign-in/wait"
	if lost(r) {
		next = "/sign-in/recovery"
	}
	err := in.Ask(w, r, visiting(ask, v), next)
	status, problem := refusal(err)
	if status == 0 {
		return err
	}
	return in.showSignIn(w, r, status, signInPage{Name: a.Name, Problem: problem, visit: v})
}

// refusal says why the phones of an account were not asked, with its status; 0: it isn't
// for people to know, or they were asked.
func refusal(err error) (status int, say page.Sentence) {
	var many *policy.TooMany
	switch {
	case errors.As(err, &many):
		return http.StatusTooManyRequests, page.Say("signin.slow", "count", door.Minutes(many.Wait))
	case errors.Is(err, approval.ErrFull):
		return http.StatusTooManyRequests, page.Say("signin.full")
	case errors.Is(err, approval.ErrUnknown): // stopped in this very moment
		return http.StatusForbidden, page.Say("signin.stopped")
	}
	return 0, page.Sentence{}
}
