package door

import (
	"net/http"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/page"
)

// Ask puts a request to the account's phones; the browser that began it gets the
// pending cookie, which alone can see and redeem it.
func (d *Door) Ask(w http.ResponseWriter, r *http.Request, a approval.Attempt, next string) (err error) {
	if a.Known, err = d.Sessions.Known(r.Context(), a.Account, d.Token(r, page.KnownBrowser)); err != nil {
		return err
	}
	_, h, err := d.Approvals.Begin(r.Context(), a)
	if err != nil {
		return err
	}
	d.Keep(w, page.Pending, h.Token, d.Limits.AgainIn)
	return See(w, r, next)
}

// Attempt is what the phone will show of this browser and what it asks for. The organisation has
// its name of the browser's language: the phone shows what it signs, and translates none of it.
func (d *Door) Attempt(r *http.Request, a account.Account, action keyturn.Action) approval.Attempt {
	return approval.Attempt{
		Account: a.ID, Name: a.Name, App: d.Page.Called(r), Action: action, MoreTime: a.MoreTime,
		Before:  d.Token(r, page.Pending),
		Browser: page.Browser(r.UserAgent()), IP: page.Addr(r), Place: d.Place(r),
	}
}

// By adds to who makes an activation code what is recorded of their browser.
func (d *Door) By(r *http.Request, by activation.By) activation.By {
	by.Browser, by.IP, by.Place = page.Browser(r.UserAgent()), page.Addr(r), d.Place(r)
	return by
}

// Place is where a browser seems to be, in the person's language.
func (d *Door) Place(r *http.Request) string {
	if d.Places == nil {
		return ""
	}
	return d.Places(page.Addr(r), d.Page.Language(r))
}
