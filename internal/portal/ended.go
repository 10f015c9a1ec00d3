package portal

import (
	"errors"
	"net/http"

	"keyturn/internal/activation"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// What the page of an ended set-up can do: make a newer code, or sign in with the phone
// that there is.
var (
	newCode = door.Post{To: "/phones/activation", Name: "activation"}
	signOut = door.Post{To: "/sign-out", Name: "request"}
)

// unused is an end of a set-up after which only a newer code helps.
func unused(kind door.Kind, title, body page.Sentence) door.Outcome {
	return door.Outcome{Kind: kind, Icon: "clock", Tone: "warn", Title: title, Body: body,
		Go: page.Say("outcome.code.go"), Post: newCode, Guide: door.GuideActivation}
}

// alarming is one that the person should not take lightly.
func alarming(kind door.Kind, title, body page.Sentence) door.Outcome {
	o := unused(kind, title, body)
	o.Icon, o.Tone = "warning", "bad"
	return o
}

var (
	expired = unused("expired", page.Say("setup.expired"), page.Say("outcome.code.body"))
	noCode  = door.Outcome{Kind: "none", Icon: "info", Tone: "info", Title: page.Say("setup.none"), Body: page.Say("setup.none.body"),
		Go: page.Say("outcome.code.go"), Post: newCode, Guide: door.GuideActivation}
	already = door.Outcome{Kind: "already", Icon: "phone", Tone: "info", Title: page.Say("setup.already.phone"), Body: page.Say("outcome.already.body"),
		Go: page.Say("outcome.already.go"), Post: signOut, Guide: door.GuideActivation}
)

// setUpEnd says the true cause, which the phone was not told: this person's
// password was right.
func (p *Portal) setUpEnd(r *http.Request, st activation.Status) (door.Outcome, error) {
	if st.Cause != activation.CausePhone {
		return setUpEnded(st), nil
	}
	end := already
	name, err := p.activePhone(r, st.Account)
	if name != "" {
		end.Title = page.Say("outcome.already.title", "phone", name)
	}
	return end, err
}

func setUpEnded(st activation.Status) door.Outcome {
	switch {
	case st.State == activation.Replaced:
		return unused("replaced", page.Say("setup.replaced"), page.Say("setup.replaced.body"))
	case st.Cause == activation.CausePhones:
		return door.Full
	case st.Cause == activation.CauseStale:
		return door.Unapproved
	case st.Cause == activation.CauseStorage, st.Cause == activation.CauseAnswer: // the phone said so itself
		return alarming("failed", page.Say("setup."+st.Cause, "phone", st.PhoneName), page.Say("setup."+st.Cause+".body"))
	case st.State == activation.Cancelled:
		return setUpCancelled(st)
	case st.State == activation.Expired && !st.Finished.IsZero():
		return unused("unchecked", page.Say("check.expired"), page.Say("check.expired.body"))
	case !st.Redeemed.IsZero(): // failed, or never finished
		return alarming("used", page.Say("setup.used", "phone", st.PhoneName, "time", st.Redeemed),
			page.Say("setup.used.body", "failed", page.Say("setup.failed")))
	}
	return expired
}

func setUpCancelled(st activation.Status) door.Outcome {
	switch {
	case st.Cause == activation.CauseDigits:
		return alarming("digits", page.Say("check.cancelled"), page.Say("check.cancelled.body"))
	case st.Purpose == activation.Move:
		return unused("cancelled", page.Say("move.cancelled"), page.Say("move.cancelled.body"))
	}
	return unused("cancelled", page.Say("setup.cancelled"), page.Say("setup.cancelled.body"))
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

// showNoCode says why there is no newer code.
func (p *Portal) showNoCode(w http.ResponseWriter, r *http.Request, s door.Session, err error) error {
	var end door.Outcome
	switch {
	case errors.Is(err, policy.ErrTooMany):
		end = unused("many", page.Say("setup.many"), page.Say("setup.many.body", "count", door.Minutes(p.Limits.Codes.In)))
	case errors.Is(err, activation.ErrPurpose) && s.Proven.Way == policy.ByRecovery: // once, and not after a report
		end = door.Recovered
	case errors.Is(err, activation.ErrPurpose): // it has a phone by now
		end = already
		end.Icon, end.Tone = "clock", "warn"
	default:
		return err
	}
	return p.Show(w, r, door.StatusOf(err), door.OutcomePage{Frame: s.Frame(), Outcome: end})
}
