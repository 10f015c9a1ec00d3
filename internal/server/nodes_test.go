package server_test

import (
	"path/filepath"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/internal/store/storetest"
)

// Two nodes, one database: the browser waits at one, the phone answers at the
// other, and the browser is told by the record.
func TestTwoNodes(t *testing.T) {
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			here := keyturntest.Start(t, keyturntest.In(engine.url(t), filepath.Join(t.TempDir(), "key")))
			there := here.Node()
			ada := here.Person("ada")
			ada.SetUp("7Kq#2")

			b := here.Browser()
			page := b.SignIn(ada)
			events := b.Follow("/sign-in/events?request=" + requestOf(page))
			if first := <-events; !strings.Contains(first, `"waiting"`) {
				t.Fatalf("the stream begins with %s", first)
			}
			ada.Phone.At(there).Approve(page.Text("#number"))
			if next := <-events; !strings.Contains(next, `"approved"`) {
				t.Errorf("the browser at the other node is told %s, want approved", next)
			}
			home := page.Reload().Submit("form#redeem", nil)
			if home.Attr("body", "data-account") != "ada" {
				t.Errorf("signed in as %q, want ada", home.Attr("body", "data-account"))
			}
		})
	}
}

// A command changes an account while the server runs: a phone that is held there
// is told within a second.
func TestChangesOfOtherProcesses(t *testing.T) {
	url, key := storetest.SQLite(t), filepath.Join(t.TempDir(), "key")
	w := keyturntest.Start(t, keyturntest.In(url, key))
	ada := w.Person("ada")
	ada.SetUp("7Kq#2")
	b := w.Browser()
	page := b.SignIn(ada)
	events := b.Follow("/sign-in/events?request=" + requestOf(page))
	<-events

	command := w.Node() // stands for another process
	if err := command.Accounts.Disable(t.Context(), ada.ID); err != nil {
		t.Fatal(err)
	}
	if next := <-events; !strings.Contains(next, `"cancelled"`) {
		t.Errorf("the browser is told %s, want cancelled", next)
	}
	if got := w.Browser().SignIn(ada); got.Status != 403 {
		t.Errorf("signing in to a disabled account: %d, want 403", got.Status)
	}
}

// A node takes the nonces that another one has given, and goes on taking them
// after both were stopped.
func TestNoncesOutliveNodes(t *testing.T) {
	opts := keyturntest.In(storetest.SQLite(t), filepath.Join(t.TempDir(), "key"))
	first := keyturntest.Start(t, opts)
	nonce := first.Devices.Nonce()
	first.Stop()
	second := keyturntest.Start(t, opts)
	keys := second.Devices.NonceKeys()
	if len(keys) != 1 || keyturn.CheckNonce(keys[0], nonce, second.Devices.Now()) != nil {
		t.Errorf("a nonce of before the restart is refused")
	}
}

// requestOf is the request that a waiting page is about.
func requestOf(page *keyturntest.Page) string {
	return page.Attr("section#wait", "data-request")
}
