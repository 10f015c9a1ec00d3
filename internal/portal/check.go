package portal

import (
	"errors"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/door"
	"keyturn/internal/page"
)

// checkPage is everything that check.html shows.
type checkPage struct {
	page.Frame
	ID      string
	Who     page.Sentence // which phone has used the code, and when
	Typed   string        // stays after a mistake
	Problem page.Sentence
	Left    time.Duration
	Last    bool
	Step    page.Sentence // of a move; empty otherwise
}

// Seconds that are left.
func (c checkPage) Seconds() int { return door.Seconds(c.Left) }

// donePage is everything that done.html shows.
type donePage struct {
	page.Frame
	Phone string
	Title page.Sentence
	Body  page.Sentence // what else the person has to know; may be empty
	Codes bool          // recovery codes are to be made now
	Next  string        // where it goes on without them
}

func (p *Portal) showCheck(
	w http.ResponseWriter, r *http.Request, status int, c checkPage, st activation.Status,
) error {
	c.ID, c.Left, c.Last = st.ID, st.Left, st.Left <= codeEnds
	c.Who = usedBy(st)
	if st.Purpose == activation.Move {
		c.Step = page.Say("move.step.3")
	}
	if r.Method == http.MethodPost {
		c.Switch = page.Switch{Action: "/language", Fields: []page.Field{{Name: "back", Value: "/phones/activation"}}}
	}
	return p.Page.Render(w, r, status, "portal/check", c)
}

// postCheck takes the digits that the phone shows, from the session that made
// the code and from no other, A40.
func (p *Portal) postCheck(w http.ResponseWriter, r *http.Request, s door.Session) error {
	typed := r.PostForm.Get("code")
	c := checkPage{Typed: typed}
	_, err := p.Activations.Check(r.Context(), s.ID, typed)
	var wrong *activation.WrongDigits
	switch {
	case errors.As(err, &wrong) && wrong.Left > 0:
		c.Problem = page.Say("check.err", "count", wrong.Left)
	case errors.Is(err, activation.ErrForm):
		c.Problem = page.Say("check.typo", "count", door.Digits(typed))
	case err == nil, wrong != nil, errors.Is(err, activation.ErrClosed), errors.Is(err, activation.ErrPhones),
		errors.Is(err, activation.ErrApproval), errors.Is(err, activation.ErrPurpose):
		return door.See(w, r, "/phones/activation") // which says what became of it
	default:
		return err
	}
	return p.checkAgain(w, r, s, c)
}

// checkAgain shows the form once more, as long as digits are asked for.
func (p *Portal) checkAgain(w http.ResponseWriter, r *http.Request, s door.Session, c checkPage) error {
	st, err := p.Activations.Status(r.Context(), s.ID)
	if err != nil {
		return err
	}
	if screenOf(st) != "check" {
		return door.See(w, r, "/phones/activation")
	}
	c.Frame = s.Frame()
	return p.showCheck(w, r, http.StatusUnprocessableEntity, c, st)
}

// showDone waits for the person, who is looking at the phone. After the first
// phone of an account its recovery codes come next.
func (p *Portal) showDone(w http.ResponseWriter, r *http.Request, s door.Session, st activation.Status) error {
	done := donePage{Frame: s.Frame(), Phone: st.PhoneName, Title: page.Say("check.done", "phone", st.PhoneName)}
	all, err := p.Devices.Devices(r.Context(), st.Account)
	if err != nil {
		return err
	}
	old := ""
	for _, d := range all {
		switch d.ID {
		case st.Activation.Old:
			old = d.Name
		case st.Device:
			if d.OnProbation(p.Now()) {
				done.Body = page.Say("entercode.first24")
			}
		}
	}
	switch {
	case st.Purpose == activation.Move:
		done.Title = page.Say("move.done", "old", old)
	case st.Purpose == activation.First:
		codes, err := p.Accounts.RecoveryCodes(r.Context(), st.Account)
		if err != nil {
			return err
		}
		done.Codes = !codes.Made
	}
	if done.Next, err = p.Home(r, s); err != nil {
		return err
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/done", done)
}

// usedBy says which phone has used the code: whoever doesn't have it in their hand
// stops here, A34.
func usedBy(st activation.Status) page.Sentence {
	if system := systems[st.Platform]; system != "" {
		return page.Say("check.who", "phone", st.PhoneName, "system", system, "time", st.Redeemed)
	}
	return page.Say("check.who.other", "phone", st.PhoneName, "time", st.Redeemed)
}

// systems are the names of phones' systems, as their persons call them.
var systems = map[keyturn.Platform]string{keyturn.Android: "Android", keyturn.IOS: "iPhone"}
