package keyturntest_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/store/storetest"
	"keyturn/phone"
)

// old is what the people of an installation of schema 10 know, and what it kept beside its
// database.
type old struct {
	Origin string
	At     int64 // Unix seconds, when it stopped
	Key    json.RawMessage
	People []struct {
		Name, Password, PIN string
		Phone               phone.State
		Codes               []string // recovery codes
		Browser             string   // cookie of one that is known
	}
}

// upgraded starts this program on what one of schema 10 has left, an hour later.
func upgraded(t *testing.T, at string) (*keyturntest.World, old) {
	t.Helper()
	var was old
	if err := json.Unmarshal(storetest.Schema10(t, at), &was); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, was.Key, 0o600); err != nil {
		t.Fatal(err)
	}
	clock := keyturntest.NewClock()
	clock.Move(time.Unix(was.At, 0).Add(time.Hour).Sub(clock.Now()))
	return keyturntest.Start(t, keyturntest.At(clock), keyturntest.In(at, key),
		keyturntest.Set(func(c *config.Config) { c.PublicURL = was.Origin })), was
}

// The people of an installation of schema 10 sign in to this one: with their password and
// their phone's keys and PIN, in a browser that was known and in a new one, by their name
// however they write it, and with a recovery code.
func TestPeopleOfSchema10(t *testing.T) {
	for name, engine := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			w, was := upgraded(t, engine(t))
			typed := map[string]string{"ada": "ADA", "Straße": "STRASSE", "weiß": "weiß", "weiss": "WEISS", "李娜": "李娜"}
			if len(was.People) != len(typed) {
				t.Fatalf("%d people, want %d", len(was.People), len(typed))
			}
			for _, p := range was.People {
				who := &keyturntest.Person{Account: account.Account{Name: typed[p.Name]}, Password: p.Password}
				unlocked := w.Phone(p.PIN)
				unlocked.Keeper.State = p.Phone
				unlocked = unlocked.At(w)
				unlocked.SealWith(keyturn.SealWithPIN) // as phones do

				known := w.Browser()
				known.SetCookie("keyturn_browser", p.Browser)
				for _, b := range []*keyturntest.Browser{known, w.Browser()} {
					page, number := b.SignIn(who), ""
					if b != known {
						number = page.Text("#number")
					}
					unlocked.Approve(number)
					home := page.Reload().Submit("form#redeem", nil)
					if home.Attr("body", "data-account") != p.Name {
						t.Errorf("%s, as %s, gets to %s\n%s", p.Name, who.Name, home.Path, home.HTML)
					}
				}
				if len(p.Codes) > 0 {
					b := w.Browser()
					b.SignIn(who)
					page := b.Get("/sign-in/recovery").Submit("form#recovery", url.Values{"code": {p.Codes[0]}})
					if page.Path != "/phones/lost" {
						t.Errorf("a recovery code of %s leads to %s\n%s", p.Name, page.Path, page.HTML)
					}
				}
			}
			if gone, err := w.Accounts.Named(t.Context(), "gone"); err != nil || gone.State != account.Disabled {
				t.Errorf("who was disabled is %s, %v", gone.State, err)
			}
		})
	}
}
