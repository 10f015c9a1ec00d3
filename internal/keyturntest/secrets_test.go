package keyturntest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// A wire keeps what a phone says and hears, as somebody on its way would see it.
type wire struct {
	next http.RoundTripper
	said strings.Builder
}

// RoundTrip implements [http.RoundTripper].
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := w.next.RoundTrip(r)
	if err == nil {
		fmt.Fprintln(&w.said, string(body), r.Header.Get("Authorization"), answer.Header.Get("Keyturn-Nonce"))
	}
	return answer, err
}

const pinAfter = "8Wm3#x"

// secretsOnTheWire are MACs, signatures and nonces: whatever has 32 bytes or more.
var secretsOnTheWire = regexp.MustCompile(`[A-Za-z0-9_-]{43,}`)

// addresses are those that a page leads to.
var addresses = regexp.MustCompile(`(?:href|action|src)="([^"]*)"`)

// A65: a whole life of a phone, with a slip at each step; then nothing that proves
// anything is in the log, in the record, or in the address of a page.
func TestA65NothingSecretIsKept(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.Phone = w.Phone(pin)
	heard := &wire{next: w.Client().Transport}
	ada.Phone.Through(&http.Client{Transport: heard})
	var seen, secrets []string
	see := func(page *keyturntest.Page) *keyturntest.Page {
		seen = append(seen, page.Asked...)
		for _, m := range addresses.FindAllStringSubmatch(page.HTML, -1) {
			seen = append(seen, m[1])
		}
		for _, name := range []string{"keyturn_session", "keyturn_browser", "keyturn_pending"} {
			secrets = append(secrets, page.Browser.Cookie(name))
		}
		return page
	}

	b := w.Browser()
	see(b.Post("/sign-in", url.Values{"name": {"ada"}, "password": {"slip of ada"}}))
	page := see(b.SignIn(ada))
	code := page.Text("#activation-code")
	set := ada.Phone.Activate(code)
	wrong := "000000"
	if set.Check == wrong {
		wrong = "000001"
	}
	see(page.Reload().Submit("form#check-code", url.Values{"code": {wrong}}))
	page = see(b.Post("/phones/activation/check", url.Values{"code": {set.Check}}))
	if err := set.Wait(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, page.HTML)
	}
	_, _ = ada.Phone.Look(t.Context(), "7K3M9QXA2VHBW88K") // refused
	page = see(w.Browser().SignIn(ada))
	number, request := page.Text("#number"), ada.Phone.Waiting()
	_, errPIN := ada.Phone.Answer(t.Context(), request, keyturn.Approve, number, "slip of PIN")
	_, errNumber := ada.Phone.Answer(t.Context(), request, keyturn.Approve, "999999", pin)
	if errPIN == nil || errNumber == nil {
		t.Fatal("a slip was taken")
	}
	ada.Phone.Approve(number)
	page = see(see(page.Reload()).Submit("form#redeem", nil))
	see(page.Browser.Get("/phones"))
	carried := carry(t, w, ada, see)
	if err := ada.Phone.ChangePIN(t.Context(), "slip of PIN", pinAfter); err == nil {
		t.Fatal("a slip was taken")
	}
	if err := ada.Phone.ChangePIN(t.Context(), pin, pinAfter); err != nil {
		t.Fatal(err)
	}
	if err := ada.Phone.Remove(t.Context(), ada.Phone.Accounts()[0].Device, pinAfter); err != nil {
		t.Fatal(err)
	}

	secrets = append(secrets, carried...)
	secrets = append(secrets, code, strings.ReplaceAll(code, "-", ""), set.Check, number, pin, pinAfter, "slip of", ada.Password)
	secrets = append(secrets, secretsOnTheWire.FindAllString(heard.said.String(), -1)...)
	if len(secrets) < 40 {
		t.Errorf("only %d secrets were heard", len(secrets))
	}
	for what, text := range map[string]string{"log": w.Log(), "record": record(t, w), "addresses": strings.Join(seen, "\n")} {
		if len(text) < 200 {
			t.Errorf("the %s: %q", what, text)
		}
		for _, secret := range secrets {
			if secret != "" && strings.Contains(text, secret) {
				t.Errorf("%q is in the %s:\n%s", secret, what, text)
			}
		}
	}
}

// carry signs in by a QR code and by a response, with a slip at each, and returns
// what was carried.
func carry(
	t *testing.T, w *keyturntest.World, p *keyturntest.Person, see func(*keyturntest.Page) *keyturntest.Page,
) []string {
	t.Helper()
	b := w.Browser()
	form := url.Values{"request": {see(b.SignIn(p)).Attr("#wait", "data-request")}}
	stale := see(b.Post("/sign-in/qr", form)).Attr("#signin-qr", "data-link")
	link := see(b.Post("/sign-in/qr", form)).Attr("#signin-qr", "data-link")
	for _, scanned := range []string{stale, link} {
		r, err := p.Phone.Scan(t.Context(), scanned)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = p.Phone.Answer(t.Context(), r, keyturn.Approve, "", pin) // the first one is wrong
	}
	see(see(b.Get("/sign-in/wait")).Submit("form#redeem", nil))
	b = w.Browser()
	form = url.Values{"request": {see(b.SignIn(p)).Attr("#wait", "data-request")}}
	page := see(b.Post("/sign-in/offline", form))
	challenge := strings.ReplaceAll(page.Text("#challenge"), " ", "")
	var responses []string
	for _, typed := range []string{"slip of PIN", pin} {
		response, err := p.Phone.Respond(p.Phone.Accounts()[0].Device, challenge, typed)
		if err != nil {
			t.Fatal(err)
		}
		page = see(page.Submit("form#respond", url.Values{"response": {response}}))
		responses = append(responses, response)
	}
	if page.Attr("body", "data-proven") != "urn:keyturn:aal2-offline" {
		t.Fatalf("the response leads to %s", page.Path)
	}
	return append(responses, stale[strings.LastIndex(stale, ".")+1:], link[strings.LastIndex(link, ".")+1:])
}

// record is all that was recorded, as JSON, and more than once.
func record(t *testing.T, w *keyturntest.World) string {
	t.Helper()
	ids := map[string]bool{"": true} // events that name no account, device or subject
	told, err := w.Store.EventsSince(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range told {
		ids[e.Account], ids[e.Subject] = true, true
	}
	var all strings.Builder
	for id := range ids {
		events, err := w.Store.About(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// logLine is what every line of the log begins with.
var logLine = regexp.MustCompile(`^time=\S+ level=(INFO|WARN|ERROR) msg=`)

// A66: what strangers send, with line feeds, terminal commands and letters that
// turn the writing round, is one line each, and written out.
func TestA66OneLineEach(t *testing.T) {
	const forged = "x\ntime=now level=ERROR msg=forged\r\n\x1b[31m\u202e\u2028"
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	b.Header.Set("User-Agent", "Firefox/153 \u202eforged\u2028")
	b.Header.Set("X-Forwarded-For", "\u202eforged")
	for path, form := range map[string]url.Values{
		"/sign-in":                   {"name": {forged}, "password": {forged}},
		"/phones/rename":             {"device": {forged}, "name": {forged}},
		"/phones/remove":             {"device": {forged}},
		"/sign-in/redeem":            {"request": {forged}},
		"/" + url.PathEscape(forged): nil,
	} {
		b.Post(path, form)
	}
	b.SignIn(ada)
	name, err := json.Marshal(map[string]string{forged: forged, "code": forged})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []parcel{
		{path: "/v1/activations/look", body: name},
		{path: "/v1/activations/redeem", body: name},
		{path: "/v1/requests/" + url.PathEscape(forged) + "/answer", authorization: "Keyturn \u202eforged", body: []byte{}},
		{path: "/v1/" + url.PathEscape(forged), body: name},
	} {
		if status, answer := p.send(t, w.Client(), w.Origin); status < 400 {
			t.Errorf("%s: %d %s", p.path, status, answer)
		}
	}
	log := w.Log()
	if !strings.Contains(log, "device call failed") {
		t.Errorf("nothing of it is in the log:\n%s", log)
	}
	for line := range strings.Lines(log) {
		if !logLine.MatchString(line) || strings.ContainsAny(line, "\r\x1b\u202e\u2028") {
			t.Errorf("a line that the server didn't write: %q", line)
		}
	}
}
