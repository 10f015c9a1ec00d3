package signin

import (
	"html/template"
	"net/http"
	"strings"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
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
func (in *SignIn) postQR(w http.ResponseWriter, r *http.Request, h approval.Handle) error {
	if err := in.Ways.ShowQR(r.Context(), h); isGone(err) {
		return door.See(w, r, "/sign-in/wait")
	} else if err != nil {
		return err
	}
	return door.See(w, r, "/sign-in/qr")
}

// getQR shows the QR code, while it can be scanned. A code whose time is over stays
// in sight with the way to the next one, as people know it from elsewhere.
func (in *SignIn) getQR(w http.ResponseWriter, r *http.Request) error {
	st, err := in.Approvals.Status(r.Context(), in.Handle(r, r.URL.Query().Get("request")))
	if err != nil {
		return err
	}
	// A sign-in whose time is over can be asked again.
	over := st.State == approval.Expired && st.Answered.IsZero() && st.Action == keyturn.SignIn
	if st.QRs == 0 || st.State != approval.Waiting && !over {
		return seeWait(w, r)
	}
	q := qrPage{waitPage: in.waiting(r, page.Frame{Account: st.Name}, st), QRs: st.QRs, Ended: over, Another: st.QRs < in.Limits.QRs}
	q.Status = in.scanning(st.Standing)
	if over {
		return in.Page.Render(w, r, http.StatusOK, "signin/qr", q)
	}
	q.Link = st.Link.Link(in.Page.Origin())
	if q.QR, err = door.QR(q.Link); err != nil {
		return err
	}
	return in.Page.Render(w, r, http.StatusOK, "signin/qr", q)
}

// scanning says how far a scan has come.
func (in *SignIn) scanning(st approval.Standing) page.Sentence {
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
	return in.progress(st)
}

// Scanned reports whether a phone has read the code.
func (q qrPage) Scanned() bool { return scanned(q.Status) }

func scanned(say page.Sentence) bool { return strings.HasPrefix(say.Key, "qr.scanned") }
