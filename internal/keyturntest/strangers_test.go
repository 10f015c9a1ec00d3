package keyturntest_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// A106: a stranger who changes the network with each call, as who has IPv6 can, fills
// neither the record nor the table of tries, and the networks that hold theirs are counted.
func TestA106StrangersFillNothing(t *testing.T) {
	for _, engine := range []func(testing.TB) string{storetest.SQLite, storetest.Postgres} {
		url := engine(t)
		w := keyturntest.Start(t, keyturntest.In(url, filepath.Join(t.TempDir(), "key")),
			keyturntest.Set(func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }))
		before := must(w.Store.LastEvent(t.Context()))
		statuses := map[int]int{}
		for i := range 300 {
			statuses[lookFrom(t, w, fmt.Sprintf("2001:db8:1:%x::7", i))]++
		}
		if statuses[http.StatusNotFound] != 80 || statuses[http.StatusTooManyRequests] != 220 {
			t.Errorf("statuses %v: of one /48 80 are judged in a minute, four times as many as of one address", statuses)
		}
		for i := range 100 {
			if status := lookFrom(t, w, fmt.Sprintf("2001:db8:%x::7", 100+i)); status != http.StatusNotFound {
				t.Errorf("another network gets %d", status)
			}
		}
		wantWritten(t, w.Store, before, 5)
		w.Stop()
		wantWritten(t, storetest.Open(t, url), before, 6) // with the number of the others
	}
}

func wantWritten(t *testing.T, record *store.DB, after int64, most int) {
	t.Helper()
	if all := must(record.EventsSince(t.Context(), after, 1000)); len(all) != most {
		t.Errorf("%d events were written, want %d", len(all), most)
	}
}

// lookFrom looks at a code that nobody has, from an address that the proxy names.
func lookFrom(t *testing.T, w *keyturntest.World, address string) (status int) {
	t.Helper()
	body := strings.NewReader(string(encoded(t, keyturn.Look{Code: keyturn.NewCode()})))
	r := must(http.NewRequestWithContext(t.Context(), "POST", w.Origin+"/v1/activations/look", body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Forwarded-For", address)
	answer := must(w.Client().Do(r))
	_ = answer.Body.Close()
	return answer.StatusCode
}

// A123: a name in Cherokee, whose capitals and small letters a library folds to each other
// for ever, is answered at once; the person signs in, however it is written.
func TestA123NameInCherokee(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ᏣᎳᎩ")
	ada.SetUp(pin)
	if !guess(w.Browser(), "ꮳꮃꭹ") {
		t.Error("a wrong password isn't judged")
	}
	small := *ada
	small.Name = "ꮳꮃꭹ"
	if page := w.Browser().SignIn(&small); !page.Has("#wait") {
		t.Errorf("%d\n%s", page.Status, page.HTML)
	}
}
