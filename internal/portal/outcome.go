package portal

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// An outcome is an end, in the one layout that all ends have: what happened, what
// it means, and one thing to do.
type outcome struct {
	Icon  string // of shared/icons
	Look  string // "bad", "warn" or "info"
	Title page.Sentence
	Body  page.Sentence
	Go    page.Sentence
	Link  string // where Go leads; or
	Post  string // where it posts the id of what has ended
}

// Field is the name under which the id is posted.
func (o outcome) Field() string {
	if o.Post == "/phones/activation" {
		return "activation"
	}
	return "request"
}

// Help is the guide that explains an end.
func (o outcome) Help() string {
	switch {
	case o.Post == "/phones/activation", o.Post == "/sign-out":
		return "activation-errors"
	case o.Link == "/sign-in/recovery", o.Title.Key == "outcome.probation.title", o.Title.Key == "outcome.recovered.title":
		return "recover"
	case o.Link == "/password":
		return "approve#not-you"
	case o.Link == "/phones":
		return "several-phones"
	}
	return "approve#not-approved"
}

// outcomePage is everything that outcome.html shows.
type outcomePage struct {
	page.Frame
	outcome
	Request   string
	Reference string
}

func (p *Portal) show(w http.ResponseWriter, r *http.Request, status int, o outcomePage) error {
	return p.Page.Render(w, r, status, "portal/outcome", o)
}

// The ends of a sign-in, D12.
var (
	outcomeDenied = outcome{Icon: "cross", Look: "bad", Title: page.Say("outcome.denied.title"),
		Body: page.Say("outcome.denied.body"), Go: page.Say("outcome.denied.go"), Post: "/sign-in/again"}
	outcomeExpired = outcome{Icon: "clock", Look: "warn", Title: page.Say("outcome.expired.title"),
		Body: page.Say("outcome.expired.body"), Go: page.Say("outcome.expired.go"), Post: "/sign-in/again"}
	outcomeLate = outcome{Icon: "clock", Look: "warn", Title: page.Say("outcome.late.title"),
		Go: page.Say("outcome.late.go"), Post: "/sign-in/again"}
	outcomeNumber = outcome{Icon: "cross", Look: "bad", Title: page.Say("outcome.number.title"),
		Body: page.Say("outcome.number.body"), Go: page.Say("outcome.number.go"), Post: "/sign-in/again"}
	outcomeResponse = outcome{Icon: "cross", Look: "bad", Title: page.Say("outcome.response.title"),
		Body: page.Say("outcome.response.body"), Go: page.Say("outcome.response.go"), Post: "/sign-in/again"}
	outcomeCancelled = outcome{Icon: "info", Look: "info", Title: page.Say("outcome.cancelled.title"),
		Body: page.Say("outcome.cancelled.body"), Go: page.Say("outcome.cancelled.go"), Link: "/"}
	outcomeDisplaced = outcome{Icon: "info", Look: "warn", Title: page.Say("outcome.displaced.title"),
		Body: page.Say("outcome.displaced.body"), Go: page.Say("outcome.displaced.go"), Post: "/sign-in/again"}
)

// The ends that a page meets without a request of its own.
var (
	outcomeTab = outcome{Icon: "info", Look: "info", Title: page.Say("outcome.tab.title"),
		Body: page.Say("outcome.tab.body"), Go: page.Say("outcome.tab.go"), Link: "/sign-in/wait"}
	outcomeGone = outcome{Icon: "info", Look: "info", Title: page.Say("outcome.gone.title"),
		Body: page.Say("outcome.gone.body"), Go: page.Say("outcome.gone.go"), Link: "/"}
	outcomeNoPhone = outcome{Icon: "phone", Look: "bad", Title: page.Say("outcome.nophone.title"),
		Body: page.Say("outcome.nophone.body"), Go: page.Say("outcome.recover.go"), Link: "/sign-in/recovery"}
	outcomeNobody = outcome{Icon: "phone", Look: "bad", Title: page.Say("outcome.nophone.title.other"),
		Body: page.Say("outcome.nophone.body"), Go: page.Say("outcome.change.go"), Link: "/phones"}
	outcomePaused = outcome{Icon: "clock", Look: "warn", Title: page.Say("outcome.paused.title"),
		Body: page.Say("outcome.paused.body"), Go: page.Say("outcome.recover.go"), Link: "/sign-in/recovery"}
	outcomeLocked = outcome{Icon: "lock", Look: "bad",
		Body: page.Say("outcome.locked.body"), Go: page.Say("outcome.recover.go"), Link: "/sign-in/recovery"}
	outcomeProbation = outcome{Icon: "clock", Look: "warn", Title: page.Say("outcome.probation.title"),
		Go: page.Say("outcome.change.go"), Link: "/"}
	outcomeRecovered = outcome{Icon: "key", Look: "warn", Title: page.Say("outcome.recovered.title"),
		Body: page.Say("outcome.recovered.body"), Go: page.Say("outcome.change.go"), Link: "/"}
	outcomeApproval = outcome{Icon: "clock", Look: "warn", Title: page.Say("setup.approval"),
		Body: page.Say("setup.approval.body"), Go: page.Say("outcome.change.go"), Link: "/phones"}
	outcomeFull = outcome{Icon: "phone", Look: "warn", Title: page.Say("setup.full"),
		Body: page.Say("setup.full.body"), Go: page.Say("outcome.change.go"), Link: "/phones"}
)

// endOf explains the errors that people meet, or false.
func endOf(err error, l policy.Limits) (outcome, bool) {
	switch {
	case errors.Is(err, approval.ErrReplaced):
		return outcomeTab, true
	case errors.Is(err, approval.ErrUnknown), errors.Is(err, session.ErrNone), errors.Is(err, activation.ErrUnknown):
		return outcomeGone, true
	case errors.Is(err, approval.ErrNoPhone):
		return outcomeNobody, true
	case errors.Is(err, device.ErrProbation):
		o := outcomeProbation
		o.Body = page.Say("outcome.probation.body", "time", page.Long(l.Probation))
		return o, true
	case errors.Is(err, errRecovered):
		return outcomeRecovered, true
	case errors.Is(err, activation.ErrApproval):
		return outcomeApproval, true
	case errors.Is(err, activation.ErrPhones):
		return outcomeFull, true
	}
	return outcome{}, false
}

// ended is how a request came to its end. Denied and reported look the same:
// whoever is at this browser may be the one who was reported.
func ended(r approval.Request, l policy.Limits) outcome {
	o := outcomeExpired
	switch {
	case r.State == approval.Denied, r.State == approval.Reported:
		o = outcomeDenied
	case r.State == approval.Failed && r.Responses >= l.Responses:
		o = outcomeResponse
	case r.State == approval.Failed:
		o = outcomeNumber
	case r.State == approval.Cancelled:
		o = outcomeCancelled
	case r.State == approval.Replaced:
		o = outcomeDisplaced
	case !r.Answered.IsZero(): // approved, and never redeemed
		o = outcomeLate
		o.Body = page.Say("outcome.late.body", "time", page.Long(l.RedeemIn))
	}
	if r.Action != keyturn.SignIn {
		switch o.Title.Key {
		case outcomeDenied.Title.Key:
			o.Title = page.Say("outcome.denied.title.other")
		case outcomeLate.Title.Key:
			o.Title = page.Say("outcome.late.title.other")
		}
		o.Body, o.Go, o.Link, o.Post = page.Say("outcome.code.body"), page.Say("outcome.change.go"), "/phones", ""
	}
	if r.Action == keyturn.MovePhone && r.Answered.IsZero() && o.Title.Key == outcomeExpired.Title.Key {
		_, old := keyturn.ParsePhoneMessage(r.Message)
		o.Title, o.Go, o.Link = page.Say("move.silent", "old", old), page.Say("move.again"), "/phones/move?device="+r.Target
	}
	return o
}

// unanswerable says why no phone can answer a sign-in that waits, and what the person
// can do.
func unanswerable(all []device.Device) outcome {
	for _, d := range all {
		switch {
		case d.Stopped:
			return outcomePaused
		case d.State == device.PINLocked:
			o := outcomeLocked
			o.Title = page.Say("outcome.locked.title", "phone", d.Name)
			return o
		}
	}
	return outcomeNoPhone
}
