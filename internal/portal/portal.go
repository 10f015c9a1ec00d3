// Package portal is what people see of Keyturn in their browser when they are signed in:
// the security home, phones and their set-up, recovery codes, password, activity. A
// handler reads a form, calls a service, shows a page; it holds no rule.
//
// GETs only show state, POSTs change it, and the state is on the server: a
// refresh, a second tab, going back and a form sent twice do no harm. Every page
// works without JavaScript. What scripts may rely on is in spec/portal.md.
package portal

import (
	"context"
	"net/http"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/notice"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/token"
)

// A Portal serves people. Its fields are set before [Portal.Routes] is called.
type Portal struct {
	*door.Door
	SignIn        SignIn
	Accounts      Accounts
	Sessions      Sessions
	Devices       Devices
	Notifications Notifications
	Activations   Activations
	Approvals     Approvals
	History       notice.History
	Number        policy.Number // when one is asked for, to say so
	Phone         string        // address of the phone app, for people without a phone; empty outside the demo
}

// SignIn shows the form to whoever has to type a password. Package signin implements it.
type SignIn interface {
	Form(http.ResponseWriter, *http.Request) error               // nobody is signed in
	Lost(http.ResponseWriter, *http.Request, door.Session) error // somebody is, and has lost the phone
}

// Accounts knows people. Package account implements it.
type Accounts interface {
	MakeRecoveryCodes(ctx context.Context, account, session, approval string) ([]keyturn.RecoveryCode, error)
	RecoveryCodes(ctx context.Context, account string) (account.CodeList, error)
	SavedRecoveryCodes(ctx context.Context, account string) error
	ChangePassword(context.Context, account.Change) error
	SetMoreTime(ctx context.Context, account string, on bool) error
}

// Sessions keeps browsers signed in. Package session implements it.
type Sessions interface {
	Session(ctx context.Context, cookie token.Token) (session.Session, error)
	Browsers(ctx context.Context, account string, browser token.Token) (session.Browsers, error)
	Forget(ctx context.Context, account string, browser token.Token, all bool) error
}

// Devices looks after an account's phones. Package device implements it.
type Devices interface {
	Devices(ctx context.Context, account string) ([]device.Device, error)
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

// Approvals knows what phones have approved. Package approval implements it.
type Approvals interface {
	Standing(ctx context.Context, h approval.Handle) (approval.Standing, error)
	Usable(ctx context.Context, account, session string, action keyturn.Action) (string, error)
	Report(ctx context.Context, account, id string) error
}

// Routes returns the whole surface of the portal, one line per path. Package signin has what
// is below /sign-in.
func (p *Portal) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", p.Page.Assets())
	mux.Handle("POST /language", p.Anyone(p.Page.PostLanguage))

	mux.Handle("GET /{$}", p.Anyone(p.getHome))

	mux.Handle("GET /phones/activation", p.SignedIn(p.getActivation))
	mux.Handle("POST /phones/activation", p.SignedIn(p.postActivation))
	mux.Handle("GET /phones/activation/events", p.Own(p.getActivationEvents))
	mux.Handle("POST /phones/activation/check", p.SignedIn(p.postCheck))
	mux.Handle("POST /phones/activation/cancel", p.SignedIn(p.postCancelActivation))

	mux.Handle("GET /recovery-codes", p.Entered(p.getRecoveryCodes))
	mux.Handle("POST /recovery-codes", p.Entered(p.postRecoveryCodes))
	mux.Handle("POST /recovery-codes/new", p.Changing(p.postNewCodes))
	mux.Handle("POST /recovery-codes/file", p.Entered(p.postRecoveryFile))
	mux.Handle("POST /recovery-codes/check", p.Entered(p.postRecoveryCheck))

	mux.Handle("GET /phones", p.Entered(p.getPhones))
	mux.Handle("POST /phones/add", p.Changing(p.postAdd))
	mux.Handle("GET /phones/move", p.Changing(p.getMove))
	mux.Handle("POST /phones/move", p.Changing(p.postMove))
	mux.Handle("GET /phones/lost", p.Recovering(p.getLost))
	mux.Handle("POST /phones/lost", p.Recovering(p.postLost))
	mux.Handle("GET /phones/remove", p.Changing(p.getRemove))
	mux.Handle("POST /phones/remove", p.Changing(p.postRemove))
	mux.Handle("POST /phones/test", p.Changing(p.postTest))
	mux.Handle("POST /phones/notifications", p.Changing(p.postNotifications))
	mux.Handle("POST /phones/rename", p.Changing(p.postRename))

	mux.Handle("GET /password", p.Changing(p.getPassword))
	mux.Handle("POST /password", p.Changing(p.postPassword))
	mux.Handle("POST /password/ask", p.Changing(p.postPasswordAsk))
	mux.Handle("POST /browsers/forget", p.Changing(p.postForget))
	mux.Handle("POST /accessibility", p.Entered(p.postAccessibility))
	mux.Handle("GET /activity", p.Entered(p.getActivity))
	mux.Handle("GET /activity.csv", p.Entered(p.getActivityFile))
	mux.Handle("POST /activity/report", p.Changing(p.postReport))
	mux.Handle("GET /activity/reported", p.Entered(p.getReported))

	return p.Surface(mux, pageOf)
}

// pageOf is the page that a form is on which has no address of its own to show.
var pageOf = map[string]string{
	"/language":                "/",
	"/phones/activation/check": "/phones/activation", "/phones/activation/cancel": "/phones/activation",
	"/recovery-codes/new": "/recovery-codes", "/recovery-codes/file": "/recovery-codes", "/recovery-codes/check": "/recovery-codes",
	"/phones/add": "/phones", "/phones/test": "/phones", "/phones/notifications": "/phones", "/phones/rename": "/phones",
	"/password/ask": "/password", "/browsers/forget": "/", "/accessibility": "/", "/activity/report": "/activity",
}
