package door

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"

	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/session"
	"keyturn/internal/token"
)

// Visits are sign-ins that applications ask for. Package entry implements it.
type Visits interface {
	Visit(ctx context.Context, id string, browser token.Token) (entry.Visit, error)
	Leave(ctx context.Context, id string, browser token.Token) error
}

// Visit is a visit as the browser which began it has it: [entry.ErrNoVisit] to any other
// one. Attack A127.
func (d *Door) Visit(r *http.Request, id string) (entry.Visit, error) {
	return d.Visits.Visit(r.Context(), id, d.Token(r, page.Visitor))
}

// Onward is where a sign-in goes on when a step of it is done: to the next step of a visit,
// or home where it was for none.
func Onward(visit string) string {
	if visit == "" {
		return "/"
	}
	return "/sign-in?visit=" + url.QueryEscape(visit)
}

// Step is what comes next in a visit, by the session of the browser, if it has one: a
// door gives its application an answer at [entry.GoOn] and [entry.Refuse], and sends the
// browser to [Onward] at any other step.
func (d *Door) Step(r *http.Request, v entry.Visit) (entry.Step, Session, error) {
	s, err := d.Enter(r)
	if errors.Is(err, session.ErrNone) {
		return entry.Next(entry.Shown{}, entry.Person{}, v.Demand), Session{}, nil
	}
	if err != nil {
		return "", Session{}, err
	}
	person := entry.Person{First: s.Who.First, Grace: s.Who.Grace(d.Limits, d.Now()) > 0}
	return entry.Next(entry.Shown{Proven: s.Proven, SetUp: s.SetUp}, person, v.Demand), s, nil
}

// Unfinished is the visit that a session began with, as long as it is open; the zero value
// otherwise.
func (d *Door) Unfinished(r *http.Request, s Session) (entry.Visit, error) {
	if s.Visit == "" {
		return entry.Visit{}, nil
	}
	v, err := d.Visit(r, s.Visit)
	if errors.Is(err, entry.ErrNoVisit) || err == nil && v.State != entry.Open {
		return entry.Visit{}, nil
	}
	return v, err
}

// Home is where a signed-in person goes on: to the visit that the session began with, as
// long as it is open, else to the security home.
func (d *Door) Home(r *http.Request, s Session) (string, error) {
	v, err := d.Unfinished(r, s)
	return Onward(v.ID), err
}

// goPage is everything that go.html shows.
type goPage struct {
	page.Frame
	App     string
	Address template.URL // of the application
	Self    bool         // goes on by itself
}

// GoOn leads a browser out of our pages, to an address of an application, which the caller
// has compared with those that it may have. It is a page that goes on by itself: browsers
// hold a redirect to the form-action of the form before it. An address of the application's
// own scheme waits for a tap. See docs/decisions/0039.
func (d *Door) GoOn(w http.ResponseWriter, r *http.Request, app, address string) error {
	self, err := leads(address)
	if err != nil {
		return err
	}
	return d.Page.Render(w, r, http.StatusOK, "door/go", goPage{App: app, Address: template.URL(address), Self: self})
}

// errLeads says that a browser can't be led to an address: it runs in our page, or nobody
// can say whose it is.
var errLeads = errors.New("door: not an address of an application")

// leads reports whether a browser may be led to an address, and goes there by itself.
func leads(address string) (self bool, err error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return false, errLeads
	case u.Scheme == "https" && u.Host != "", u.Scheme == "http" && local(u.Hostname()):
		return true, nil
	case strings.Contains(u.Scheme, "."): // of an application of the phone, RFC 8252 §7.1
		return false, nil
	}
	return false, fmt.Errorf("%w: %s", errLeads, u.Scheme)
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
