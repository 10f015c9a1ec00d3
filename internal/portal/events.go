package portal

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/activation"
	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/token"
	"keyturn/locale"
)

// getActivationEvents follows the newest activation of the session that made
// it. No other session of the account can, A40.
func (p *Portal) getActivationEvents(w http.ResponseWriter, r *http.Request) error {
	cookie := p.Token(r, page.SignedIn)
	st, err := p.ownActivation(r.Context(), cookie)
	if err != nil {
		return err
	}
	return p.Follow(w, r, st.ID, p.Activations.Watch, p.activationReading(cookie, st.ID, p.Page.Words(r)))
}

// ownActivation is the newest one of the session under a cookie, which may have ended
// since the last look: then it tells nothing any more. A110.
func (p *Portal) ownActivation(ctx context.Context, cookie token.Token) (activation.Status, error) {
	s, err := p.Sessions.Session(ctx, cookie)
	if err != nil {
		return activation.Status{}, err
	}
	return p.Activations.Status(ctx, s.ID)
}

func (p *Portal) activationReading(cookie token.Token, id string, words *locale.Words) door.Reading {
	return func(ctx context.Context) (door.Event, time.Duration, error) {
		st, err := p.ownActivation(ctx, cookie)
		if err != nil {
			return door.Event{}, 0, err
		}
		if st.ID != id { // another tab has got a newer code
			return door.Event{State: string(activation.Replaced), Page: "outcome"}, 0, nil
		}
		ev := door.Event{State: string(st.State), Page: screenOf(st), Say: setUpStatus(st).In(words),
			Left: door.Seconds(st.Left), Ends: st.Expires.Unix()}
		if ev.Page == "outcome" || st.State == activation.Active {
			ev.Left, st.Left = 0, 0
		}
		return ev, st.Left, nil
	}
}
