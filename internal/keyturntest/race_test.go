package keyturntest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/internal/store/storetest"
)

const racers = 50

// onEngines runs a test at two nodes of one installation, on each database that
// nodes can share. Limits by address are out of the way: all racers have one.
func onEngines(t *testing.T, test func(t *testing.T, nodes [2]*keyturntest.World), options ...keyturntest.Option) {
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			w := keyturntest.Start(t, append(options, keyturntest.In(engine.url(t), filepath.Join(t.TempDir(), "key")), keyturntest.Set(func(c *config.Config) {
				many := config.Rate{Most: 10_000, In: time.Minute}
				c.Limits.Redeems, c.Limits.Calls = many, many
			}))...)
			test(t, [2]*keyturntest.World{w, w.Node()})
		})
	}
}

// A35: of fifty phones that redeem one code at the same moment, at two nodes, one
// gets it, and one event tells of it. Each further code gives the race another
// chance to be close.
func TestRaceRedeem(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		for _, name := range []string{"ada", "ben", "里昂"} {
			raceRedeem(t, nodes, nodes[0].Person(name))
		}
	})
}

func raceRedeem(t *testing.T, nodes [2]*keyturntest.World, p *keyturntest.Person) {
	t.Helper()
	w := nodes[0]
	code, err := keyturn.ParseCode(w.Origin, w.Browser().SignIn(p).Text("#activation-code"))
	if err != nil {
		t.Fatal(err)
	}
	var parcels [racers]parcel
	for i := range parcels {
		parcels[i] = parcel{path: "/v1/activations/redeem", body: encoded(t, redeems(w.Origin, code))}
	}
	clients := [2]*http.Client{w.Client(), nodes[1].Client()}
	var won, lost atomic.Int64
	var winner atomic.Value
	race(racers, func(i int) {
		status, answer := parcels[i].send(t, clients[i%2], w.Origin)
		switch {
		case status == http.StatusOK:
			won.Add(1)
			winner.Store(answer)
		case status == http.StatusNotFound && codeOf(answer) == "activation_failed":
			lost.Add(1)
		default:
			t.Errorf("%d %s", status, answer)
		}
	})
	if won.Load() != 1 || lost.Load() != racers-1 {
		t.Fatalf("%d phones got the code, %d were refused", won.Load(), lost.Load())
	}
	var got keyturn.Redeemed
	if err := json.Unmarshal(winner.Load().([]byte), &got); err != nil {
		t.Fatal(err)
	}
	if n := told(t, w, got.Activation, audit.ActivationRedeemed); n != 1 {
		t.Errorf("%d redeems are on record", n)
	}
	if d, err := w.Store.Device(t.Context(), got.Device); err != nil || d.State != device.New || d.Account != p.ID {
		t.Errorf("the device is %+v, %v", d, err)
	}
}

// Of fifty answers that three phones of one account give at the same moment, at
// two nodes, some approving and some denying, one decides. Spec §8.7.
func TestRaceAnswer(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada := w.Person("ada")
		b := ada.SetUp(pin)
		phones := []*keyturntest.Phone{ada.Phone, beside(t, w, ada, b), beside(t, w, ada, b)}
		signIn(b, ada) // which makes b known: nothing has to be carried
		for round := range 2 {
			b.Get("/").Submit("form#sign-out", nil)
			b.SignIn(ada)
			parcels, id := answers(t, w, phones)
			clients := [2]*http.Client{w.Client(), nodes[1].Client()}
			var decided atomic.Int64
			var how atomic.Value
			race(racers, func(i int) {
				status, answer := parcels[i].send(t, clients[i%2], w.Origin)
				var said struct{ State, Error string }
				_ = json.Unmarshal(answer, &said) // what isn't JSON says neither
				switch {
				case status == http.StatusOK:
					decided.Add(1)
					how.Store(said.State)
				case said.Error != "request_gone" && said.Error != "answer_refused" && said.Error != "pin_locked":
					t.Errorf("%d %s", status, answer)
				}
			})
			r, err := w.Store.Request(t.Context(), id)
			if n := decided.Load(); n != 1 || err != nil || string(r.State) != how.Load() {
				t.Errorf("round %d: %d answers decided, the last to %v; the request is %s, %v", round, n, how.Load(), r.State, err)
			}
			if n := told(t, w, id, audit.RequestApproved) + told(t, w, id, audit.RequestDenied); n != 1 {
				t.Errorf("round %d: %d decisions are on record", round, n)
			}
			if r.State == "approved" { // what waits after all: the browser goes on
				b.Get("/sign-in/wait").Submit("form#redeem", nil)
			} else {
				signIn(b, ada)
			}
		}
	})
}

// The right response, sent fifty times at the same moment at two nodes, while
// the phone approves: one approval, one session.
func TestRaceResponse(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada := w.Person("ada")
		ada.SetUp(pin)
		b := w.Browser()
		signIn(b, ada).Submit("form#sign-out", nil) // which makes b known: nothing has to be carried
		id := b.SignIn(ada).Attr("#wait", "data-request")
		challenge := strings.ReplaceAll(b.Post("/sign-in/offline", url.Values{"request": {id}}).Text("#challenge"), " ", "")
		response, err := ada.Phone.Respond(ada.Phone.Accounts()[0].Device, challenge, pin)
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{"request": {id}, "response": {response}}.Encode()
		r, s := ada.Phone.Waiting(), signerOf(ada.Phone, pin)
		approves := s.call(t, "/v1/requests/"+id+"/answer", w.Devices.Nonce(), s.reply(r, keyturn.Approve, 1))
		clients := [2]*http.Client{w.Client(), nodes[1].Client()}
		for _, c := range clients {
			c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		}
		var sessions atomic.Int64
		race(racers, func(i int) {
			if i == 0 {
				approves.send(t, clients[0], w.Origin)
				return
			}
			q, _ := http.NewRequest("POST", w.Origin+"/sign-in/response", strings.NewReader(form)) // well-formed
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			q.AddCookie(&http.Cookie{Name: w.CookieName("keyturn_pending"), Value: b.Cookie("keyturn_pending")})
			a, err := clients[i%2].Do(q)
			if err != nil {
				t.Error(err)
				return
			}
			a.Body.Close()
			for _, c := range a.Cookies() {
				if c.Name == w.CookieName("keyturn_session") && c.Value != "" {
					sessions.Add(1)
				}
			}
		})
		if n := told(t, w, id, audit.RequestApproved); n != 1 {
			t.Errorf("%d approvals are on record", n)
		}
		// The phone was first, and the forms came too early to redeem.
		if page := b.Get("/sign-in/wait"); page.Has("form#redeem") {
			page.Submit("form#redeem", nil)
			sessions.Add(1)
		}
		if n := sessions.Load(); n != 1 || told(t, w, id, audit.RequestRedeemed) != 1 {
			t.Errorf("%d sessions, %d redemptions on record", n, told(t, w, id, audit.RequestRedeemed))
		}
	})
}

// answers makes ready fifty answers of all phones to what waits: every second one
// approves, the others deny. Each has a counter of its own; the phones go on after
// them.
func answers(t *testing.T, w *keyturntest.World, phones []*keyturntest.Phone) (parcels [racers]parcel, request string) {
	t.Helper()
	for n, p := range phones {
		r, s := p.Waiting(), signerOf(p, pin)
		request = r.ID
		nonce := w.Devices.Nonce()
		for i := n; i < racers; i += len(phones) {
			decision := keyturn.Approve
			if i%2 == 1 {
				decision = keyturn.Deny
			}
			parcels[i] = s.call(t, "/v1/requests/"+r.ID+"/answer", nonce, s.reply(r, decision, int64(i+1)))
		}
		p.Keeper.State.Devices[0].Counter += racers
		p.Phone = p.At(w).Phone
	}
	return parcels, request
}

// signIn signs a person in and approves it with their first phone.
func signIn(b *keyturntest.Browser, p *keyturntest.Person) *keyturntest.Page {
	page := b.SignIn(p)
	number := ""
	if page.Has("#number") {
		number = page.Text("#number")
	}
	p.Phone.Approve(number)
	return page.Reload().Submit("form#redeem", nil)
}

// told counts the events of a kind about an id.
func told(t *testing.T, w *keyturntest.World, id string, kind audit.Kind) (n int) {
	t.Helper()
	all, err := w.Store.About(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Kind == kind {
			n++
		}
	}
	return n
}
