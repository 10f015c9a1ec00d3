package door

import (
	"errors"
	"net/http"

	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// An Outcome is an end, in the one layout that all ends have: what happened, what
// it means, and one thing to do.
type Outcome struct {
	Kind  Kind
	Icon  string // of shared/icons
	Tone  string // "bad", "warn" or "info"
	Title page.Sentence
	Body  page.Sentence
	Go    page.Sentence
	Link  string // where Go leads; or
	Post  Post   // what it posts
	Guide string // that explains it
}

// A Kind says what has ended how, whatever the words are.
type Kind string

// A Post sends the id of what has ended. The zero value sends nothing.
type Post struct {
	To   string // path
	Name string // under which the id is sent
}

// The guides that explain ends.
const (
	GuideApproval   = "approve#not-approved"
	GuideReport     = "approve#not-you"
	GuideRecovery   = "recover"
	GuidePhones     = "several-phones"
	GuideActivation = "activation-errors"
)

// An OutcomePage is everything that outcome.html shows.
type OutcomePage struct {
	page.Frame
	Outcome
	Request   string // id of what has ended
	Reference string
}

// Show shows how something has ended.
func (d *Door) Show(w http.ResponseWriter, r *http.Request, status int, o OutcomePage) error {
	return d.Page.Render(w, r, status, "door/outcome", o)
}

// The ends that a page meets without a request of its own.
var (
	tab = Outcome{Kind: "tab", Icon: "info", Tone: "info", Title: page.Say("outcome.tab.title"),
		Body: page.Say("outcome.tab.body"), Go: page.Say("outcome.tab.go"), Link: "/sign-in/wait", Guide: GuideApproval}
	gone = Outcome{Kind: "gone", Icon: "info", Tone: "info", Title: page.Say("outcome.gone.title"),
		Body: page.Say("outcome.gone.body"), Go: page.Say("outcome.gone.go"), Link: "/", Guide: GuideApproval}
	nobody = Outcome{Kind: "nobody", Icon: "phone", Tone: "bad", Title: page.Say("outcome.nophone.title.other"),
		Body: page.Say("outcome.nophone.body"), Go: page.Say("outcome.change.go"), Link: "/phones", Guide: GuidePhones}
	probation = Outcome{Kind: "probation", Icon: "clock", Tone: "warn", Title: page.Say("outcome.probation.title"),
		Go: page.Say("outcome.change.go"), Link: "/", Guide: GuideRecovery}

	Recovered = Outcome{Kind: "recovered", Icon: "key", Tone: "warn", Title: page.Say("outcome.recovered.title"),
		Body: page.Say("outcome.recovered.body"), Go: page.Say("outcome.change.go"), Link: "/", Guide: GuideRecovery}
	Unapproved = Outcome{Kind: "unapproved", Icon: "clock", Tone: "warn", Title: page.Say("setup.approval"),
		Body: page.Say("setup.approval.body"), Go: page.Say("outcome.change.go"), Link: "/phones", Guide: GuidePhones}
	Visited = Outcome{Kind: "visited", Icon: "info", Tone: "info", Body: page.Say("outcome.visit.body"),
		Go: page.Say("page.continue"), Link: "/", Guide: GuideApproval}
	Full = Outcome{Kind: "full", Icon: "phone", Tone: "warn", Title: page.Say("setup.full"),
		Body: page.Say("setup.full.body"), Go: page.Say("outcome.change.go"), Link: "/phones", Guide: GuidePhones}
)

// endOf explains the errors that people meet, or false.
func endOf(err error, l policy.Limits) (Outcome, bool) {
	switch {
	case errors.Is(err, approval.ErrReplaced):
		return tab, true
	case errors.Is(err, approval.ErrUnknown), errors.Is(err, session.ErrNone), errors.Is(err, activation.ErrUnknown),
		errors.Is(err, entry.ErrNoVisit):
		return gone, true
	case errors.Is(err, approval.ErrNoPhone):
		return nobody, true
	case errors.Is(err, device.ErrProbation):
		o := probation
		o.Body = page.Say("outcome.probation.body", "time", page.Long(l.Probation))
		return o, true
	case errors.Is(err, errRecovered):
		return Recovered, true
	case errors.Is(err, activation.ErrApproval):
		return Unapproved, true
	case errors.Is(err, activation.ErrPhones):
		return Full, true
	}
	return Outcome{}, false
}
