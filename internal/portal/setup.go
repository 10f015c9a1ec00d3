package portal

import (
	"errors"
	"html/template"
	"net/http"
	"time"

	"keyturn/internal/activation"
	"keyturn/internal/door"
	"keyturn/internal/page"
)

// codeEnds is when an activation code's countdown appears.
const codeEnds = time.Minute

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
func (s setUpPage) Seconds() int { return door.Seconds(s.Left) }

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
func (p *Portal) getActivation(w http.ResponseWriter, r *http.Request, s door.Session) error {
	st, err := p.Activations.Status(r.Context(), s.ID)
	if errors.Is(err, activation.ErrUnknown) {
		return p.Show(w, r, http.StatusNotFound, door.OutcomePage{Frame: s.Frame(), Outcome: noCode})
	}
	if err != nil {
		return err
	}
	switch screenOf(st) {
	case "setup":
		return p.showCode(w, r, s, st)
	case "check":
		return p.showCheck(w, r, http.StatusOK, checkPage{Frame: s.Frame()}, st)
	case "done":
		return p.showDone(w, r, s, st)
	}
	end, err := p.setUpEnd(r, st)
	if err != nil {
		return err
	}
	return p.Show(w, r, http.StatusOK, door.OutcomePage{Frame: s.Frame(), Outcome: end, Request: st.ID})
}

func (p *Portal) showCode(w http.ResponseWriter, r *http.Request, s door.Session, st activation.Status) error {
	c := setUpPage{
		Frame: s.Frame(), ID: st.ID, Title: page.Say("setup.title"), Host: p.Page.Host(), Who: usedBy(st),
		Status: setUpStatus(st), State: st.State, Left: st.Left, Last: st.Left <= codeEnds, Later: s.Who.Grace(p.Limits, p.Now()) > 0, OnPhone: page.OnPhone(r), System: "android",
	}
	if page.OnIPhone(r) {
		c.System = "iphone"
	}
	switch st.Purpose {
	case activation.Add:
		c.Title = page.Say("setup.title.add")
	case activation.Move:
		c.Title, c.Step = page.Say("setup.title.move"), page.Say("move.step.2")
	}
	if st.Code != "" {
		c.Code, c.Link = st.Code.String(), st.Code.Link(p.Page.Origin())
		var err error
		if c.QR, err = door.QR(c.Link); err != nil {
			return err
		}
		if p.Phone != "" {
			c.Pretend = p.Phone + "#" + string(st.Code)
		}
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/setup", c)
}

// postActivation makes a newer code for what the last one was for. A form of an
// older page, or the same one sent twice, only shows the code that is there.
func (p *Portal) postActivation(w http.ResponseWriter, r *http.Request, s door.Session) error {
	by := activation.By{Account: s.Account, Session: s.ID, Purpose: activation.First}
	last, err := p.Activations.Status(r.Context(), s.ID)
	switch {
	case err == nil && r.PostForm.Has("activation") && r.PostForm.Get("activation") != last.ID:
		return door.See(w, r, "/phones/activation")
	case err == nil:
		by.Purpose, by.Approval, by.Old = last.Purpose, last.Approval, last.Activation.Old
	case !errors.Is(err, activation.ErrUnknown):
		return err
	}
	if _, err = p.Activations.Begin(r.Context(), p.By(r, by)); err != nil {
		return p.showNoCode(w, r, s, err)
	}
	return door.See(w, r, "/phones/activation")
}

// postCancelActivation ends the set-up; one that has ended stays as it ended. "Not now"
// says nothing about it and leads on to what lies behind.
func (p *Portal) postCancelActivation(w http.ResponseWriter, r *http.Request, s door.Session) error {
	err := p.Activations.Cancel(r.Context(), s.ID)
	if err != nil && !errors.Is(err, activation.ErrClosed) {
		return err
	}
	if r.PostForm.Get("later") != "yes" {
		return door.See(w, r, "/phones/activation")
	}
	next, err := p.Home(r, s)
	if err != nil {
		return err
	}
	return door.See(w, r, next)
}
