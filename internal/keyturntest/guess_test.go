package keyturntest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/policy"
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

// from is a browser as a proxy names its address.
func from(w *keyturntest.World, addr string) *keyturntest.Browser {
	b := w.Browser()
	b.Header.Set("X-Forwarded-For", addr)
	return b
}

// behind is a setting for worlds in which tests choose addresses.
func behind(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }

// A97: whoever knows the password makes requests for ever, at two nodes at once: so
// many, and no more. The person's known browser has a count of its own, and their
// phone a short list in which its request is first.
func TestA97RequestsWithoutEnd(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada := w.Person("ada")
		ada.SetUp(pin)
		known := w.Browser()
		signIn(known, ada).Submit("form#sign-out", nil)
		before := told(t, w, ada.ID, audit.RequestBegun)
		var refused atomic.Int64
		race(racers, func(i int) {
			switch page := nodes[i%2].Browser().SignIn(ada); {
			case page.Path == "/sign-in/wait": // where newer ones may have replaced it already
			case page.Status == http.StatusTooManyRequests:
				refused.Add(1)
			default:
				t.Errorf("%d\n%s", page.Status, page.HTML)
			}
		})
		if made := told(t, w, ada.ID, audit.RequestBegun) - before; made != 11 || refused.Load() != racers-11 {
			t.Errorf("%d requests, %d refused, want 11 and the rest", made, refused.Load())
		}
		page := known.At(nodes[1]).SignIn(ada)
		if all := must(ada.Phone.Pending(t.Context())); len(all) > 13 || all[0].ID != page.Attr("#wait", "data-request") {
			t.Errorf("the phone has %d requests, hers is not the first", len(all))
		}
		ada.Phone.Approve("")
	}, keyturntest.At(keyturntest.NewClock()), keyturntest.Set(func(c *config.Config) { c.Limits.Asked.Most = 12 }))
}

// A97: a phone whose list is another one each time it asks is answered once a second.
func TestA97HeldCallsApart(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	began := time.Now()
	for range 2 {
		held := signerOf(ada.Phone, pin).get("/v1/pending?wait=25&since=another", w.Devices.Nonce())
		if status, answer := held.send(t, w.Client(), w.Origin); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("two answers in %v", took)
	}
}

// A98: guesses from everywhere don't keep a named person out of an unknown browser
// in a network from which they have signed in; they do elsewhere, for an hour. The
// record says so, the page has its reference, and the operator can lift it.
func TestA98FamiliarNetwork(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada := w.Person("ada")
		ada.SetUp(pin)
		signIn(from(w, "192.0.2.7"), ada)
		race(racers, func(i int) {
			guess(from(nodes[i%2], fmt.Sprintf("2001:db8:%x::1", i)), "ada")
		})
		if page := from(nodes[1], "192.0.2.7").SignIn(ada); !page.Has("#wait") {
			t.Errorf("from a familiar network: %d\n%s", page.Status, page.HTML)
		}
		page := from(nodes[1], "198.51.100.1").SignIn(ada)
		if page.Status != http.StatusTooManyRequests {
			t.Errorf("from an unfamiliar network: %d, want 429", page.Status)
		}
		if n := told(t, w, ada.ID, audit.SignInRefused); n != 20 {
			t.Errorf("%d guesses were judged, want 20", n)
		}
		locks := must(w.Accounts.PasswordLocks(t.Context(), ada.ID))
		if len(locks) != 1 || locks[0].Of != account.OfStrange || told(t, w, ada.ID, audit.PasswordShut) != 1 {
			t.Fatalf("locks %v, %d events", locks, told(t, w, ada.ID, audit.PasswordShut))
		}
		if ref := keyturn.GroupedReference(locks[0].Reference); !strings.Contains(page.HTML, ref) {
			t.Errorf("the page doesn't show the reference %s\n%s", ref, page.HTML)
		}
		if err := w.Accounts.Unlock(t.Context(), ada.ID); err != nil {
			t.Fatal(err)
		}
		if page := from(nodes[1], "198.51.100.1").SignIn(ada); !page.Has("#wait") {
			t.Errorf("after unlock: %d", page.Status)
		}
	}, keyturntest.Set(behind), keyturntest.Set(func(c *config.Config) { c.Limits.PasswordsAll.Most = 20 }))
}

// A99: strangers who rotate names and networks fill every place for a hash, so that
// others are turned away; the person's known browser is not.
func TestA99KnownBrowserInAFlood(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada := w.Person("ada")
		ada.SetUp(pin)
		known := w.Browser()
		signIn(known, ada).Submit("form#sign-out", nil)
		let, inside := make(chan struct{}), make(chan struct{}, 1000)
		w.Accounts.Hashed = func() { inside <- struct{}{}; <-let }
		turnedAway := make(chan struct{}, 200)
		var flood sync.WaitGroup
		for i := range 100 {
			flood.Go(func() {
				b := from(w, fmt.Sprintf("2001:db8:%x::1", i))
				if b.Post("/sign-in", url.Values{"name": {fmt.Sprint("name", i)}, "password": {"a guess"}}).Status == http.StatusServiceUnavailable {
					turnedAway <- struct{}{}
				}
			})
		}
		<-inside
		for range 100 - 1 - 64 {
			<-turnedAway
		}
		hers := make(chan *keyturntest.Page, 1)
		go func() { hers <- known.SignIn(ada) }()
		for len(hers) == 0 && !compared(t, w, "password.known/"+ada.ID) {
		}
		for done := false; !done; {
			select {
			case page := <-hers:
				if !page.Has("#wait") {
					t.Errorf("she gets %d\n%s", page.Status, page.HTML)
				}
				done = true
			case let <- struct{}{}:
			}
		}
		close(let)
		flood.Wait()
	}, keyturntest.Set(behind), keyturntest.Set(func(c *config.Config) { c.Limits.Hashes = 1 }))
}

// compared reports whether a password is being compared that a count has.
func compared(t *testing.T, w *keyturntest.World, key string) bool {
	g := account.Guess{ID: keyturn.NewReference(), At: time.Now(), Counts: []account.Count{{Count: policy.Count{Key: key, Rate: policy.Rate{Most: 1, In: time.Hour}}}}}
	judging := must(w.Store.BeginGuess(t.Context(), g))
	if err := w.Store.EndGuess(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	return judging != ""
}

// A100: people behind one address who sign in at the same moment, at two nodes, all
// get on, more of them than it has tries: a right password is no wrong one while it is
// compared.
func TestA100RightPasswordsAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		people := make([]*keyturntest.Person, 16)
		for i := range people {
			people[i] = nodes[0].Person(fmt.Sprint("person", i))
		}
		race(len(people), func(i int) {
			page := nodes[i%2].Browser().SignIn(people[i])
			if page.Path != "/phones/activation" {
				t.Errorf("%s gets %d", people[i].Name, page.Status)
			}
		})
	}, keyturntest.At(keyturntest.NewClock()), keyturntest.Set(func(c *config.Config) { c.Limits.SignIns.Most = 4 }))
}

// Each wrong password, each wrong recovery code, and each that is turned away is one
// line of the log with the address and the reference of its event; what was typed is
// in neither.
func TestGuessesAreLogged(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(behind))
	w.Person("ada")
	b := from(w, "192.0.2.7")
	for i := range 7 {
		b.Post("/sign-in", url.Values{"name": {[]string{"ada", "hunter2"}[i%2]}, "password": {"hunter3"}})
	}
	for range 3 {
		b.Post("/sign-in", url.Values{"name": {"ada"}, "password": {"hunter3"}})
	}
	w.Browser().Post("/sign-in", url.Values{"name": {"ada"}, "password": {"hunter3"}}) // no proxy names it
	lines := filtered(t, w.Log())
	if len(lines) != 11 {
		t.Fatalf("%d lines, want 11\n%s", len(lines), w.Log())
	}
	for i, line := range lines {
		if want := []string{"192.0.2.7", `""`}[i/10]; line[1] != want {
			t.Errorf("line %d has the address %s, want %s", i+1, line[1], want)
		}
		all, err := w.Store.About(t.Context(), line[2])
		if err != nil || len(all) != 1 {
			t.Errorf("line %d: %d events have its reference %s, %v", i+1, len(all), line[2], err)
		}
	}
	if strings.Contains(w.Log(), "hunter") {
		t.Errorf("what was typed is in the log\n%s", w.Log())
	}
}

// filtered returns what fail2ban, with the filter that SECURITY.md gives, finds in a log:
// of each line its address, and the reference behind it. It cuts the time out of a line
// before it looks at the rest; a zone that stays there isn't read, and the machine's own
// is taken.
func filtered(t *testing.T, log string) (found [][]string) {
	t.Helper()
	text := string(must(os.ReadFile("../../SECURITY.md")))
	given := func(name string) string {
		_, after, _ := strings.Cut(text, name+" = ")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	date := regexp.MustCompile(strings.NewReplacer("%%Y", `\d{4}`, "%%f", `\d+`, "%%z", `(?:Z|[+-]\d\d:\d\d)`,
		"%%m", `\d\d`, "%%d", `\d\d`, "%%H", `\d\d`, "%%M", `\d\d`, "%%S", `\d\d`).Replace(given("datepattern")))
	guess := regexp.MustCompile(strings.Replace(given("failregex"), "<ADDR>", `(\S+)`, 1) + `(\w+)`)
	for line := range strings.Lines(log) {
		rest := date.ReplaceAllString(line, "")
		if !strings.HasPrefix(rest, " level=") {
			t.Fatalf("of a time is left: %s", rest)
		}
		if m := guess.FindStringSubmatch(rest); m != nil {
			found = append(found, m)
		}
	}
	return found
}
