package portal

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// lastCall is when the countdown of a request appears: before that it would
// only make people hurry.
const lastCall = 30 * time.Second

// waitPage is everything that wait.html shows.
type waitPage struct {
	page.Frame
	Request  string         // goes back with every form: another one than the cookie's changes nothing
	Action   keyturn.Action // what the phone is asked
	Message  string         // name of the phone that is meant, for a change of phones
	Number   string         // 6 digits; empty if none has to be carried
	Phones   []string       // names of those that can answer
	Status   page.Sentence  // how far it has come
	Left     time.Duration
	Last     bool          // the time is nearly over
	More     bool          // and can be prolonged
	Longer   page.Sentence // it was, just now; empty otherwise
	Known    bool          // no number is asked because the browser is known
	New      bool          // one is asked because it isn't
	OnPhone  bool          // the page is shown on a phone, perhaps on the one that is asked
	OnIPhone bool          // whose links don't open installed apps
	Pretend  string        // address of a pretend phone; empty outside the demo
	Rang     rang          // how its phones were woken

	// The rungs of the ladder below it, all about this one request.
	QR        bool   // there is a QR code already
	Challenge bool   // and a challenge code
	Off       bool   // challenge codes are off for the account
	Reference string // for the help desk
}

// approvedPage is everything that approved.html shows.
type approvedPage struct {
	page.Frame
	Request string
	Status  page.Sentence
}

// Other reports whether the phone is asked for anything but a sign-in.
func (w waitPage) Other() bool { return w.Action != keyturn.SignIn }

// Coded reports whether a challenge code is a way: not where the phone has to show what
// it is asked, A102. The page then says which ways are left.
func (w waitPage) Coded() bool { return policy.ByResponse(w.Action) }

// What is asked, in words.
func (w waitPage) What() page.Sentence {
	return meant(w.Action, w.Message)
}

// meant says what a phone is asked. Of a phone that is to go the page shows the name.
func meant(action keyturn.Action, message string) page.Sentence {
	if action == keyturn.MovePhone || action == keyturn.RemovePhone {
		_, message = keyturn.ParsePhoneMessage(message)
	}
	return page.Say("request.action."+string(action), "message", message)
}

// Step of a move that this is.
func (w waitPage) Step() page.Sentence {
	if w.Action != keyturn.MovePhone {
		return page.Sentence{}
	}
	return page.Say("move.step.1")
}

// Sent says which phones were asked.
func (w waitPage) Sent() page.Sentence {
	switch one := len(w.Phones) == 1; {
	case one && w.Other():
		return page.Say("wait.sent.other", "phone", w.Phones[0])
	case one:
		return page.Say("wait.sent", "phone", w.Phones[0])
	case w.Other():
		return page.Say("wait.sent.other.n", "count", len(w.Phones))
	}
	return page.Say("wait.sent.n", "count", len(w.Phones))
}

// Digits of the number in two groups, as a sentence shows them.
func (w waitPage) Digits() string {
	if len(w.Number) != 6 {
		return ""
	}
	return w.Number[:3] + " " + w.Number[3:]
}

// Seconds that are left.
func (w waitPage) Seconds() int { return seconds(w.Left) }

// Head is the heading.
func (w waitPage) Head() page.Sentence {
	if w.Other() {
		return page.Say("wait.title.other")
	}
	return page.Say("wait.title")
}

// Title of the page, as tabs show it.
func (w waitPage) Title() page.Sentence {
	if w.Digits() != "" {
		return page.Say("wait.pagetitle", "number", w.Digits(), "title", w.Head())
	}
	return w.Head()
}

// Any says which phones can answer.
func (w waitPage) Any() page.Sentence {
	if w.Other() {
		return page.Say("wait.change.body.other", "phones", w.Phones)
	}
	return page.Say("wait.change.body", "phones", w.Phones)
}

// getWait shows how the browser's request stands, and changes nothing however
// often it is loaded, A27. With the id of another one than the cookie's it says
// that the person went on in another tab.
func (p *Portal) getWait(w http.ResponseWriter, r *http.Request) error {
	st, err := p.Approvals.Status(r.Context(), p.handle(r, r.URL.Query().Get("request")))
	if err != nil {
		return err
	}
	frame := page.Frame{Account: st.Name}
	switch {
	case unanswered(st.Standing):
		all, err := p.Devices.Devices(r.Context(), st.Account)
		if err != nil {
			return err
		}
		return p.show(w, r, http.StatusOK, outcomePage{Frame: frame, outcome: unanswerable(all), Request: st.ID,
			Reference: keyturn.GroupedReference(st.Reference)})
	case st.State == approval.Waiting:
		return p.Page.Render(w, r, http.StatusOK, "portal/wait", p.waiting(r, frame, st))
	case st.State == approval.Approved, open(st.Standing):
		return p.Page.Render(w, r, http.StatusOK, "portal/approved", approvedPage{frame, st.ID, approvedSentence(st.Action)})
	case st.State == approval.Redeemed:
		return see(w, r, after(st.Action))
	case st.State == approval.Cancelled && st.Action != keyturn.SignIn:
		return see(w, r, "/phones")
	}
	return p.show(w, r, http.StatusOK, outcomePage{Frame: frame, outcome: ended(st.Request, p.Limits), Request: st.ID,
		Reference: keyturn.GroupedReference(st.Reference)})
}

// unanswered reports whether a sign-in waits that no phone can answer.
func unanswered(st approval.Standing) bool {
	return st.State == approval.Waiting && st.Action == keyturn.SignIn && !st.Answerable
}

// open reports whether a redeemed approval has still to make its change: the
// server went down between the two.
func open(st approval.Standing) bool {
	return st.State == approval.Redeemed && st.Action != keyturn.SignIn && st.Action != keyturn.ChangePassword && !st.Used
}

// after is where a person goes when their request is redeemed.
func after(action keyturn.Action) string {
	switch action {
	case keyturn.AddPhone, keyturn.MovePhone:
		return "/phones/activation"
	case keyturn.RemovePhone:
		return "/phones"
	case keyturn.RecoveryCodes:
		return "/recovery-codes"
	case keyturn.ChangePassword:
		return "/password"
	}
	return "/"
}

// waiting is what the waiting page and those below it show of a request.
func (p *Portal) waiting(r *http.Request, frame page.Frame, st approval.Status) waitPage {
	w := waitPage{
		Frame: frame, Request: st.ID, Action: st.Action, Message: st.Message,
		Number: string(st.Digits), Phones: st.Phones, Status: p.progress(st.Standing),
		Left: st.Left, Last: st.Left <= lastCall, More: st.Expires.Before(st.Made.Add(p.Limits.RequestMost)),
		Known: p.Number == policy.NewBrowser && st.Known, New: p.Number == policy.NewBrowser && !st.Known,
		OnPhone: page.OnPhone(r), OnIPhone: page.OnIPhone(r), Pretend: p.Phone,
		Rang: rangOf(st.Push, st.Pushes, st.Phones, st.Silent),
		QR:   st.QRs > 0, Challenge: st.Challenge != "", Off: !st.Offline, Reference: keyturn.GroupedReference(st.Reference),
	}
	switch {
	case !r.URL.Query().Has("longer"):
	case w.More:
		w.Longer = page.Say("wait.longer", "time", page.Long(p.Limits.RequestLife))
	default:
		w.Longer = page.Say("wait.longest")
	}
	return w
}

// progress says how far a waiting request has come. What a phone says of itself
// is a hint, and decides nothing.
func (p *Portal) progress(st approval.Standing) page.Sentence {
	left := max(0, p.Limits.NumberTries-st.Tries)
	switch st.Seen {
	case approval.SeenNumber:
		return page.Say("wait.wrongnum", "count", left)
	case approval.SeenCode:
		return page.Say("wait.wrongqr", "count", left)
	case approval.SeenPIN:
		return page.Say("wait.wrongpin")
	case approval.SeenUnlocking:
		return page.Say("wait.unlocking")
	case approval.SeenOpened, approval.SeenScanned:
		if st.Action != keyturn.SignIn {
			return page.Say("wait.seen.other", "phone", st.SeenBy)
		}
		return page.Say("wait.seen", "phone", st.SeenBy)
	}
	if st.Action != keyturn.SignIn {
		return page.Say("wait.wait.other")
	}
	return page.Say("wait.wait")
}

// postProlong gives a waiting request more time, as far as it can have more, and says
// so if it got some.
func (p *Portal) postProlong(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := p.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	ends, err := p.Approvals.Prolong(r.Context(), h)
	switch {
	case isGone(err):
		return see(w, r, rung(r))
	case err != nil:
		return err
	case ends.After(st.Expires):
		return see(w, r, rung(r)+"?longer")
	}
	return see(w, r, rung(r))
}

// rung is where a form of the ladder was sent from.
func rung(r *http.Request) string {
	switch r.PostForm.Get("way") {
	case "qr":
		return "/sign-in/qr"
	case "offline":
		return "/sign-in/offline"
	}
	return "/sign-in/wait"
}

// seeWait leads to the waiting page, which says how the request stands that the
// page before was about.
func seeWait(w http.ResponseWriter, r *http.Request) error {
	if id := r.URL.Query().Get("request"); id != "" {
		return see(w, r, "/sign-in/wait?request="+url.QueryEscape(id))
	}
	return see(w, r, "/sign-in/wait")
}

// postCancel ends a waiting request. One that has ended stays as it ended, and
// the waiting page says how.
func (p *Portal) postCancel(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := p.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	if err := p.Approvals.Cancel(r.Context(), h); isGone(err) {
		return see(w, r, "/sign-in/wait")
	} else if err != nil {
		return err
	}
	if st.Action != keyturn.SignIn {
		return see(w, r, "/phones")
	}
	return see(w, r, "/")
}

// postAgain makes a new request after one that ended, without the password for
// as long as that is allowed; else the person types it again.
func (p *Portal) postAgain(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	st, err := p.Approvals.Standing(r.Context(), h)
	if err != nil {
		return err
	}
	known, err := p.Sessions.Known(r.Context(), st.Account, p.token(r, page.KnownBrowser))
	if err != nil {
		return err
	}
	a, err := p.Accounts.Account(r.Context(), st.Account)
	if err != nil {
		return err
	}
	addr := page.Addr(r)
	_, next, err := p.Approvals.Again(r.Context(), h, approval.Attempt{
		Account: st.Account, Name: st.Name, App: st.App, Action: st.Action, Before: h.Token, Known: known, MoreTime: a.MoreTime,
		Browser: page.Browser(r.UserAgent()), IP: addr, Place: p.place(r),
	})
	if errors.Is(err, approval.ErrTooLate) {
		return p.showSignIn(w, r, http.StatusOK, signInPage{Name: st.Name, Problem: page.Say("signin.again")})
	}
	if err != nil {
		return err
	}
	if next.Token != "" { // a request that still waits keeps its cookie
		p.keep(w, page.Pending, next.Token, p.Limits.AgainIn)
	}
	if r.PostForm.Get("way") == "qr" && next.Token != "" { // the QR code had ended: the next one, at once
		return p.postQR(w, r, next)
	}
	return see(w, r, "/sign-in/wait")
}

func isGone(err error) bool {
	var gone *approval.Gone
	return errors.As(err, &gone)
}
