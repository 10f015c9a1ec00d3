package signin

import "keyturn/internal/page"

// Pages are the structs of all pages, by the name of their template.
var Pages = map[string]page.Page{
	"signin/signin":   signInPage{},
	"signin/wait":     waitPage{},
	"signin/qr":       qrPage{},
	"signin/offline":  offlinePage{},
	"signin/approved": approvedPage{},
	"signin/recover":  recoverPage{},
	"signin/ask":      askPage{},
}

// Ended is ended, for tests.
var Ended = ended
