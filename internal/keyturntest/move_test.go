package keyturntest_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/internal/store/storetest"
)

// the old phone approves one sign-in after the other while the new one takes
// its place, at another node. What it approves before that counts, what it approves
// after doesn't; there is no moment at which both phones answer, and none at which
// neither does.
func TestRaceMove(t *testing.T) {
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			w := keyturntest.Start(t, keyturntest.In(engine.url(t), filepath.Join(t.TempDir(), "key")), keyturntest.Set(func(c *config.Config) {
				c.Limits.Requests, c.Number = racers+10, "never"
				c.Limits.Calls = config.Rate{Most: 10_000, In: time.Minute}
			}))
			for i, name := range []string{"ada", "ben", "里昂"} {
				raceMove(t, [2]*keyturntest.World{w, w.Node()}, w.Person(name), 4+5*i)
			}
		})
	}
}

// raceMove lets the check code be typed once the old phone has given so many answers.
func raceMove(t *testing.T, nodes [2]*keyturntest.World, p *keyturntest.Person, first int) {
	t.Helper()
	w, n := nodes[0], racers/2
	b := p.SetUp(pin)
	signIn(b, p)
	old := p.Phone
	b.Post("/phones/move", url.Values{"have": {"yes"}})
	old.Approve("")
	page := b.Get("/sign-in/wait").Submit("form#redeem", nil)
	fresh := w.Phone(pin)
	set := fresh.Activate(page.Text("#activation-code"))
	for range n {
		w.Browser().SignIn(p)
	}
	parcels := approvals(t, w, old)
	if len(parcels) != n {
		t.Fatalf("%d requests wait, want %d", len(parcels), n)
	}
	go1, client := make(chan struct{}), w.Client()
	statuses := make([]int, n)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range parcels {
			if i == first {
				close(go1)
			}
			var answer []byte
			statuses[i], answer = parcels[i].send(t, client, w.Origin)
			if code := codeOf(answer); statuses[i] != http.StatusOK && code != "device_removed" && code != "request_gone" {
				t.Errorf("answer %d: %d %s", i, statuses[i], answer)
			}
		}
	})
	wg.Go(func() {
		<-go1
		b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	})
	wg.Wait()
	if err := set.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < n; i++ {
		if statuses[i] == http.StatusOK && statuses[i-1] != http.StatusOK {
			t.Errorf("%s: answer %d counts after one that didn't", p.Name, i)
		}
	}
	inOrder(t, w, p, old.Accounts()[0].Device)
	p.Phone = fresh
	signIn(w.Browser(), p)
}

// approvals makes ready an approval of everything that waits for a phone.
func approvals(t *testing.T, w *keyturntest.World, p *keyturntest.Phone) (parcels []parcel) {
	t.Helper()
	all, err := p.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, nonce := signerOf(p, pin), w.Devices.Nonce()
	counter := p.Keeper.State.Devices[0].Counter
	for _, r := range all {
		if r.State == "waiting" {
			counter++
			parcels = append(parcels, s.call(t, "/v1/requests/"+r.ID+"/answer", nonce, s.reply(r, keyturn.Approve, counter)))
		}
	}
	return parcels
}

// inOrder checks in the record that an old phone approved nothing after it was
// removed, in the step that made the new one active.
func inOrder(t *testing.T, w *keyturntest.World, p *keyturntest.Person, old string) {
	t.Helper()
	all, err := w.Store.About(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	removed := false
	for _, ev := range all {
		switch {
		case ev.Kind == audit.DeviceRemoved && ev.Device == old:
			removed = true
		case ev.Kind == audit.RequestApproved && ev.Device == old && removed:
			t.Errorf("%s: the old phone approved %s after it was removed", p.Name, ev.Subject)
		}
	}
	if d, err := w.Store.Device(t.Context(), old); err != nil || d.State != device.Removed || d.Reason != device.ReasonMoved || !removed {
		t.Errorf("the old phone is %s %s, %v", d.State, d.Reason, err)
	}
}
