package portal

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/page"
)

// Fail is fail, for tests.
func (p *Portal) Fail(w http.ResponseWriter, r *http.Request, err error) { p.fail(w, r, err) }

// FollowStill follows what doesn't change until it ends.
func (p *Portal) FollowStill(w http.ResponseWriter, r *http.Request, end time.Duration) error {
	over := time.Now().Add(end)
	watch := func(string) (<-chan struct{}, func()) { return nil, func() {} }
	return p.follow(w, r, "act_1", watch, func(context.Context) (event, time.Duration, error) {
		return event{State: "waiting", Page: "setup"}, time.Until(over), nil
	})
}

// Pages are the structs of all pages, by the name of their template.
var Pages = map[string]page.Page{
	"portal/signin":   signInPage{},
	"portal/wait":     waitPage{},
	"portal/qr":       qrPage{},
	"portal/offline":  offlinePage{},
	"portal/approved": approvedPage{},
	"portal/outcome":  outcomePage{},
	"portal/activity": activityPage{},
	"portal/password": passwordPage{},
	"portal/setup":    setUpPage{},
	"portal/check":    checkPage{},
	"portal/done":     donePage{},
	"portal/recovery": recoveryPage{},
	"portal/recover":  recoverPage{},
	"portal/lost":     lostPage{},
	"portal/move":     movePage{},
	"portal/codes":    codesPage{},
	"portal/home":     homePage{},
	"portal/phones":   phonesPage{},
	"portal/remove":   removePage{},
}
