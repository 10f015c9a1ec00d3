package keyturntest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

// guess types a wrong password for somebody and reports whether it was judged.
func guess(b *keyturntest.Browser, name string) (judged bool) {
	return b.Post("/sign-in", url.Values{"name": {name}, "password": {"a guess"}}).Status == http.StatusForbidden
}

// A96: whoever shares a browser with the person, and has an account of their own,
// gets new cookies there with each sign-in of their own, and no new tries at the
// person's password with them: neither here nor at another node.
func TestA96CookieThatRotates(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada, eve := w.Person("ada"), w.Person("eve")
		shared := ada.SetUp(pin)
		signIn(shared, ada).Submit("form#sign-out", nil)
		eve.SetUp(pin)
		signIn(shared, eve).Submit("form#sign-out", nil)
		judged := 0
		for round := range 4 {
			before := shared.Cookie("keyturn_browser")
			for range 6 {
				if guess(shared.At(nodes[round%2]), "ada") {
					judged++
				}
			}
			signIn(shared, eve).Submit("form#sign-out", nil)
			if shared.Cookie("keyturn_browser") == before {
				t.Fatal("the cookie stays: nothing was tried")
			}
		}
		if most := 5 + 5; judged != most { // of her known browsers, and of an address
			t.Errorf("%d guesses were judged, want %d", judged, most)
		}
	})
}

// A96, at once: all known browsers of a person have one count together.
func TestA96KnownBrowsersAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada := w.Person("ada")
		ada.SetUp(pin)
		var browsers [10]*keyturntest.Browser
		for i := range browsers {
			browsers[i] = w.Browser()
			signIn(browsers[i], ada).Submit("form#sign-out", nil)
		}
		var judged atomic.Int64
		race(racers, func(i int) {
			if guess(browsers[i%10].At(nodes[i%2]), "ada") {
				judged.Add(1)
			}
		})
		if n := judged.Load(); n != 10 {
			t.Errorf("%d guesses were judged, want 10: five of her browsers, five of an address", n)
		}
	})
}

// A108: behind a proxy that names nobody everybody has its address. Whoever guesses
// there uses up nobody else's tries, at any door.
func TestA108ProxyThatNamesNobody(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }))
	ada := w.Person("ada")
	code := must(keyturn.ParseCode(w.Origin, w.Browser().SignIn(ada).Text("#activation-code")))
	look := func(c keyturn.Code) int {
		status, _ := parcel{path: "/v1/activations/look", body: encoded(t, keyturn.Look{Code: c})}.send(t, w.Client(), w.Origin)
		return status
	}
	b := w.Browser()
	for i := range 32 {
		if !guess(b, fmt.Sprint("nobody", i)) {
			t.Fatalf("guess %d was not judged", i+1)
		}
		if status := look(keyturn.NewCode()); status != http.StatusNotFound {
			t.Fatalf("look %d: %d", i+1, status)
		}
	}
	if page := w.Browser().SignIn(ada); page.Path != "/phones/activation" {
		t.Errorf("she gets %d\n%s", page.Status, page.HTML)
	}
	if status := look(code); status == http.StatusTooManyRequests {
		t.Error("the phone of somebody else is turned away")
	}
}
