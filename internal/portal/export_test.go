package portal

import "keyturn/internal/page"

// Pages are the structs of all pages, by the name of their template.
var Pages = map[string]page.Page{
	"portal/activity": activityPage{},
	"portal/password": passwordPage{},
	"portal/setup":    setUpPage{},
	"portal/check":    checkPage{},
	"portal/done":     donePage{},
	"portal/recovery": recoveryPage{},
	"portal/lost":     lostPage{},
	"portal/move":     movePage{},
	"portal/codes":    codesPage{},
	"portal/home":     homePage{},
	"portal/phones":   phonesPage{},
	"portal/remove":   removePage{},
}
