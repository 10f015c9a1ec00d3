package keyturntest_test

import (
	"bytes"
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/push/pushtest"
)

// pushed starts a server, a push service that it knows, and Ada's phone, which gets
// notifications.
func pushed(
	t *testing.T,
) (*keyturntest.World, *keyturntest.Clock, *pushtest.Service, *keyturntest.Person, *pushtest.Browser) {
	t.Helper()
	clock, service := keyturntest.NewClock(), pushtest.Start(t)
	w := keyturntest.Start(t, keyturntest.At(clock), keyturntest.Push(service))
	ada := w.Person("ada")
	ada.SetUp(pin)
	return w, clock, service, ada, ada.Phone.Subscribe(service)
}

// state is what the server says of the phone's pushes.
func state(t *testing.T, p *keyturntest.Phone) string {
	t.Helper()
	d, err := p.Info(t.Context(), p.Accounts()[0].Device)
	if err != nil {
		t.Fatal(err)
	}
	return d.Device.Push
}

// A71: what goes over the wire says "look", at whatever it is, and always in the same
// length.
func TestA71PushForSignIn(t *testing.T) {
	w, clock, _, ada, phone := pushed(t)
	w.Browser().SignIn(ada)
	first := phone.Next()
	info, err := ada.Phone.Server(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first.Text != keyturntest.PushSays(w.Origin, "") || first.TTL != 120 || first.Urgency != "high" || first.Subject != "mailto:it@example.com" ||
		!bytes.Equal(first.Key, info.VAPIDKey) || len(info.VAPIDKey) != 65 {
		t.Errorf("%+v, server's key %s", first, info.VAPIDKey)
	}
	w.Push.Ring(ada.ID, "", clock.Now().Add(time.Hour))
	told := phone.Next()
	if told.Text != first.Text || told.Size != first.Size || told.Urgency != "normal" || told.TTL != 3600 || told.Topic == first.Topic {
		t.Errorf("a notice's: %+v", told)
	}
	if sent, err := ada.Phone.TestPush(t.Context(), ada.Phone.Accounts()[0].Device); err != nil || !sent {
		t.Errorf("test: %t, %v", sent, err)
	}
	if test := phone.Next(); test.Text != first.Text || test.Size != first.Size {
		t.Errorf("a test's: %+v", test)
	}
	w.Push.Ring(ada.ID, ada.Phone.Accounts()[0].Device, clock.Now().Add(time.Hour))
	w.Stop()
	if n := len(phone.Came()); n != 3 {
		t.Errorf("%d pushes", n)
	}
}

// A push speaks the language that the phone has told, else the server's first (its
// account's comes between, which storetest knows); and is as long in each. A71.
func TestA71PushLanguages(t *testing.T) {
	service := pushtest.Start(t)
	w := keyturntest.Start(t, keyturntest.Push(service), keyturntest.Set(func(c *config.Config) { c.Languages = []string{"zh-Hans", "en"} }))
	size := 0
	for _, tt := range []struct{ name, phone, want string }{
		{"it has said none", "", "zh-Hans"},
		{"English", "en", "en"},
		{"Chinese", "zh-Hans", "zh-Hans"},
		{"one that there is not", "fr", "zh-Hans"},
		{"no language at all", "<b>", "zh-Hans"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := w.Person("ada " + tt.name)
			p.SetUp(pin)
			b := service.Subscribe()
			sub := b.Subscription()
			for _, lang := range []string{"en", tt.phone} { // it has spoken another one before
				sub.Lang = lang
				if _, err := p.Phone.Register(t.Context(), p.Phone.Accounts()[0].Device, sub); err != nil {
					t.Fatal(err)
				}
			}
			w.Push.Ring(p.ID, "", time.Now().Add(time.Hour))
			got := b.Next()
			if size = cmp.Or(size, got.Size); got.Text != keyturntest.PushSays(w.Origin, tt.want) || got.Size != size {
				t.Errorf("%d bytes, %s", got.Size, got.Text)
			}
		})
	}
}

// The calls of spec §14, and what each error leaves behind.
func TestPushCalls(t *testing.T) {
	_, clock, service, ada, phone := pushed(t)
	id, ctx := ada.Phone.Accounts()[0].Device, t.Context()
	good := phone.Subscription()
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Subscription)
	}{
		{"no address", func(s *keyturn.Subscription) { s.Endpoint = "" }},
		{"another port of a listed host", func(s *keyturn.Subscription) { s.Endpoint = "http://127.0.0.1:1/x" }},
		{"a host that is not listed", func(s *keyturn.Subscription) { s.Endpoint = "https://push.example.net/x" }},
		{"a user part", func(s *keyturn.Subscription) { s.Endpoint = "https://a@fcm.googleapis.com/x" }},
		{"a key off the curve", func(s *keyturn.Subscription) { s.P256DH = make(keyturn.Bytes, 65) }},
		{"a short auth", func(s *keyturn.Subscription) { s.Auth = s.Auth[:15] }},
	} {
		bad := good
		tt.spoil(&bad)
		_, err := ada.Phone.Register(ctx, id, bad)
		wantProblem(t, tt.name, err, "push_refused")
	}
	if got := state(t, ada.Phone); got != "ok" {
		t.Errorf("after what was refused: %s", got)
	}
	if _, err := ada.Phone.TestPush(ctx, id); err != nil {
		t.Error(err)
	}
	_, err := ada.Phone.TestPush(ctx, id)
	if p := wantProblem(t, "a second test at once", err, "too_many"); p != nil && p.RetryAfter != 20 {
		t.Errorf("wait %d s", p.RetryAfter)
	}
	clock.Move(20 * time.Second)
	service.Refuse(http.StatusServiceUnavailable)
	if sent, err := ada.Phone.TestPush(ctx, id); sent || err != nil {
		t.Errorf("a service that is down: %t, %v", sent, err)
	}
	for range 2 {
		if got, err := ada.Phone.Unregister(ctx, id); got != "off" || err != nil {
			t.Errorf("%s, %v", got, err)
		}
	}
	_, err = ada.Phone.TestPush(ctx, id)
	wantProblem(t, "a test without a subscription", err, "push_refused")
	if got := state(t, ada.Phone); got != "off" {
		t.Errorf("at the end: %s", got)
	}
}

// A server whose operator gave no address sends none, and gives no key.
func TestPushWithoutContact(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	service := pushtest.Start(t)
	_, err := ada.Phone.Register(t.Context(), ada.Phone.Accounts()[0].Device, service.Subscribe().Subscription())
	wantProblem(t, "register", err, "push_refused")
	info, err := ada.Phone.Server(t.Context())
	if err != nil || len(info.VAPIDKey) != 0 || state(t, ada.Phone) != "off" {
		t.Errorf("key %s, %v", info.VAPIDKey, err)
	}
	w.Browser().SignIn(ada)
	ada.Phone.Waiting()
}

// wantProblem fails the test unless err is an answer with that code.
func wantProblem(t *testing.T, name string, err error, code string) *keyturn.Problem {
	t.Helper()
	var p *keyturn.Problem
	if !errors.As(err, &p) || p.Code != code {
		t.Errorf("%s: %v, want %s", name, err, code)
		return nil
	}
	return p
}

// A73: a subscription that its push service doesn't know any more is shown as lost,
// and the next start of the app registers again.
func TestA73LostSubscription(t *testing.T) {
	w, clock, service, ada, phone := pushed(t)
	phone.Forget()
	w.Browser().SignIn(ada)
	ada.Phone.Waiting()
	for state(t, ada.Phone) != "lost" {
		if t.Context().Err() != nil || w.Push.Counts().Failed > 0 {
			t.Fatal("it is never lost")
		}
	}
	if n := told(t, w, ada.Phone.Accounts()[0].Device, audit.PushLost); n != 1 {
		t.Errorf("%d events", n)
	}
	_, err := ada.Phone.TestPush(t.Context(), ada.Phone.Accounts()[0].Device)
	wantProblem(t, "test", err, "push_refused")
	phone = ada.Phone.Subscribe(service)
	clock.Move(time.Minute)
	w.Browser().SignIn(ada)
	if phone.Next(); state(t, ada.Phone) != "ok" {
		t.Error("it is not found again")
	}
}

// A01: whoever knows the password rings the person a few times, and then no more; what
// they ask is in the app all the same.
func TestA01PushLimits(t *testing.T) {
	w, clock, _, ada, phone := pushed(t)
	begun := clock.Now()
	for range 50 {
		w.Browser().SignIn(ada)
		clock.Move(5 * time.Second)
	}
	ada.Phone.Waiting()                                 // and can be answered
	w.Push.Ring(ada.ID, "", clock.Now().Add(time.Hour)) // the last one of all
	n := 0
	for phone.Next().Urgency == "high" {
		n++
	}
	if n < 1 || n > 5 || clock.Now().Sub(begun) > 10*time.Minute {
		t.Errorf("%d pushes in %s", n, clock.Now().Sub(begun))
	}
	if n := told(t, w, ada.ID, audit.PushPaused); n == 0 {
		t.Error("the pause is not on record")
	}
}

// "Send again" repeats the push of the same request, by the person's wish and within
// the limits; no loading of the page does.
func TestPushAgain(t *testing.T) {
	w, clock, _, ada, phone := pushed(t)
	b := w.Browser()
	page := b.SignIn(ada)
	phone.Next()
	id := page.Attr("#wait", "data-request")
	again := func() { b.Post("/sign-in/again", url.Values{"request": {id}}) }
	again()
	clock.Move(19 * time.Second)
	for range 5 {
		page.Reload()
		again()
	}
	clock.Move(time.Second)
	again()
	if p := phone.Next(); p.TTL != 100 {
		t.Errorf("%+v", p)
	}
	if n := told(t, w, id, audit.PushSent); n != 2 || len(phone.Came()) != 2 {
		t.Errorf("%d pushes taken, %d came", n, len(phone.Came()))
	}
	if page = page.Reload(); page.Attr("#wait", "data-request") != id {
		t.Error("it is another request")
	}
}

// A32, A72: a push service that is down or keeps everything back opens nothing, slows
// nobody down and hides nothing: the request is in the app, and in no log is an address
// that lets others push.
func TestA32A72PushServiceDown(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
	}{
		{"down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }},
		{"refuses", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }},
		{"A72 takes it and does nothing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _, service, ada, phone := pushed(t)
			service.Answer(tt.answer)
			b := w.Browser()
			page := b.SignIn(ada)
			if page = page.Submit("form#go", nil); page.Has("form#sign-out") {
				t.Error("signed in without a phone")
			}
			page = b.SignIn(ada)
			ada.Phone.Approve(page.Text("#number"))
			if home := page.Reload().Submit("form#redeem", nil); home.Attr("body", "data-proven") != "urn:keyturn:aal2" {
				t.Errorf("signed in with %q", home.Attr("body", "data-proven"))
			}
			w.Stop()
			if strings.Contains(w.Log(), "/send/") || len(phone.Came()) > 0 {
				t.Errorf("the log has an address, or %d pushes came:\n%s", len(phone.Came()), w.Log())
			}
		})
	}
}
