package portal

import (
	"errors"
	"math"
	"net/http"
	"time"

	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/door"
	"keyturn/internal/entry"
	"keyturn/internal/notice"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// homePage is everything that home.html shows.
type homePage struct {
	page.Frame
	How    page.Sentence // how the sign-in was proven
	Known  bool          // no number is asked in this browser
	New    bool          // one is asked in new browsers, and in no other
	Phones []phone
	Codes  account.CodeList
	Save   bool // this session can make the first list without a phone
	SetUp  bool // a set-up is under way in this session

	Visit entry.Visit // that the session began with and that is still open; the zero value: none is

	Days int // of grace that are left to an account without a phone; 0: none

	Recovered bool // a recovery code opened the session, which may set up a phone and nothing else
	Again     bool // and it hasn't yet

	Browsers session.Browsers
	Lines    []line    // the newest
	Quiet    time.Time // until then no pushes: a sign-in was reported; zero: they are sent
	Held     bool      // an alarm waits for the operator
	Saved    bool      // the recovery codes were just saved
	MoreTime bool      // requests begin with the longest life, which is
	Most     time.Duration
}

// Few reports whether the person should make new codes soon.
func (h homePage) Few() bool { return h.Codes.Made && h.Codes.Left <= 2 }

// Unsaved reports whether there is a list that nobody has shown to have.
func (h homePage) Unsaved() bool { return h.Codes.Made && !h.Codes.Saved && !h.Few() }

// First24 are the phones that can't change security settings yet.
func (h homePage) First24() (list []phone) {
	for _, d := range h.Phones {
		if !d.Until.IsZero() {
			list = append(list, d)
		}
	}
	return list
}

// getHome is the sign-in form, or, in a session, the security home. The acr of
// the session stands in data-proven.
func (p *Portal) getHome(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Enter(r)
	if errors.Is(err, session.ErrNone) {
		return p.SignIn.Form(w, r)
	}
	if err != nil {
		return err
	}
	h, err := p.home(r, s)
	if err != nil {
		return err
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/home", h)
}

func (p *Portal) home(r *http.Request, s door.Session) (h homePage, err error) {
	ctx := r.Context()
	a := s.Who
	h.Frame, h.Held = s.Frame(), a.Held
	h.Days = days(a.Grace(p.Limits, p.Now()))
	h.MoreTime, h.Most = a.MoreTime, p.Limits.RequestMost
	if a.Quiet.After(p.Now()) {
		h.Quiet = a.Quiet
	}
	h.Proven, h.How = string(s.Proven.ACR()), howProven(s.Proven)
	if h.Phones, err = p.phones(ctx, s.Account); err != nil {
		return h, err
	}
	if h.Browsers, err = p.Sessions.Browsers(ctx, s.Account, p.Token(r, page.KnownBrowser)); err != nil {
		return h, err
	}
	h.Known, h.New = !h.Browsers.This.IsZero(), p.Number == policy.NewBrowser
	if h.Lines, err = p.lines(r, s, notice.ShowAll, 0, linesHome); err != nil {
		return h, err
	}
	if h.Codes, err = p.Accounts.RecoveryCodes(ctx, s.Account); err != nil {
		return h, err
	}
	h.Saved = h.Codes.Saved && r.URL.Query().Has("saved")
	st, err := p.Activations.Status(ctx, s.ID)
	if err != nil && !errors.Is(err, activation.ErrUnknown) {
		return h, err
	}
	h.Recovered = s.Proven.Way == policy.ByRecovery
	h.Again = h.Recovered && st.State != activation.Active
	h.Save, h.SetUp = makesFirst(st, h.Codes), underWay(st)
	h.Visit, err = p.Unfinished(r, s)
	return h, err
}

// days of grace, the one that has begun included.
func days(left time.Duration) int { return int(math.Ceil(left.Hours() / 24)) }

// Longest is how long a request can wait, in words.
func (h homePage) Longest() page.Sentence { return page.Long(h.Most) }

// postAccessibility keeps whether the person's requests begin with the longest life.
func (p *Portal) postAccessibility(w http.ResponseWriter, r *http.Request, s door.Session) error {
	if err := p.Accounts.SetMoreTime(r.Context(), s.Account, r.PostForm.Get("more_time") == "yes"); err != nil {
		return err
	}
	return door.See(w, r, "/#accessibility")
}

// mayMakeFirst reports whether this session set up the first phone, and has made no
// list yet.
func (p *Portal) mayMakeFirst(r *http.Request, s door.Session, l account.CodeList) (bool, error) {
	st, err := p.Activations.Status(r.Context(), s.ID)
	if errors.Is(err, activation.ErrUnknown) {
		return false, nil
	}
	return makesFirst(st, l), err
}

func makesFirst(st activation.Status, l account.CodeList) bool {
	return !l.Made && st.Purpose == activation.First && st.State == activation.Active
}

// underWay reports whether a set-up can still be finished.
func underWay(st activation.Status) bool {
	screen := screenOf(st)
	return screen == "setup" || screen == "check"
}

func howProven(p policy.Proven) page.Sentence {
	switch p.Way {
	case policy.ByNumber, policy.ByQR:
		return page.Say("security.proven.number")
	case policy.ByApproval:
		return page.Say("security.proven.known")
	case policy.ByRecovery:
		return page.Say("security.proven.recovery")
	}
	return page.Say("security.proven.password")
}
