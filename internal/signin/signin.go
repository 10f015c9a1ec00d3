// Package signin is what every door sends people to who aren't signed in: name and
// password, the wait for the phone, the QR code, the codes without a network, the recovery
// code. Who is signed in waits here too, for the approval of a change. A handler reads
// a form, calls a service, shows a page; it holds no rule.
//
// GETs only show state, POSTs change it, and the state is on the server: a
// refresh, a second tab, going back and a form sent twice do no harm. Every page
// works without JavaScript. What scripts may rely on is in spec/portal.md.
package signin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/token"
)

// A SignIn serves people. Its fields are set before [SignIn.Routes] is called.
type SignIn struct {
	*door.Door
	Accounts    Accounts
	Sessions    Sessions
	Devices     Devices
	Activations Activations
	Approvals   Approvals
	Ways        Ways
	Number      policy.Number // when one is asked for, to say so
	Phone       string        // address of the phone app, for people without a phone; empty outside the demo
}

// Accounts knows people. Package account implements it.
type Accounts interface {
	Check(context.Context, account.Attempt) (account.Account, error)
	Changed(ctx context.Context, id, addr string) error
	Account(ctx context.Context, id string) (account.Account, error)
	Recover(context.Context, account.Recovery, policy.Grant) (left int, err error)
}

// Sessions keeps browsers signed in. Package session implements it.
type Sessions interface {
	Begin(ctx context.Context, p policy.Proven, b session.Browser) (session.Session, token.Token, error)
	Draft(before, browser token.Token, agent, ip string) (policy.Grant, session.Cookies)
	End(ctx context.Context, cookie token.Token) error
	Known(ctx context.Context, account string, browser token.Token) (bool, error)
}

// Devices looks after an account's phones. Package device implements it.
type Devices interface {
	Devices(ctx context.Context, account string) ([]device.Device, error)
	RemoveApproved(ctx context.Context, request, session string) (device.Device, error)
}

// Activations makes codes for phones. Package activation implements it.
type Activations interface {
	Begin(context.Context, activation.By) (activation.Activation, error)
}

// Approvals is the life of a request that has begun. Package approval implements it.
type Approvals interface {
	Status(ctx context.Context, h approval.Handle) (approval.Status, error)
	Standing(ctx context.Context, h approval.Handle) (approval.Standing, error)
	Prolong(ctx context.Context, h approval.Handle) (time.Time, error)
	Cancel(ctx context.Context, h approval.Handle) error
	Again(ctx context.Context, h approval.Handle, fresh approval.Attempt) (approval.Request, approval.Handle, error)
	Redeem(ctx context.Context, h approval.Handle, g policy.Grant) (approval.Request, policy.Proven, error)
	Recoverable(ctx context.Context, h approval.Handle) (approval.Request, error)
	Watch(id string) (hint <-chan struct{}, stop func())
}

// Ways are the ways to answer a request without a notification. Package approval
// implements it.
type Ways interface {
	ShowQR(ctx context.Context, h approval.Handle) error
	ShowChallenge(ctx context.Context, h approval.Handle) error
	Respond(ctx context.Context, h approval.Handle, typed string) error
}

// Routes returns the whole surface of the sign-in, one line per path. Its first page is
// [SignIn.Form], which stands at / of the portal.
func (in *SignIn) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /sign-in", in.Anyone(in.getVisit))
	mux.Handle("POST /sign-in", in.Anyone(in.postSignIn))
	mux.Handle("POST /sign-in/ask", in.visiting(in.postAsk))
	mux.Handle("POST /sign-in/leave", in.visiting(in.postLeave))
	mux.Handle("POST /sign-out", in.Anyone(in.postSignOut))

	mux.Handle("GET /sign-in/wait", in.Anyone(in.getWait))
	mux.Handle("GET /sign-in/events", in.Own(in.getEvents))
	mux.Handle("POST /sign-in/prolong", in.pending(in.postProlong))
	mux.Handle("POST /sign-in/cancel", in.pending(in.postCancel))
	mux.Handle("POST /sign-in/again", in.pending(in.postAgain))
	mux.Handle("GET /sign-in/qr", in.Anyone(in.getQR))
	mux.Handle("POST /sign-in/qr", in.pending(in.postQR))
	mux.Handle("GET /sign-in/offline", in.Anyone(in.getOffline))
	mux.Handle("POST /sign-in/offline", in.pending(in.postOffline))
	mux.Handle("POST /sign-in/response", in.pending(in.postResponse))
	mux.Handle("POST /sign-in/redeem", in.pending(in.postRedeem))
	mux.Handle("GET /sign-in/recovery", in.Anyone(in.getRecover))
	mux.Handle("POST /sign-in/recovery", in.pending(in.postRecover))
	return in.Surface(mux, pageOf)
}

// pageOf is the page that a form is on which has no address of its own to show.
var pageOf = map[string]string{
	"/sign-in/ask": "/", "/sign-in/leave": "/",
	"/sign-in/prolong": "/sign-in/wait", "/sign-in/cancel": "/sign-in/wait", "/sign-in/again": "/sign-in/wait",
	"/sign-in/response": "/sign-in/offline", "/sign-in/redeem": "/sign-in/wait", "/sign-out": "/",
}

// pending makes a handler of f that the browser which began a request can reach. A form of
// the waiting page says which request it shows; services refuse one that isn't the
// cookie's, A86.
func (in *SignIn) pending(f func(http.ResponseWriter, *http.Request, approval.Handle) error) http.Handler {
	return in.Anyone(func(w http.ResponseWriter, r *http.Request) error {
		h, err := in.asked(r, r.PostForm.Get("request"))
		if err != nil {
			return err
		}
		return f(w, r, h)
	})
}

// asked is the handle of the request that a page is about. To a service no id means
// "whichever the token has"; a page has to say it.
func (in *SignIn) asked(r *http.Request, id string) (approval.Handle, error) {
	h := in.Handle(r, id)
	switch {
	case h.Token == "":
		return h, approval.ErrUnknown
	case h.Request == "":
		return h, approval.ErrReplaced
	}
	return h, nil
}

func isGone(err error) bool {
	var gone *approval.Gone
	return errors.As(err, &gone)
}
