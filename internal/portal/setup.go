package portal

import (
	"errors"
	"html/template"
	"net/http"
	"time"

	"keyturn/internal/activation"
	"keyturn/internal/device"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/qr"
	"keyturn/internal/session"
)

// codeEnds is when an activation code's countdown appears.
const codeEnds = time.Minute

// qrScale is the width of a module in pixels: 246 pixels for an address of usual
// length, which fits on the narrowest page.
const qrScale = 6

// setUpPage is everything that setup.html shows.
type setUpPage struct {
	page.Frame
	ID      string // of the activation: the newest one, or the button "Get a new code" makes none
	Title   page.Sentence
	Step    page.Sentence // of a move; empty otherwise
	Code    string        // with dashes; empty once a phone has used it
	QR      template.HTML // its drawing
	Link    string        // what the QR code holds
	Host    string
	Who     page.Sentence // which phone has used the code, once one has
	Status  page.Sentence
	State   activation.State
	Left    time.Duration
	Last    bool
	Later   bool // nothing presses: the account has days of grace
	OnPhone bool
	System  string // of that phone: "iphone" or "android", by which its guide is called
	Pretend string // the link in a pretend phone; empty outside the demo
}

// Seconds that are left.
func (s setUpPage) Seconds() int { return seconds(s.Left) }

// screenOf names the screen that an activation is at.
func screenOf(st activation.Status) string {
	switch st.State {
	case activation.Waiting, activation.Redeemed:
		return "setup"
	case activation.Checking:
		return "check"
	case activation.Active:
		return "done"
	}
	return "outcome"
}

// setUpStatus says how far a set-up has come.
func setUpStatus(st activation.Status) page.Sentence {
	switch {
	case st.State == activation.Redeemed:
		return page.Say("setup.securing")
	case st.State == activation.Checking:
		return page.Say("setup.check")
	case st.State == activation.Active:
		return page.Say("setup.done", "phone", st.PhoneName)
	case st.Old:
		return page.Say("setup.older")
	case !st.Looked.IsZero():
		return page.Say("setup.opened")
	}
	return page.Say("setup.waiting")
}

// getActivation shows how the session's newest activation stands. Loading it
// neither makes nor ends a code.
func (p *Portal) getActivation(w http.ResponseWriter, r *http.Request, s session.Session) error {
	a, err := p.Accounts.Account(r.Context(), s.Account)
	if err != nil {
		return err
	}
	frame := page.Frame{Account: a.Name, SignOut: true}
	st, err := p.Activations.Status(r.Context(), s.ID)
	if errors.Is(err, activation.ErrUnknown) {
		return p.show(w, r, http.StatusNotFound, outcomePage{Frame: frame, outcome: outcomeNoCode})
	}
	if err != nil {
		return err
	}
	switch screenOf(st) {
	case "setup":
		return p.showCode(w, r, frame, st, a.Grace(p.Limits, p.Now()) > 0)
	case "check":
		return p.showCheck(w, r, http.StatusOK, checkPage{Frame: frame}, st)
	case "done":
		return p.showDone(w, r, frame, st)
	}
	end, err := p.setUpEnd(r, st)
	if err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, outcomePage{Frame: frame, outcome: end, Request: st.ID})
}

func (p *Portal) showCode(w http.ResponseWriter, r *http.Request, frame page.Frame, st activation.Status, later bool) error {
	s := setUpPage{
		Frame: frame, ID: st.ID, Title: page.Say("setup.title"), Host: p.Page.Host(), Who: usedBy(st),
		Status: setUpStatus(st), State: st.State, Left: st.Left, Last: st.Left <= codeEnds, Later: later, OnPhone: page.OnPhone(r), System: "android",
	}
	if page.OnIPhone(r) {
		s.System = "iphone"
	}
	switch st.Purpose {
	case activation.Add:
		s.Title = page.Say("setup.title.add")
	case activation.Move:
		s.Title, s.Step = page.Say("setup.title.move"), page.Say("move.step.2")
	}
	if st.Code != "" {
		s.Code, s.Link = st.Code.String(), st.Code.Link(p.Page.Origin())
		drawing, err := qr.SVG(s.Link, qrScale)
		if err != nil {
			return err
		}
		s.QR = template.HTML(drawing) // drawn by us, of squares
		if p.Phone != "" {
			s.Pretend = p.Phone + "#" + string(st.Code)
		}
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/setup", s)
}

// setUpEnd says the true cause, which the phone was not told: this person's
// password was right.
func (p *Portal) setUpEnd(r *http.Request, st activation.Status) (outcome, error) {
	end := outcomeCode
	switch {
	case st.Cause == activation.CausePhone:
		name, err := p.activePhone(r, st.Account)
		if err != nil {
			return outcome{}, err
		}
		if name == "" {
			end.Title = page.Say("setup.already.phone")
		} else {
			end.Title = page.Say("outcome.already.title", "phone", name)
		}
		end.Icon, end.Look, end.Body = "phone", "info", page.Say("outcome.already.body")
		end.Go, end.Post = page.Say("outcome.already.go"), "/sign-out"
	case st.State == activation.Replaced:
		end.Title, end.Body = page.Say("setup.replaced"), page.Say("setup.replaced.body")
	case st.Cause == activation.CausePhones:
		end = outcomeFull
	case st.Cause == activation.CauseStale:
		end = outcomeApproval
	case st.Cause == activation.CauseStorage, st.Cause == activation.CauseAnswer: // the phone said so itself
		end.Title, end.Body, end.Icon, end.Look = page.Say("setup."+st.Cause, "phone", st.PhoneName), page.Say("setup."+st.Cause+".body"), "warning", "bad"
	case st.State == activation.Cancelled && st.Purpose == activation.Move && st.Cause != activation.CauseDigits:
		end.Title, end.Body = page.Say("move.cancelled"), page.Say("move.cancelled.body")
	case st.State == activation.Cancelled:
		end.Title, end.Body = page.Say("setup.cancelled"), page.Say("setup.cancelled.body")
		if st.Cause == activation.CauseDigits {
			end.Title, end.Body, end.Icon, end.Look = page.Say("check.cancelled"), page.Say("check.cancelled.body"), "warning", "bad"
		}
	case st.State == activation.Expired && !st.Finished.IsZero():
		end.Title, end.Body = page.Say("check.expired"), page.Say("check.expired.body")
	case !st.Redeemed.IsZero(): // failed, or never finished
		end.Title = page.Say("setup.used", "phone", st.PhoneName, "time", st.Redeemed)
		end.Body, end.Icon, end.Look = page.Say("setup.used.body", "failed", page.Say("setup.failed")), "warning", "bad"
	}
	return end, nil
}

// activePhone is the name of the account's newest phone that can approve.
func (p *Portal) activePhone(r *http.Request, account string) (string, error) {
	all, err := p.Devices.Devices(r.Context(), account)
	for _, d := range all {
		if d.State == device.Active {
			return d.Name, err
		}
	}
	return "", err
}

// postActivation makes a newer code for what the last one was for. A form of an
// older page, or the same one sent twice, only shows the code that is there.
func (p *Portal) postActivation(w http.ResponseWriter, r *http.Request, s session.Session) error {
	by := activation.By{Account: s.Account, Session: s.ID, Purpose: activation.First}
	last, err := p.Activations.Status(r.Context(), s.ID)
	switch {
	case err == nil && r.PostForm.Has("activation") && r.PostForm.Get("activation") != last.ID:
		return see(w, r, "/phones/activation")
	case err == nil:
		by.Purpose, by.Approval, by.Old = last.Purpose, last.Approval, last.Activation.Old
	case !errors.Is(err, activation.ErrUnknown):
		return err
	}
	by.IP = page.Addr(r)
	by.Browser, by.Place = page.Browser(r.UserAgent()), p.place(r)
	if _, err = p.Activations.Begin(r.Context(), by); err != nil {
		return p.noCode(w, r, s, err)
	}
	return see(w, r, "/phones/activation")
}

// noCode says why there is no newer code.
func (p *Portal) noCode(w http.ResponseWriter, r *http.Request, s session.Session, err error) error {
	frame, failed := p.frame(r, s)
	if failed != nil {
		return failed
	}
	end := outcomeCode
	switch {
	case errors.Is(err, policy.ErrTooMany):
		end.Title, end.Body = page.Say("setup.many"), page.Say("setup.many.body", "count", minutes(p.Limits.Codes.In))
	case errors.Is(err, activation.ErrPurpose) && s.Proven.Way == policy.ByRecovery: // once, and not after a report
		end = outcomeRecovered
	case errors.Is(err, activation.ErrPurpose): // it has a phone by now
		end.Title, end.Body, end.Go, end.Post = page.Say("setup.already.phone"), page.Say("outcome.already.body"), page.Say("outcome.already.go"), "/sign-out"
	default:
		return err
	}
	return p.show(w, r, statusOf(err), outcomePage{Frame: frame, outcome: end})
}

// postCancelActivation ends the set-up; one that has ended stays as it ended. "Not now"
// says nothing about it and leads on to what lies behind.
func (p *Portal) postCancelActivation(w http.ResponseWriter, r *http.Request, s session.Session) error {
	err := p.Activations.Cancel(r.Context(), s.ID)
	if err != nil && !errors.Is(err, activation.ErrClosed) {
		return err
	}
	if r.PostForm.Get("later") == "yes" {
		return see(w, r, "/")
	}
	return see(w, r, "/phones/activation")
}

// The ends of a set-up.
var (
	outcomeCode = outcome{Icon: "clock", Look: "warn", Title: page.Say("setup.expired"), Body: page.Say("outcome.code.body"),
		Go: page.Say("outcome.code.go"), Post: "/phones/activation"}
	outcomeNoCode = outcome{Icon: "info", Look: "info", Title: page.Say("setup.none"), Body: page.Say("setup.none.body"),
		Go: page.Say("outcome.code.go"), Post: "/phones/activation"}
)
