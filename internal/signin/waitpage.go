package signin

import (
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/door"
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
	return door.Asked(w.Action, w.Message)
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
func (w waitPage) Seconds() int { return door.Seconds(w.Left) }

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

// waiting is what the waiting page and those below it show of a request.
func (in *SignIn) waiting(r *http.Request, frame page.Frame, st approval.Status) waitPage {
	w := waitPage{
		Frame: frame, Request: st.ID, Action: st.Action, Message: st.Message,
		Number: string(st.Digits), Phones: st.Phones, Status: in.progress(st.Standing),
		Left: st.Left, Last: st.Left <= lastCall, More: st.Expires.Before(st.Made.Add(in.Limits.RequestMost)),
		Known: in.Number == policy.NewBrowser && st.Known, New: in.Number == policy.NewBrowser && !st.Known,
		OnPhone: page.OnPhone(r), OnIPhone: page.OnIPhone(r), Pretend: in.Phone,
		Rang: rangOf(st.Push, st.Pushes, st.Phones, st.Silent),
		QR:   st.QRs > 0, Challenge: st.Challenge != "", Off: !st.Offline, Reference: keyturn.GroupedReference(st.Reference),
	}
	switch {
	case !r.URL.Query().Has("longer"):
	case w.More:
		w.Longer = page.Say("wait.longer", "time", page.Long(in.Limits.RequestLife))
	default:
		w.Longer = page.Say("wait.longest")
	}
	return w
}

// progress says how far a waiting request has come. What a phone says of itself
// is a hint, and decides nothing.
func (in *SignIn) progress(st approval.Standing) page.Sentence {
	left := max(0, in.Limits.NumberTries-st.Tries)
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
