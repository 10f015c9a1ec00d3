package signin

import (
	"context"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/locale"
)

// getEvents follows the browser's request to its end.
func (in *SignIn) getEvents(w http.ResponseWriter, r *http.Request) error {
	h, err := in.asked(r, r.URL.Query().Get("request"))
	if err != nil {
		return err
	}
	return in.Follow(w, r, h.Request, in.Approvals.Watch, in.look(h, in.Page.Words(r), r.URL.Query().Get("way") == "qr"))
}

func (in *SignIn) look(h approval.Handle, words *locale.Words, qr bool) door.Reading {
	return func(ctx context.Context) (door.Event, time.Duration, error) {
		st, err := in.Approvals.Standing(ctx, h)
		if err != nil {
			return door.Event{}, 0, err
		}
		ev := in.waitEvent(st, words)
		if qr {
			in.qrEvent(&ev, st, words)
		}
		return ev, st.Left, nil
	}
}

func (in *SignIn) waitEvent(st approval.Standing, words *locale.Words) door.Event {
	ev := door.Event{State: string(st.State), Page: "outcome", Ends: st.Expires.Unix()}
	switch {
	case unanswered(st):
		ev.Left = door.Seconds(st.Left)
	case st.State == approval.Waiting:
		ev.Page, ev.Say, ev.Left = "wait", in.progress(st).In(words), door.Seconds(st.Left)
	case st.State == approval.Approved:
		ev.Page, ev.Say = "approved", approvedSentence(st.Action).In(words)
	}
	return ev
}

// qrEvent is what the page of the QR code wants to know instead.
func (in *SignIn) qrEvent(ev *door.Event, st approval.Standing, words *locale.Words) {
	if st.State == approval.Waiting {
		say := in.scanning(st)
		ev.Say, ev.Scan, ev.Read = say.In(words), st.QRs, scanned(say)
	}
}

func approvedSentence(action keyturn.Action) page.Sentence {
	if action == keyturn.SignIn {
		return page.Say("wait.approved")
	}
	return page.Say("wait.approved.other")
}
