package main

import (
	"context"
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
	"keyturn/internal/config"
	"keyturn/internal/demo"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
	"keyturn/test/browser"
)

// pin is that of every phone here.
const pin = "7Kq2"

// mei is the person of the pictures.
var mei = demo.People()[0]

// opening is when every story begins, by the clock of the one who looks.
var opening = time.Date(2026, 11, 23, 14, 5, 0, 0, time.Local)

// A stage is a world of its own with a browser in it.
type stage struct {
	t      testing.TB
	look   look
	lang   string
	origin string
	desk   *browser.Desktop
	clock  *keyturntest.Clock // the server's: it stands still, so that nothing ends because a machine is slow
}

// portal makes a part of a story about the portal.
func portal(story func(*stage), set ...func(*config.Config)) func(testing.TB, look, string) {
	return func(t testing.TB, look look, lang string) { story(newStage(t, look, lang, set...)) }
}

func newStage(t testing.TB, look look, lang string, set ...func(*config.Config)) *stage {
	t.Helper()
	s := newWorld(t, set...)
	s.look, s.lang, s.desk = look, lang, browser.NewDesktop(t, lang)
	return s
}

// newWorld is a stage without a browser.
func newWorld(t testing.TB, set ...func(*config.Config)) *stage {
	t.Helper()
	s := &stage{t: t, clock: keyturntest.NewClock()}
	s.clock.Move(opening.Sub(s.clock.Now()))
	d, err := demo.Open(t.Context(), demo.Options{Listen: "127.0.0.1:0",
		Set: func(c *config.Config) {
			for _, f := range set {
				f(c)
			}
		},
		Now:   s.clock.Now,
		Doors: keyturntest.App{Next: "com.example.wiki:/answer"}.Doors})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Serve(ctx) }()
	t.Cleanup(func() { stop(); <-done }) // a stream may be cut off
	s.origin = strings.TrimSuffix(d.Portal, "/")
	return s
}

// take looks at the portal's page. Afterwards the screen is the
// desktop's again.
func (s *stage) take(name string) {
	s.t.Helper()
	s.look(s.t, &s.desk.Window, "portal/"+name, s.lang, mobile, desktop)
	s.desk.Screen(desktop.width, desktop.height, desktop.scale, false)
}

// later moves the server's clock and loads the page again.
func (s *stage) later(by time.Duration) {
	s.t.Helper()
	s.clock.Move(by)
	s.desk.Reload()
}

// reads waits for what a key says.
func (s *stage) reads(key string, values ...any) {
	s.t.Helper()
	s.desk.Reads(s.desk.Word(key, values...))
}

// signIn gives name and password.
func (s *stage) signIn() {
	s.t.Helper()
	s.desk.Open(s.origin + "/")
	s.desk.Type("#name", mei.Name)
	s.desk.Type("#password", mei.Password)
	s.desk.Tap("signin.go")
}

// offline takes the page without its server. A stream that is open stays open in
// the browser's play, so the page is made to ask.
func (s *stage) offline(key, name string) {
	s.t.Helper()
	s.desk.Offline(true)
	browser.Eval[bool](&s.desk.Window, `dispatchEvent(new Event("online"))`)
	s.reads(key)
	s.take(name)
	s.desk.Offline(false)
}

// asks signs in to an account that has a phone.
func (s *stage) asks() {
	s.t.Helper()
	s.signIn()
	s.desk.Sees("#wait")
}

// signOut ends the session.
func (s *stage) signOut() {
	s.t.Helper()
	s.desk.Open(s.origin + "/")
	s.desk.Tap("#sign-out button")
	s.desk.Sees("#signin")
}

// must fails the story.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A handset is a phone without a screen, whose network can lose calls.
type handset struct {
	*phone.Phone
	lose string // path of the calls that don't arrive
}

// RoundTrip is the handset's network.
func (h *handset) RoundTrip(r *http.Request) (*http.Response, error) {
	if h.lose != "" && strings.HasSuffix(r.URL.Path, h.lose) {
		return nil, errors.New("no network")
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (s *stage) newPhone() *handset { return s.phoneThatKeeps(&phone.Memory{}) }

// noRoom keeps nothing.
type noRoom struct{ *phone.Memory }

func (noRoom) Save(phone.State) error { return errors.New("no space left") }

func (s *stage) phoneThatKeeps(k phone.Keeper) *handset {
	s.t.Helper()
	h := &handset{}
	h.Phone = must(phone.Open(s.origin, k))(s.t)
	h.SealWith(keyturntest.Seal)
	h.Through(&http.Client{Transport: h})
	return h
}

// name of a phone, in the person's language.
func (s *stage) name(kind string) string {
	if s.lang == "en" {
		return "Mei's " + kind
	}
	return "Mei 的 " + kind
}

// code is the one that the page shows.
func (s *stage) code() keyturn.Code {
	s.t.Helper()
	s.desk.Sees("#activation-qr")
	return must(keyturn.ParseCode(s.origin, s.desk.Text("#activation-code")))(s.t)
}

// activate sets a phone up with the code that the page shows, up to the page
// that says so.
func (s *stage) activate(name string) *handset {
	s.t.Helper()
	h := s.newPhone()
	set := must(h.Activate(s.t.Context(), s.code(), name, pin))(s.t)
	s.desk.Type("#code", set.Check)
	s.desk.Tap("check.go")
	s.desk.Sees("#next")
	if err := set.Wait(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return h
}

// ready signs in and sets the first phone up.
func (s *stage) ready() *handset {
	s.t.Helper()
	s.signIn()
	h := s.activate(s.name("iPhone"))
	s.desk.Tap("check.continue")
	s.desk.Tap("recovery.later")
	s.desk.At("/")
	return h
}

// pending is the newest request that waits on a phone.
func (s *stage) pending(h *handset) phone.Request {
	s.t.Helper()
	waiting := must(h.Pending(s.t.Context()))(s.t)
	for _, r := range waiting {
		if r.State == "waiting" {
			return r
		}
	}
	s.t.Fatal("nothing waits on the phone")
	return phone.Request{}
}

// answer decides what waits. The number is what the page shows.
func (s *stage) answer(h *handset, decision keyturn.Decision) {
	s.t.Helper()
	number := browser.Eval[string](&s.desk.Window, `document.querySelector("#number")?.textContent ?? ""`)
	must(h.Answer(s.t.Context(), s.pending(h), decision, number, pin))(s.t)
}

// mistake answers with something wrong; being told so is what is wanted.
func (s *stage) mistake(h *handset, number, pin string) {
	s.t.Helper()
	_, err := h.Answer(s.t.Context(), s.pending(h), keyturn.Approve, number, pin)
	var problem *keyturn.Problem
	if err != nil && !errors.As(err, &problem) {
		s.t.Fatal(err)
	}
}

// wrong is a number that the page doesn't show.
func (s *stage) wrong() string {
	if s.desk.Text("#number") == "000000" {
		return "000001"
	}
	return "000000"
}

// A visitor is another browser of the same person, without a window.
type visitor struct {
	s      *stage
	client http.Client
}

func (s *stage) newVisitor() *visitor {
	s.t.Helper()
	return &visitor{s, http.Client{Jar: must(cookiejar.New(nil))(s.t)}}
}

// post sends a form and returns the page that it leads to.
func (v *visitor) post(path string, form url.Values) string {
	v.s.t.Helper()
	res := must(v.client.PostForm(v.s.origin+path, form))(v.s.t)
	defer res.Body.Close()
	return string(must(io.ReadAll(res.Body))(v.s.t))
}

// signIn gives name and password; the page is that of the code, or the waiting one.
func (v *visitor) signIn() string {
	v.s.t.Helper()
	return v.signInAs(mei)
}

func (v *visitor) signInAs(p demo.Person) string {
	v.s.t.Helper()
	return v.post("/sign-in", url.Values{"name": {p.Name}, "password": {p.Password}})
}

// activate sets a phone up in the visitor's browser.
func (v *visitor) activate(name string) {
	v.s.t.Helper()
	shown := regexp.MustCompile(`id="activation-code"[^>]*>([^<]*)<`).FindStringSubmatch(v.signIn())
	if shown == nil {
		v.s.t.Fatal("a visitor sees no code")
	}
	code := must(keyturn.ParseCode(v.s.origin, shown[1]))(v.s.t)
	set := must(v.s.newPhone().Activate(v.s.t.Context(), code, name, pin))(v.s.t)
	v.post("/phones/activation/check", url.Values{"code": {set.Check}})
}
