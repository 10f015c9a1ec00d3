package portal

import (
	"errors"
	"net/http"

	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
)

// postReport is "It wasn't me", afterwards: what came of that sign-in ends, and the rest
// is the effect of a report by a phone, §8.7.
func (p *Portal) postReport(w http.ResponseWriter, r *http.Request, s door.Session) error {
	id := r.PostForm.Get("request")
	if id == s.Proven.Request {
		return approval.ErrUnknown // who reports is in it
	}
	if err := p.Approvals.Report(r.Context(), s.Account, id); err != nil {
		if errors.Is(err, approval.ErrUnknown) {
			return door.ErrMissing
		}
		return err
	}
	return door.See(w, r, "/activity/reported")
}

// getReported is D12h. It is never shown in the browser that was reported: that one has
// no session any more.
func (p *Portal) getReported(w http.ResponseWriter, r *http.Request, s door.Session) error {
	return p.Show(w, r, http.StatusOK, door.OutcomePage{Frame: s.Frame(), Outcome: reported})
}

var reported = door.Outcome{Kind: "reported", Icon: "block", Tone: "warn", Title: page.Say("outcome.reported.title"),
	Body: page.Say("outcome.reported.body"), Go: page.Say("outcome.reported.go"), Link: "/password", Guide: door.GuideReport}

// postForget makes this browser, or all of them, unknown: the next sign-in asks for the
// number.
func (p *Portal) postForget(w http.ResponseWriter, r *http.Request, s door.Session) error {
	err := p.Sessions.Forget(r.Context(), s.Account, p.Token(r, page.KnownBrowser), r.PostForm.Get("which") == "all")
	if err != nil {
		return err
	}
	return door.See(w, r, "/")
}
