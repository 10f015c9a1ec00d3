package killed

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// The one person.
const (
	name     = "ada"
	second   = "bob" // another account of theirs
	password = "correct horse battery"
	pin      = "7Kq2"
)

// A person insists: when a page doesn't come, it is asked for again, and what is
// done next is what the page says.
type person struct {
	t        *testing.T
	node     *node
	client   *http.Client
	phone    *phone.Phone
	keep     *phone.Memory
	pin      string
	password string
	lose     string // calls to this path don't reach the server
}

// RoundTrip is the person's network.
func (p *person) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.lose != "" && r.URL.Path == p.lose {
		return nil, errors.New("no network")
	}
	return p.node.RoundTrip(r)
}

// address is origin for a cookie jar.
var address = &url.URL{Scheme: "http", Host: strings.TrimPrefix(origin, "http://"), Path: "/"}

// newPerson opens browser and phone with what they kept.
func newPerson(t *testing.T, n *node, from *kept) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(address, from.jar)
	p := &person{t: t, node: n, keep: &phone.Memory{State: from.phone}, pin: pin, password: password}
	p.client = &http.Client{Jar: jar, Transport: p, Timeout: 3 * time.Minute}
	p.newPhone()
	return p
}

// newPhone opens the phone with what was kept, as after a restart of the app.
func (p *person) newPhone() {
	p.t.Helper()
	var err error
	if p.phone, err = phone.Open(origin, p.keep); err != nil {
		p.t.Fatal(err)
	}
	p.phone.SealWith(keyturntest.Seal) // most of what these tests would take
	p.phone.Through(p.client)
}

// A page is what a browser shows.
type page struct {
	path string
	html string
}

// get asks for a page until it comes.
func (p *person) get(path string) page {
	p.t.Helper()
	return p.until(func() (*http.Response, error) { return p.client.Get(origin + path) })
}

// post sends a form once. If no answer comes, the person looks at where it leads.
func (p *person) post(path string, form url.Values, then string) page {
	p.t.Helper()
	res, err := p.client.PostForm(origin+path, form)
	if err != nil {
		return p.get(then)
	}
	return p.until(func() (*http.Response, error) { return res, nil })
}

func (p *person) until(do func() (*http.Response, error)) page {
	p.t.Helper()
	for range 5 {
		res, err := do()
		if err != nil {
			continue
		}
		body, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			continue
		}
		if res.StatusCode >= 500 {
			p.t.Fatalf("%s: %s", res.Request.URL.Path, res.Status)
		}
		return page{res.Request.URL.Path, string(body)}
	}
	p.t.Fatal("the server doesn't come back")
	return page{}
}

// text is what stands in an element.
func (g page) text(id string) string {
	m := regexp.MustCompile(`id="` + id + `"[^>]*>([^<]*)<`).FindStringSubmatch(g.html)
	if m == nil {
		return ""
	}
	return m[1]
}

// attr is an attribute of an element.
func (g page) attr(id, name string) string {
	m := regexp.MustCompile(`id="` + id + `"[^>]* ` + name + `="([^"]*)"`).FindStringSubmatch(g.html)
	if m == nil {
		return ""
	}
	return m[1]
}

func (g page) has(what string) bool { return strings.Contains(g.html, what) }

// request is the id that each form of the waiting page carries.
func (g page) request() string {
	m := regexp.MustCompile(`req_[A-Z2-7]{26}`).FindString(g.html)
	return m
}

// signIn gives name and password; again, if the answer got lost.
func (p *person) signIn() page {
	p.t.Helper()
	form := url.Values{"name": {name}, "password": {p.password}}
	for range 3 {
		if g := p.post("/sign-in", form, "/"); g.path == "/phones/activation" || g.path == "/sign-in/wait" {
			return g
		}
	}
	p.t.Fatal("signing in leads nowhere")
	return page{}
}

// setUp goes on with what the set-up page shows until the account has a phone.
func (p *person) setUp() {
	p.t.Helper()
	g := p.signIn()
	for range 12 {
		switch {
		case g.path == "/sign-in/wait", g.has(`action="/recovery-codes"`):
			p.settle()
			return
		case g.text("activation-code") != "":
			p.redeem(g.text("activation-code"))
			g = p.get("/phones/activation")
		case g.has(`id="check-code"`):
			g = p.post("/phones/activation/check", url.Values{"code": {p.digits()}}, "/phones/activation")
		case g.path == "/phones/activation":
			p.forget()
			g = p.post("/phones/activation", nil, "/phones/activation")
		default:
			g = p.signIn()
		}
	}
	p.t.Fatalf("the set-up doesn't end: %s", g.path)
}

// redeem uses the code. What the server refuses, the portal explains.
func (p *person) redeem(shown string) {
	p.t.Helper()
	code, err := keyturn.ParseCode(origin, shown)
	if err != nil {
		p.t.Fatalf("code %q: %v", shown, err)
	}
	_, err = p.phone.Look(p.t.Context(), code)
	if errors.Is(err, phone.ErrUnsure) {
		_, err = p.phone.Look(p.t.Context(), code)
	}
	p.tolerable(err)
	if err != nil {
		return
	}
	_, err = p.phone.Activate(p.t.Context(), code, "Desk", pin)
	if errors.Is(err, phone.ErrUnfinished) { // of an older code: the person begins anew
		p.forget()
		_, err = p.phone.Activate(p.t.Context(), code, "Desk", pin)
	}
	p.tolerable(err)
}

// tolerable fails the test for an error that no person could make sense of.
func (p *person) tolerable(err error) {
	p.t.Helper()
	var problem *keyturn.Problem
	if err != nil && !errors.As(err, &problem) && !errors.Is(err, phone.ErrUnsure) && !errors.Is(err, phone.ErrUnfinished) {
		p.t.Fatal(err)
	}
	if problem != nil && problem.Code == "server_busy" {
		p.t.Fatal(err)
	}
}

// digits are those of the set-up that is under way; a phone that has not heard
// from finish asks again first, with the PIN.
func (p *person) digits() string {
	p.t.Helper()
	a, err := p.phone.Resume(p.t.Context(), pin)
	if errors.Is(err, phone.ErrUnsure) {
		a, err = p.phone.Resume(p.t.Context(), pin)
	}
	if err != nil {
		p.tolerable(err)
		return "000000"
	}
	return a.Check
}

// settle tells the phone that its set-up is done.
func (p *person) settle() {
	p.t.Helper()
	if len(p.phone.Accounts()) > 0 {
		return
	}
	a, err := p.phone.Resume(p.t.Context(), pin)
	for range 3 {
		if err == nil {
			err = a.Wait(p.t.Context())
		}
		if !errors.Is(err, phone.ErrUnsure) {
			break
		}
		err = nil
	}
	if err != nil {
		p.t.Fatalf("the phone doesn't hear of its end: %v", err)
	}
}

// forget drops a set-up that has ended.
func (p *person) forget() {
	p.t.Helper()
	for _, d := range p.keep.State.Devices {
		if err := p.phone.Forget(d.ID); err != nil {
			p.t.Fatal(err)
		}
	}
}

// approve signs in by the phone: whatever the waiting page says is done.
func (p *person) approve() {
	p.t.Helper()
	g := p.signIn()
	for range 12 {
		switch {
		case g.has(`data-proven="urn:keyturn:aal2`):
			return
		case g.has(`id="redeem"`):
			g = p.post("/sign-in/redeem", url.Values{"request": {g.request()}}, "/")
		case g.has(`id="wait"`):
			p.answer(keyturn.Approve, g.text("number"))
			g = p.get("/sign-in/wait")
		default:
			g = p.signIn()
		}
	}
	p.t.Fatalf("the sign-in doesn't end: %s", g.path)
}

// answer answers what waits, if something does.
func (p *person) answer(d keyturn.Decision, number string) {
	p.t.Helper()
	requests, err := p.phone.Pending(p.t.Context())
	if errors.Is(err, phone.ErrUnsure) {
		requests, err = p.phone.Pending(p.t.Context())
	}
	if err != nil {
		p.t.Fatal(err)
	}
	for _, r := range requests {
		if r.State == "waiting" {
			_, err := p.phone.Answer(p.t.Context(), r, d, number, p.pin)
			p.tolerable(err)
			return
		}
	}
}
