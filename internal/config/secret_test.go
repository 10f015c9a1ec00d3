package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/config"
)

// A65: whatever an operator writes where a secret belongs, nothing that shows the
// settings shows it.
func TestA65SettingsKeepSecrets(t *testing.T) {
	for _, secret := range []string{"hunter2", "correct:hunter2", "https://hunter2", "smtp://a:b@hunter2", "{\"key\":\"hunter2\"}", "hunter2?a=b", "?hunter2"} {
		c := config.Default()
		c.Mail.Password, c.Seal.Key, c.Storage.URL = config.Secret(secret), config.Secret(secret), config.Address("postgres://k:"+secret+"@db/k")
		for way, text := range shows(t, c) {
			if strings.Contains(text, "hunter2") {
				t.Errorf("%s shows %s: %s", way, secret, text)
			}
		}
	}
}

// A65: an address that may have no password, and has one, doesn't show it either before
// Check refuses it.
func TestA65MisplacedPasswords(t *testing.T) {
	c := config.Default()
	c.PublicURL, c.TLS.Directory, c.Push.Hosts = "https://a:hunter2@example.com", "https://hunter2@acme.lan/x", []string{"https://push.lan", "https://a:hunter2@push.lan"}
	for _, s := range config.Settings() {
		if strings.Contains(c.Value(s), "hunter2") {
			t.Errorf("config show: %s is %s", s.Key, c.Value(s))
		}
	}
	c.Push.Contact = "mailto:it@example.com"
	if got := c.Value(config.Setting{Key: "push.contact"}); got != `"mailto:it@example.com"` {
		t.Errorf("config show: %s, want the address", got)
	}
}

// shows is every way in which settings could come to be seen.
func shows(t *testing.T, c config.Config) map[string]string {
	t.Helper()
	ways := map[string]string{}
	for _, s := range config.Settings() {
		ways["config show, "+s.Key] = c.Value(s)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		ways[verb] = fmt.Sprintf(verb, c)
		ways["pointer "+verb] = fmt.Sprintf(verb, &c)
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	ways["JSON"] = string(b)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "settings", c, "password", c.Mail.Password, "address", c.Storage.URL)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "settings", c, "password", c.Mail.Password, "address", c.Storage.URL)
	ways["log"] = log.String()
	return ways
}

// Of an address, an operator sees what tells one database from another.
func TestA65Addresses(t *testing.T) {
	url := config.Settings()[slices.IndexFunc(config.Settings(), func(s config.Setting) bool { return s.Key == "storage.url" })]
	for _, tt := range []struct{ name, address, want string }{
		{"none", "", ""},
		{"a file", "sqlite:/var/lib/keyturn/keyturn.db", "sqlite:/var/lib/keyturn/keyturn.db"},
		{"a file with parameters", "sqlite:k.db?key=hunter2", "sqlite:k.db?…"},
		{"a password before the host", "postgres://keyturn:hunter2@db/keyturn", "postgres://keyturn:xxxxx@db/keyturn"},
		{"one among the parameters", "postgres://db/keyturn?password=hunter2", "postgres://db/keyturn?…"},
		{"one behind another parameter", "postgres://db/keyturn?sslmode=require&sslpassword=hunter2", "postgres://db/keyturn?sslmode=require&…"},
		{"one in the options", "postgresql://db/keyturn?options=-cpassword%3Dhunter2&sslmode=disable", "postgresql://db/keyturn?…&sslmode=disable"},
		{"one in letters that stand for others", "postgres://db/keyturn?pass%77ord=hunter2", "postgres://db/keyturn?…"},
		{"no address but words", "host=db password=hunter2", "(secret)"},
		{"words behind the kind", "postgres:host=db password=hunter2", "(secret)"},
		{"a password with a slash", "postgres://keyturn:5432/hunter2@db/keyturn", "(secret)"},
		{"a password with a question mark", "postgres://keyturn:5432?sslmode=hunter2@db/keyturn", "(secret)"},
		{"a password with a #", "postgres://keyturn:5432#hunter2@db/keyturn", "(secret)"},
		{"a password with a percent sign", "postgres://keyturn:%hunter2@db/keyturn", "(secret)"},
		{"another kind of database", "mysql:keyturn:hunter2@db", "(secret)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config.Default()
			c.Storage.URL = config.Address(tt.address)
			if got := c.Value(url); got != fmt.Sprintf("%q", tt.want) {
				t.Errorf("config show: %s, want %q", got, tt.want)
			}
			for way, text := range shows(t, c) {
				if strings.Contains(text, "hunter2") {
					t.Errorf("%s shows the secret: %s", way, text)
				}
			}
		})
	}
}
