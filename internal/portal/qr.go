package portal

import (
	"html/template"
	"net/http"
	"strings"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/page"
	"keyturn/internal/qr"
)

// qrPage is everything that qr.html shows.
type qrPage struct {
	waitPage
	QR      template.HTML // drawing of the link; nil once the code has ended
	Link    string        // what the code holds
	QRs     int           // which one it is, counted from 1
	Another bool          // can be had
	Ended   bool          // time is over: the next code is that of a new request
}

// postQR makes a QR code for the request that waits, the only one that counts from
// now on. It is shown by getQR, the same at every refresh.
func (p *Portal) postQR(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	if err := p.Ways.ShowQR(r.Context(), h); isGone(err) {
		return see(w, r, "/sign-in/wait")
	} else if err != nil {
		return err
	}
	return see(w, r, "/sign-in/qr")
}

// getQR shows the QR code, while it can be scanned. A code whose time is over stays
// in sight with the way to the next one, as people know it from elsewhere.
func (p *Portal) getQR(w http.ResponseWriter, r *http.Request) error {
	st, err := p.Approvals.Status(r.Context(), p.handle(r, r.URL.Query().Get("request")))
	if err != nil {
		return err
	}
	over := st.State == approval.Expired && st.Answered.IsZero() && st.Action == keyturn.SignIn // which can be asked again
	if st.QRs == 0 || st.State != approval.Waiting && !over {
		return seeWait(w, r)
	}
	q := qrPage{waitPage: p.waiting(r, page.Frame{Account: st.Name}, st), QRs: st.QRs, Ended: over, Another: st.QRs < p.Limits.QRs}
	q.Status = p.scanning(st.Standing)
	if over {
		return p.Page.Render(w, r, http.StatusOK, "portal/qr", q)
	}
	q.Link = st.Link.Link(p.Page.Origin())
	drawing, err := qr.SVG(q.Link, qrScale)
	if err != nil {
		return err
	}
	q.QR = template.HTML(drawing) // drawn by us, of squares
	return p.Page.Render(w, r, http.StatusOK, "portal/qr", q)
}

// scanning says how far a scan has come.
func (p *Portal) scanning(st approval.Standing) page.Sentence {
	switch {
	case st.State != approval.Waiting:
		return page.Say("qr.ended")
	case st.Seen == approval.SeenScanned, st.Seen == approval.SeenUnlocking:
		if st.Action != keyturn.SignIn {
			return page.Say("qr.scanned.other", "phone", st.SeenBy)
		}
		return page.Say("qr.scanned", "phone", st.SeenBy)
	case st.Seen == "":
		return page.Say("qr.waiting")
	}
	return p.progress(st)
}

// Scanned reports whether a phone has read the code.
func (q qrPage) Scanned() bool { return scanned(q.Status) }

func scanned(say page.Sentence) bool { return strings.HasPrefix(say.Key, "qr.scanned") }
