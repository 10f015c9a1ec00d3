package signin

import (
	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// How a request has ended. Denied and reported look the same: whoever is at this browser
// may be the one who was reported.
const (
	denied    door.Kind = "denied"
	expired   door.Kind = "expired"
	late      door.Kind = "late" // approved, and not redeemed in time
	number    door.Kind = "number"
	response  door.Kind = "response"
	cancelled door.Kind = "cancelled"
	displaced door.Kind = "displaced"
)

// again is what an ended sign-in offers.
var again = door.Post{To: "/sign-in/again", Name: "request"}

// ends are those of a sign-in, D12.
var ends = map[door.Kind]door.Outcome{
	denied: {Icon: "cross", Tone: "bad", Title: page.Say("outcome.denied.title"),
		Body: page.Say("outcome.denied.body"), Go: page.Say("outcome.denied.go"), Post: again},
	expired: {Icon: "clock", Tone: "warn", Title: page.Say("outcome.expired.title"),
		Body: page.Say("outcome.expired.body"), Go: page.Say("outcome.expired.go"), Post: again},
	late: {Icon: "clock", Tone: "warn", Title: page.Say("outcome.late.title"),
		Go: page.Say("outcome.late.go"), Post: again},
	number: {Icon: "cross", Tone: "bad", Title: page.Say("outcome.number.title"),
		Body: page.Say("outcome.number.body"), Go: page.Say("outcome.number.go"), Post: again},
	response: {Icon: "cross", Tone: "bad", Title: page.Say("outcome.response.title"),
		Body: page.Say("outcome.response.body"), Go: page.Say("outcome.response.go"), Post: again},
	cancelled: {Icon: "info", Tone: "info", Title: page.Say("outcome.cancelled.title"),
		Body: page.Say("outcome.cancelled.body"), Go: page.Say("outcome.cancelled.go"), Link: "/"},
	displaced: {Icon: "info", Tone: "warn", Title: page.Say("outcome.displaced.title"),
		Body: page.Say("outcome.displaced.body"), Go: page.Say("outcome.displaced.go"), Post: again},
}

// kindOf says how a request has ended.
func kindOf(r approval.Request, l policy.Limits) door.Kind {
	switch {
	case r.State == approval.Denied, r.State == approval.Reported:
		return denied
	case r.State == approval.Failed && r.Responses >= l.Responses:
		return response
	case r.State == approval.Failed:
		return number
	case r.State == approval.Cancelled:
		return cancelled
	case r.State == approval.Replaced:
		return displaced
	case !r.Answered.IsZero():
		return late
	}
	return expired
}

// ended is how a request came to its end.
func ended(r approval.Request, l policy.Limits) door.Outcome {
	kind := kindOf(r, l)
	o := ends[kind]
	o.Kind, o.Guide = kind, door.GuideApproval
	if kind == late {
		o.Body = page.Say("outcome.late.body", "time", page.Long(l.RedeemIn))
	}
	if r.Action == keyturn.SignIn {
		return o
	}
	return ofChange(o, r)
}

// ofChange is the same end for a change that a signed-in person asked for.
func ofChange(o door.Outcome, r approval.Request) door.Outcome {
	switch o.Kind {
	case denied:
		o.Title = page.Say("outcome.denied.title.other")
	case late:
		o.Title = page.Say("outcome.late.title.other")
	}
	o.Body, o.Go, o.Link = page.Say("outcome.code.body"), page.Say("outcome.change.go"), "/phones"
	o.Post, o.Guide = door.Post{}, door.GuidePhones
	if o.Kind == expired && r.Action == keyturn.MovePhone {
		_, old := keyturn.ParsePhoneMessage(r.Message)
		o.Title, o.Go, o.Link = page.Say("move.silent", "old", old), page.Say("move.again"), "/phones/move?device="+r.Target
		o.Guide = door.GuideApproval
	}
	return o
}

// Why no phone can answer a sign-in.
var (
	noPhone = door.Outcome{Kind: "no_phone", Icon: "phone", Tone: "bad", Title: page.Say("outcome.nophone.title"),
		Body: page.Say("outcome.nophone.body"), Go: page.Say("outcome.recover.go"), Link: "/sign-in/recovery", Guide: door.GuideRecovery}
	paused = door.Outcome{Kind: "paused", Icon: "clock", Tone: "warn", Title: page.Say("outcome.paused.title"),
		Body: page.Say("outcome.paused.body"), Go: page.Say("outcome.recover.go"), Link: "/sign-in/recovery", Guide: door.GuideRecovery}
	locked = door.Outcome{Kind: "locked", Icon: "lock", Tone: "bad",
		Body: page.Say("outcome.locked.body"), Go: page.Say("outcome.recover.go"), Link: "/sign-in/recovery", Guide: door.GuideRecovery}
)

// unanswerable says why no phone can answer a sign-in that waits, and what the person
// can do.
func unanswerable(all []device.Device) door.Outcome {
	for _, d := range all {
		switch {
		case d.Stopped:
			return paused
		case d.State == device.PINLocked:
			o := locked
			o.Title = page.Say("outcome.locked.title", "phone", d.Name)
			return o
		}
	}
	return noPhone
}
