// Package portal is what people see of Keyturn in their browser: sign in, set up
// a phone, wait for the phone's answer, look after phones. A handler reads a
// form, calls a service, shows a page; it holds no rule.
//
// GETs only show state, POSTs change it, and the state is on the server: a
// refresh, a second tab, going back and a form sent twice do no harm. Every page
// works without JavaScript. What scripts may rely on is in spec/portal.md.
package portal

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/notice"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/token"
)

// A Portal serves people. Its fields are set before [Portal.Routes] is called.
type Portal struct {
	Page          *page.Renderer
	Accounts      Accounts
	Sessions      Sessions
	Devices       Devices
	Notifications Notifications
	Activations   Activations
	Approvals     Approvals
	Ways          Ways
	History       notice.History
	Number        policy.Number                  // when one is asked for, to say so
	Limits        policy.Limits                  // to say how many, how long and how much longer; services decide
	Phone         string                         // address of the phone app, for people without a phone; empty outside the demo
	Place         func(addr, lang string) string // of an IP address, in a language; nil: no place is known
	Draining      context.Context                // ends when the server stops: streams end, browsers come back to the next
	Log           *slog.Logger                   //
	Now           func() time.Time               //

	streams streams
}

// Accounts knows people. Package account implements it.
type Accounts interface {
	Check(context.Context, account.Attempt) (account.Account, error)
	Changed(ctx context.Context, id, addr string) error
	Account(ctx context.Context, id string) (account.Account, error)
	MakeRecoveryCodes(ctx context.Context, account, session, approval string) ([]keyturn.RecoveryCode, error)
	RecoveryCodes(ctx context.Context, account string) (account.CodeList, error)
	SavedRecoveryCodes(ctx context.Context, account string) error
	Recover(context.Context, account.Recovery, policy.Grant) (left int, err error)
	ChangePassword(context.Context, account.Change) error
	SetMoreTime(ctx context.Context, account string, on bool) error
}

// Sessions keeps browsers signed in. Package session implements it.
type Sessions interface {
	Begin(ctx context.Context, p policy.Proven, before token.Token, agent, ip string) (session.Session, token.Token, error)
	Draft(before, browser token.Token, agent, ip string) (policy.Grant, session.Cookies)
	Session(ctx context.Context, cookie token.Token) (session.Session, error)
	End(ctx context.Context, cookie token.Token) error
	Known(ctx context.Context, account string, browser token.Token) (bool, error)
	Browsers(ctx context.Context, account string, browser token.Token) (session.Browsers, error)
	Forget(ctx context.Context, account string, browser token.Token, all bool) error
}

// Devices looks after an account's phones. Package device implements it.
type Devices interface {
	Devices(ctx context.Context, account string) ([]device.Device, error)
	RemoveApproved(ctx context.Context, request, session string) (device.Device, error)
	Rename(ctx context.Context, account, id, name string) error
}

// Activations makes phones an account's devices. Package activation implements it.
type Activations interface {
	Begin(context.Context, activation.By) (activation.Activation, error)
	Status(ctx context.Context, session string) (activation.Status, error)
	Check(ctx context.Context, session, typed string) (activation.Activation, error)
	Cancel(ctx context.Context, session string) error
	Watch(id string) (hint <-chan struct{}, stop func())
}

// Approvals is the life of requests. Package approval implements it.
type Approvals interface {
	Begin(context.Context, approval.Attempt) (approval.Request, approval.Handle, error)
	Standing(ctx context.Context, h approval.Handle) (approval.Standing, error)
	Status(ctx context.Context, h approval.Handle) (approval.Status, error)
	Prolong(ctx context.Context, h approval.Handle) (time.Time, error)
	Cancel(ctx context.Context, h approval.Handle) error
	Again(ctx context.Context, h approval.Handle, fresh approval.Attempt) (approval.Request, approval.Handle, error)
	Redeem(ctx context.Context, h approval.Handle, g policy.Grant) (approval.Request, policy.Proven, error)
	Recoverable(ctx context.Context, h approval.Handle) (approval.Request, error)
	Usable(ctx context.Context, account, session string, action keyturn.Action) (string, error)
	Report(ctx context.Context, account, id string) error
	Watch(id string) (hint <-chan struct{}, stop func())
}

// Ways are the ways to answer a request without a notification. Package approval
// implements it.
type Ways interface {
	ShowQR(ctx context.Context, h approval.Handle) error
	ShowChallenge(ctx context.Context, h approval.Handle) error
	Respond(ctx context.Context, h approval.Handle, typed string) error
}

// Routes returns the whole surface of the portal, one line per path.
func (p *Portal) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", p.Page.Assets())
	mux.Handle("POST /language", p.anyone(p.Page.PostLanguage))

	mux.Handle("GET /{$}", p.anyone(p.getHome))
	mux.Handle("GET /sign-in", http.RedirectHandler("/", http.StatusSeeOther))
	mux.Handle("POST /sign-in", p.anyone(p.postSignIn))
	mux.Handle("POST /sign-out", p.anyone(p.postSignOut))

	mux.Handle("GET /sign-in/wait", p.anyone(p.getWait))
	mux.Handle("GET /sign-in/events", p.own(p.getWaitEvents))
	mux.Handle("POST /sign-in/prolong", p.pending(p.postProlong))
	mux.Handle("POST /sign-in/cancel", p.pending(p.postCancel))
	mux.Handle("POST /sign-in/again", p.pending(p.postAgain))
	mux.Handle("GET /sign-in/qr", p.anyone(p.getQR))
	mux.Handle("POST /sign-in/qr", p.pending(p.postQR))
	mux.Handle("GET /sign-in/offline", p.anyone(p.getOffline))
	mux.Handle("POST /sign-in/offline", p.pending(p.postOffline))
	mux.Handle("POST /sign-in/response", p.pending(p.postResponse))
	mux.Handle("POST /sign-in/redeem", p.pending(p.postRedeem))
	mux.Handle("GET /sign-in/recovery", p.anyone(p.getRecover))
	mux.Handle("POST /sign-in/recovery", p.pending(p.postRecover))

	mux.Handle("GET /phones/activation", p.signedIn(p.getActivation))
	mux.Handle("POST /phones/activation", p.signedIn(p.postActivation))
	mux.Handle("GET /phones/activation/events", p.own(p.getActivationEvents))
	mux.Handle("POST /phones/activation/check", p.signedIn(p.postCheck))
	mux.Handle("POST /phones/activation/cancel", p.signedIn(p.postCancelActivation))

	mux.Handle("GET /recovery-codes", p.entered(p.getRecoveryCodes))
	mux.Handle("POST /recovery-codes", p.entered(p.postRecoveryCodes))
	mux.Handle("POST /recovery-codes/new", p.changing(p.postNewCodes))
	mux.Handle("POST /recovery-codes/file", p.entered(p.postRecoveryFile))
	mux.Handle("POST /recovery-codes/check", p.entered(p.postRecoveryCheck))

	mux.Handle("GET /phones", p.entered(p.getPhones))
	mux.Handle("POST /phones/add", p.changing(p.postAdd))
	mux.Handle("GET /phones/move", p.changing(p.getMove))
	mux.Handle("POST /phones/move", p.changing(p.postMove))
	mux.Handle("GET /phones/lost", p.recovering(p.getLost))
	mux.Handle("POST /phones/lost", p.recovering(p.postLost))
	mux.Handle("GET /phones/remove", p.changing(p.getRemove))
	mux.Handle("POST /phones/remove", p.changing(p.postRemove))
	mux.Handle("POST /phones/test", p.changing(p.postTest))
	mux.Handle("POST /phones/notifications", p.changing(p.postNotifications))
	mux.Handle("POST /phones/rename", p.changing(p.postRename))

	mux.Handle("GET /password", p.changing(p.getPassword))
	mux.Handle("POST /password", p.changing(p.postPassword))
	mux.Handle("POST /password/ask", p.changing(p.postPasswordAsk))
	mux.Handle("POST /browsers/forget", p.changing(p.postForget))
	mux.Handle("POST /accessibility", p.entered(p.postAccessibility))
	mux.Handle("GET /activity", p.entered(p.getActivity))
	mux.Handle("GET /activity.csv", p.entered(p.getActivityFile))
	mux.Handle("POST /activity/report", p.changing(p.postReport))
	mux.Handle("GET /activity/reported", p.entered(p.getReported))

	for form, shown := range pageOf {
		mux.Handle(http.MethodGet+" "+form, http.RedirectHandler(shown, http.StatusSeeOther))
	}
	mux.Handle("/", p.anyone(func(http.ResponseWriter, *http.Request) error { return errMissing }))
	return p.Page.Guard(mux, p.refuse)
}

// pageOf is where somebody belongs who loads an address that only takes a form: the answer
// to a refused one stands there, and people reload it.
var pageOf = map[string]string{
	"/sign-in/prolong": "/sign-in/wait", "/sign-in/cancel": "/sign-in/wait", "/sign-in/again": "/sign-in/wait",
	"/sign-in/response": "/sign-in/offline", "/sign-in/redeem": "/sign-in/wait", "/sign-out": "/", "/language": "/",
	"/phones/activation/check": "/phones/activation", "/phones/activation/cancel": "/phones/activation",
	"/recovery-codes/new": "/recovery-codes", "/recovery-codes/file": "/recovery-codes", "/recovery-codes/check": "/recovery-codes",
	"/phones/add": "/phones", "/phones/test": "/phones", "/phones/notifications": "/phones", "/phones/rename": "/phones",
	"/password/ask": "/password", "/browsers/forget": "/", "/accessibility": "/", "/activity/report": "/activity",
}
