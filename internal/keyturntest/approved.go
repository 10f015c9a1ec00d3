package keyturntest

import (
	"net/url"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// SignedIn signs the person in, who has a phone, in a new browser.
func (p *Person) SignedIn() *Browser {
	p.w.t.Helper()
	b := p.w.Browser()
	b.SignIn(p)
	p.Approve(b)
	return b
}

// Approve approves what a browser waits for, and lets it go on.
func (p *Person) Approve(b *Browser) *Page {
	p.w.t.Helper()
	page := b.Get("/sign-in/wait")
	number := ""
	if page.Has("#number") {
		number = page.Text("#number")
	}
	p.Phone.Approve(number)
	return page.Reload().Submit("form#redeem", nil)
}

// Refuse answers what waits for the phone with no: denied, or reported without its unlock.
func (p *Phone) Refuse(how keyturn.Decision) {
	p.t.Helper()
	if _, err := p.Answer(p.t.Context(), p.Waiting(), how, "", ""); err != nil {
		p.t.Fatal(err)
	}
}

// Request is the id of the request that a page shows.
func (p *Page) Request() string { return p.Attr("#wait", "data-request") }

// Press sends the form of a waiting page elsewhere, as one of its buttons does; values are
// pairs of name and value.
func (p *Page) Press(path string, values ...string) *Page {
	form := url.Values{"request": {p.Request()}}
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	return p.Browser.Post(path, form)
}

// Events are those of a kind about the person's account, as the record has them.
func (p *Person) Events(kind audit.Kind) (some []audit.Event) {
	p.w.t.Helper()
	all, err := p.w.Store.About(p.w.t.Context(), p.ID)
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, ev := range all {
		if ev.Kind == kind {
			some = append(some, ev)
		}
	}
	return some
}

// Waits counts the person's requests that wait for an answer.
func (p *Person) Waits() (n int) {
	p.w.t.Helper()
	all, err := p.w.Store.Requests(p.w.t.Context(), p.ID, time.Now(), time.Now())
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, r := range all {
		if r.State == approval.Waiting {
			n++
		}
	}
	return n
}

// OnlyPassword is what a session of the person's rests on that a password alone began.
func (p *Person) OnlyPassword() policy.Proven {
	return policy.Proven{Account: p.ID, Way: policy.ByPassword, Password: true, Revision: 1, At: time.Now()}
}
