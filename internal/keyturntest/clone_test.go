package keyturntest_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/internal/mail/mailtest"
	"keyturn/internal/store/storetest"
	"keyturn/locale"
	"keyturn/phone"
)

// copied is a second phone that begins with what a first one keeps at this moment.
func copied(t *testing.T, w *keyturntest.World, from *keyturntest.Phone, address string) *phone.Phone {
	t.Helper()
	p, err := phone.Open(w.Origin, &phone.Memory{State: phone.State{Origin: w.Origin, Devices: slices.Clone(from.Keeper.State.Devices)}})
	if err != nil {
		t.Fatal(err)
	}
	p.SealWith(keyturntest.Seal)
	p.Through(&http.Client{Transport: at{w.Client().Transport, address}})
	return p
}

// at is an address that a proxy has seen.
type at struct {
	through http.RoundTripper
	address string
}

func (a at) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", a.address)
	return a.through.RoundTrip(r)
}

func proxied(t *testing.T, options ...keyturntest.Option) *keyturntest.World {
	behind := keyturntest.Set(func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} })
	return keyturntest.Start(t, append(options, behind)...)
}

// decide answers a new sign-in and returns the code of the refusal, if it is one.
func decide(
	t *testing.T, w *keyturntest.World, who *keyturntest.Person, p *phone.Phone, decision keyturn.Decision,
) string {
	t.Helper()
	page := w.Browser().SignIn(who)
	all, err := p.Pending(t.Context())
	if err != nil {
		return problemCode(err)
	}
	for _, r := range all {
		if r.State == "waiting" && strings.Contains(page.HTML, r.ID) {
			_, err = p.Answer(t.Context(), r, decision, page.Text("#number"), pin)
			return problemCode(err)
		}
	}
	return "nothing waits"
}

func problemCode(err error) string {
	if problem, ok := errors.AsType[*keyturn.Problem](err); ok {
		return problem.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// suspected fails the test unless the phone was paused as a clone, and the person is
// told in the portal. It returns the event.
func suspected(t *testing.T, w *keyturntest.World, b *keyturntest.Browser, id string) audit.Event {
	t.Helper()
	d, err := w.Store.Device(t.Context(), id)
	if err != nil || d.State != device.Suspended || d.Reason != device.ReasonClone {
		t.Fatalf("device is %s, %s: %v", d.State, d.Reason, err)
	}
	if page := b.Get("/phones"); !strings.Contains(page.HTML, locale.For("en").T("phones.paused.clone")) {
		t.Errorf("the portal doesn't say why the phone is paused:\n%s", page.HTML)
	}
	all, err := w.Store.About(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(ev audit.Event) bool { return ev.Kind != audit.CloneSuspected })
	if len(all) != 1 {
		t.Fatalf("%d events", len(all))
	}
	return all[0]
}

// A copy of the state file and the PIN are the phone, until both have answered: the
// second is refused and the phone paused, for both of them; nobody gets in any more.
func TestA16CopiedStateFile(t *testing.T) {
	w := proxied(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	own, other := copied(t, w, ada.Phone, "192.0.2.7"), copied(t, w, ada.Phone, "198.51.100.9")
	if got := decide(t, w, ada, own, keyturn.Approve); got != "" {
		t.Fatalf("the first to answer: %s", got)
	}
	if got := decide(t, w, ada, other, keyturn.Approve); got != "clone_suspected" {
		t.Fatalf("the second to answer: %q", got)
	}
	ev := suspected(t, w, b, own.Accounts()[0].Device)
	if d := ev.Detail; d["counter"] != "1" || d["largest"] != "1" || d["address"] != "198.51.100.9" || d["before"] != "192.0.2.7" {
		t.Errorf("the record says %v", d)
	}
	for name, p := range map[string]*phone.Phone{"the first": own, "the second": other} {
		info, err := p.Info(t.Context(), p.Accounts()[0].Device)
		if err != nil || info.Device.State != "suspended" || info.Device.Reason != device.ReasonClone {
			t.Errorf("%s hears %+v, %v", name, info.Device, err)
		}
		if err := p.ChangePIN(t.Context(), pin, "8Wm3#"); err == nil {
			t.Errorf("%s changes the PIN", name)
		}
	}
	if err := w.Devices.Resume(t.Context(), own.Accounts()[0].Device); !errors.Is(err, device.ErrClone) {
		t.Errorf("a clone was let go on: %v", err)
	}
}

// A copy that has run ahead: the real phone's next answers are refused, and the third
// of them shows that there are two. Person and operator are told.
func TestA17CopyRunsAhead(t *testing.T) {
	s := mailtest.Start(t)
	w := proxied(t, keyturntest.Mail(s))
	ada := w.PersonAt("ada", "ada@example.org")
	b := ada.SetUp(pin)
	own := copied(t, w, ada.Phone, "192.0.2.7")
	ahead := *ada.Phone
	ahead.Keeper = &phone.Memory{State: phone.State{Devices: slices.Clone(ada.Phone.Keeper.State.Devices)}}
	ahead.Keeper.State.Devices[0].Counter = 900
	other := copied(t, w, &ahead, "198.51.100.9")
	if got := decide(t, w, ada, other, keyturn.Deny); got != "" {
		t.Fatalf("the copy: %s", got)
	}
	for i, want := range []string{"answer_refused", "answer_refused", "clone_suspected"} {
		if got := decide(t, w, ada, own, keyturn.Deny); got != want {
			t.Fatalf("answer %d of the real phone: %q, want %q", i+1, got, want)
		}
	}
	ev := suspected(t, w, b, own.Accounts()[0].Device)
	if d := ev.Detail; d["counter"] != "3" || d["largest"] != "901" || d["address"] != "192.0.2.7" || d["before"] != "198.51.100.9" {
		t.Errorf("the record says %v", d)
	}
	letters := s.Wait(t, 3)[1:] // after the one about the new phone
	if len(letterTo(letters, "ada@example.org")) != 1 || len(letterTo(letters, "operator@example.org")) != 1 {
		t.Errorf("letters %+v", letters)
	}
}

// A103: a copy that has run ahead denies, without any unlock, each sign-in before the real
// phone answers it, at another node. What it accepts wipes no evidence away: the phone is
// paused at its fourth answer at the latest, and each late one is on record with both addresses.
func TestA103CopyDeniesInBetween(t *testing.T) {
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			clock := keyturntest.NewClock()
			w := proxied(t, keyturntest.In(engine.url(t), filepath.Join(t.TempDir(), "key")), keyturntest.At(clock))
			ada := w.Person("ada")
			b := ada.SetUp(pin)
			own := copied(t, w, ada.Phone, "192.0.2.7")
			ada.Phone.Keeper.State.Devices[0].Counter = 900
			other := copied(t, w.Node(), ada.Phone, "198.51.100.9")
			refused := 0
			for got := ""; got != "clone_suspected"; refused++ {
				if got = raced(t, w, clock, ada, own, other); refused == 4 || got != "answer_refused" && got != "clone_suspected" {
					t.Fatalf("answer %d of the real phone: %q", refused+1, got)
				}
			}
			id := own.Accounts()[0].Device
			suspected(t, w, b, id)
			all, err := w.Store.About(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			all = slices.DeleteFunc(all, func(ev audit.Event) bool { return ev.Kind != audit.AnswerLate })
			if len(all) != refused || all[0].Detail["address"] != "192.0.2.7" || all[0].Detail["before"] != "198.51.100.9" ||
				all[0].Detail["counter"] != "1" || all[0].Detail["largest"] != "901" {
				t.Errorf("%d late answers on record, the first with %+v", len(all), all[0].Detail)
			}
		})
	}
}

// raced is what the real phone gets for a sign-in that its copy has denied before it.
func raced(
	t *testing.T, w *keyturntest.World, clock *keyturntest.Clock, who *keyturntest.Person, own, other *phone.Phone,
) string {
	t.Helper()
	clock.Move(time.Minute)
	page := w.Browser().SignIn(who)
	mine, theirs := waiting(t, own, page), waiting(t, other, page)
	clock.Move(time.Second)
	if _, err := other.Answer(t.Context(), theirs, keyturn.Deny, "", ""); err != nil {
		t.Fatalf("the copy: %v", err)
	}
	clock.Move(10 * time.Second)
	_, err := own.Answer(t.Context(), mine, keyturn.Approve, page.Text("#number"), pin)
	return problemCode(err)
}

// waiting is the request of a page as a phone sees it.
func waiting(t *testing.T, p *phone.Phone, page *keyturntest.Page) phone.Request {
	t.Helper()
	all, err := p.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.State == "waiting" && strings.Contains(page.HTML, r.ID) {
			return r
		}
	}
	t.Fatal("nothing waits")
	return phone.Request{}
}

// Storage that was restored from an old copy says the truth about itself: its answer
// is a fork of one that the server still has, or, after many, three in a row.
func TestA16RestoredFromAnOldCopy(t *testing.T) {
	for _, tt := range []struct {
		name   string
		behind int64 // how far the counter was when the copy was made
		wants  []string
	}{
		{"of yesterday", 0, []string{"clone_suspected"}},
		{"of last year", 40, []string{"answer_refused", "answer_refused", "clone_suspected", "device_suspended"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := proxied(t)
			ada := w.Person("ada")
			b := ada.SetUp(pin)
			restored := copied(t, w, ada.Phone, "192.0.2.7")
			ada.Phone.Keeper.State.Devices[0].Counter += tt.behind
			now := copied(t, w, ada.Phone, "192.0.2.7")
			if got := decide(t, w, ada, now, keyturn.Deny); got != "" {
				t.Fatalf("the phone as it was: %s", got)
			}
			id := restored.Accounts()[0].Device
			for i, want := range tt.wants {
				got := decide(t, w, ada, restored, keyturn.Deny)
				if want == "device_suspended" && got == "nothing waits" {
					got = want
				}
				if got != want {
					t.Fatalf("answer %d of the restored phone: %q, want %q", i+1, got, want)
				}
			}
			suspected(t, w, b, id)
		})
	}
}

// A late answer suspends nobody: the honest phone, whose network held one back,
// goes on.
func TestA80HeldBack(t *testing.T) {
	w := proxied(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	held := &holding{through: w.Client().Transport}
	p := copied(t, w, ada.Phone, "192.0.2.7")
	p.Through(&http.Client{Transport: held})
	held.next = true
	if got := decide(t, w, ada, p, keyturn.Deny); got == "" {
		t.Fatal("the answer wasn't held back")
	}
	if got := decide(t, w, ada, p, keyturn.Deny); got != "" {
		t.Fatalf("the answer after it: %s", got)
	}
	if status := held.send(t); status != http.StatusBadRequest {
		t.Errorf("the late one: status %d, want answer_refused", status)
	}
	if got := decide(t, w, ada, p, keyturn.Approve); got != "" {
		t.Errorf("the phone afterwards: %s", got)
	}
}

// holding keeps one answer back, and its repetitions.
type holding struct {
	through http.RoundTripper
	next    bool
	kept    *http.Request
	body    []byte
}

func (h *holding) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/answer") || !h.next && h.kept == nil || h.kept != nil && h.kept.URL.Path != r.URL.Path {
		return h.through.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	h.next, h.kept, h.body = false, r, body
	return nil, errors.New("no network")
}

// send lets the answer go, and returns what it gets.
func (h *holding) send(t *testing.T) int {
	t.Helper()
	late := h.kept.Clone(t.Context())
	late.Body = io.NopCloser(bytes.NewReader(h.body))
	res, err := h.through.RoundTrip(late)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}
