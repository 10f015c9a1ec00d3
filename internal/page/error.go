package page

import (
	"net/http"

	"keyturn"
)

// errorPage is everything that page/error.html shows.
type errorPage struct {
	Frame
	Title     Sentence
	Body      Sentence
	Reference string // such as "7K3M-9QXA"; empty: there is nothing to look up
}

// errorPages are what a status means to a person: what happened, and what to do.
var errorPages = map[int]errorPage{
	http.StatusBadRequest:                  {Title: Say("page.bad.title"), Body: Say("page.bad.body")},
	http.StatusForbidden:                   {Title: Say("page.refused.title"), Body: Say("page.refused.body")},
	http.StatusNotFound:                    {Title: Say("page.missing.title"), Body: Say("page.missing.body")},
	http.StatusTooManyRequests:             {Title: Say("page.many.title"), Body: Say("page.many.body")},
	http.StatusRequestHeaderFieldsTooLarge: {Title: Say("page.long.title"), Body: Say("page.long.body")},
	http.StatusInternalServerError:         {Title: Say("page.fault.title"), Body: Say("page.fault.body")},
	http.StatusServiceUnavailable:          {Title: Say("page.busy.title"), Body: Say("page.busy.body")},
}

// Error shows that something went wrong, and the reference under which it was
// recorded, if it was. It tells nothing of the inside.
func (p *Renderer) Error(w http.ResponseWriter, r *http.Request, status int, reference string) error {
	shown, ok := errorPages[status]
	if !ok {
		shown = errorPages[http.StatusInternalServerError]
	}
	shown.Reference = keyturn.GroupedReference(reference)
	return p.Render(w, r, status, "page/error", shown)
}
