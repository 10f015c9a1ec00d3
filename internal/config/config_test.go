package config_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/config"
)

var languages = []string{"en", "zh-Hans"}

// good is a server that may start.
func good() config.Config {
	c := config.Default()
	c.PublicURL = "https://auth.example.com"
	c.TLS.Autocert = true
	return c
}

const badContact = "push.contact: is no mailto: or https: address that others can reach: Apple would refuse every notification"

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*config.Config)
		want  string // "": nothing is wrong; else the first fault
	}{
		{"autocert on a public address", func(*config.Config) {}, ""},
		{"an own certificate", func(c *config.Config) { c.TLS = config.TLS{HSTS: "auto", Cert: "a.pem", Key: "b.pem"} }, ""},
		{"plain http behind a proxy", func(c *config.Config) { c.TLS.Autocert, c.TrustedProxies = false, []string{"172.19.0.0/16", "::1"} }, ""},
		{"plain http on loopback", func(c *config.Config) { c.TLS.Autocert, c.Listen = false, "127.0.0.1:8080" }, ""},
		{"plain http for everyone", func(c *config.Config) { c.TLS.Autocert = false }, "listen: would be plain http for everyone"},
		{"plain http on the address of the machine", func(c *config.Config) { c.TLS.Autocert, c.Listen = false, "192.0.2.1:80" }, "listen: would be plain http for everyone"},
		{"a plain public address", func(c *config.Config) { c.PublicURL = "http://auth.example.com" }, "public_url: is plain http"},
		{"a plain public address behind a proxy", func(c *config.Config) {
			c.PublicURL, c.TLS.Autocert, c.TrustedProxies = "http://auth.example.com", false, []string{"10.0.0.1"}
		}, "public_url: is plain http"},
		{"localhost, open to others", func(c *config.Config) { c.PublicURL, c.TLS.Autocert = "http://localhost:8443", false }, "listen: is open to others, and public_url is plain http"},
		{"no address", func(c *config.Config) { c.PublicURL = "" }, "public_url: is missing"},
		{"an address with a path", func(c *config.Config) { c.PublicURL = "https://example.com/auth" }, "public_url: has more than scheme, host and port"},
		{"an address with a password", func(c *config.Config) { c.PublicURL = "https://a:b@example.com" }, "public_url: has more than scheme, host and port"},
		{"a Chinese host name as people write it", func(c *config.Config) { c.PublicURL = "https://里昂.example" }, `public_url: has letters that browsers write as "xn--…"`},
		{"an IP address", func(c *config.Config) {
			c.PublicURL, c.TLS = "https://192.0.2.1", config.TLS{HSTS: "auto", Cert: "a", Key: "b"}
		}, "public_url: is an IP address, to which no phone unlock can be bound"},
		{"an IP address and PINs only", func(c *config.Config) {
			c.PublicURL, c.TLS, c.Unlock.Mode = "https://[2001:db8::1]:8443", config.TLS{HSTS: "auto", Cert: "a", Key: "b"}, "pin"
		}, ""},
		{"a certificate without its key", func(c *config.Config) { c.TLS = config.TLS{HSTS: "auto", Cert: "a.pem"} }, "tls: cert and key come together"},
		{"two kinds of certificate", func(c *config.Config) { c.TLS.Cert, c.TLS.Key = "a", "b" }, "tls.autocert: a certificate is given too"},
		{"autocert on another port", func(c *config.Config) { c.PublicURL = "https://auth.example.com:8443" }, "tls.autocert: works for an https address without a port only"},
		{"a proxy that is a name", func(c *config.Config) { c.TrustedProxies = []string{"proxy"} }, `trusted_proxies: has "proxy", which is no IP address or network`},
		{"a language without words", func(c *config.Config) { c.Languages = []string{"en", "fr"} }, `languages: there are no words in "fr"`},
		{"no language", func(c *config.Config) { c.Languages = nil }, "languages: is empty"},
		{"a name with a line feed", func(c *config.Config) { c.Organisation["en"] = "Harbor\nLane" }, "organisation: is empty or has control characters"},
		{"a name with an emoji, and one in Arabic", func(c *config.Config) { c.Organisation["en"], c.Organisation["zh-Hans"] = "Harbor 🚢", "ميناء" }, ""},
		{"a contact to write to", func(c *config.Config) { c.Push.Contact = "mailto:it@example.com" }, ""},
		{"a contact to look at", func(c *config.Config) { c.Push.Contact = "https://example.com/contact" }, ""},
		{"C-14: a contact that can't exist", func(c *config.Config) { c.Push.Contact = "mailto:root@localhost" }, badContact},
		{"a contact in the own network", func(c *config.Config) { c.Push.Contact = "mailto:it@mail.lan" }, badContact},
		{"a contact without a dot", func(c *config.Config) { c.Push.Contact = "https://intranet/it" }, badContact},
		{"a contact that is an address of a machine", func(c *config.Config) { c.Push.Contact = "https://192.0.2.1/" }, badContact},
		{"a contact with a name", func(c *config.Config) { c.Push.Contact = "mailto:IT <it@example.com>" }, badContact},
		{"a contact without mailto", func(c *config.Config) { c.Push.Contact = "it@example.com" }, badContact},
		{"push services of the operator", func(c *config.Config) {
			c.Push.Hosts = []string{"ntfy.example.org", "*.push.example.org", "https://push.lan:8443", "http://localhost:9000", "http://127.0.0.1:9000"}
		}, ""},
		{"a push service that is any host", func(c *config.Config) { c.Push.Hosts = []string{"*"} }, `push.hosts: has "*", which is no host`},
		{"a push service that is any host of a country", func(c *config.Config) { c.Push.Hosts = []string{"*.cn"} }, `push.hosts: has "*.cn", which is no host`},
		{"a push service with a path", func(c *config.Config) { c.Push.Hosts = []string{"https://push.lan/x"} }, `push.hosts: has "https://push.lan/x", which is no https origin, nor http of this machine`},
		{"a plain push service elsewhere", func(c *config.Config) { c.Push.Hosts = []string{"http://push.lan"} }, `push.hosts: has "http://push.lan", which is no https origin, nor http of this machine`},
		{"a push service with a port", func(c *config.Config) { c.Push.Hosts = []string{"push.example.org:8443"} }, `push.hosts: has "push.example.org:8443", which is no host`},
		{"a push service that is an address", func(c *config.Config) { c.Push.Hosts = []string{"192.0.2.1"} }, `push.hosts: has "192.0.2.1", which is no host`},
		{"no push at all for a request", func(c *config.Config) { c.Limits.Pushes.Most = 0 }, "limits.pushes: is less than one in a second"},
		{"a word that number doesn't know", func(c *config.Config) { c.Number = "sometimes" }, `number: "sometimes" is none of new_browser, always, never`},
		{"a code that lives for a day", func(c *config.Config) { c.Activation.Life.Duration = 24 * time.Hour }, "activation.life: is not between 1m and 1h"},
		{"fourteen days of grace", func(c *config.Config) { c.Activation.Grace.Duration = 14 * 24 * time.Hour }, ""},
		{"days of grace that never end", func(c *config.Config) { c.Activation.Grace.Duration = 91 * 24 * time.Hour }, "activation.grace: is not between 0s and 2160h"},
		{"a PIN of three", func(c *config.Config) { c.PIN.Min = 3 }, "pin.min: is not between 4 and 64"},
		{"a longest PIN below the shortest", func(c *config.Config) { c.PIN.Min, c.PIN.Max = 6, 5 }, "pin.max: is below pin.min"},
		{"no phones", func(c *config.Config) { c.Phones.Max = 0 }, "phones.max: is not between 1 and 20"},
		{"a contact that can't exist", func(c *config.Config) { c.Push.Contact = "mailto:root@localhost" }, "push.contact: is no mailto: or https: address"},
		{"a contact without its kind", func(c *config.Config) { c.Push.Contact = "it@example.com" }, "push.contact: is no mailto: or https: address"},
		{"another database", func(c *config.Config) { c.Storage.URL = "mysql://x" }, "storage.url: is neither sqlite:FILE nor postgres://USER@HOST/DATABASE"},
		{"PostgreSQL without a place for the key", func(c *config.Config) {
			c.Storage.URL, c.TLS = "postgres://db/keyturn", config.TLS{HSTS: "auto", Cert: "a", Key: "b"}
		}, "seal.key_file: is missing"},
		{"PostgreSQL with a key", func(c *config.Config) {
			c.Storage.URL, c.Seal.Key, c.TLS.Cache = "postgres://db/keyturn", "…", "/var/cache/keyturn"
		}, ""},
		{"a mail server", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.Operator, c.Mail.User, c.Mail.Password = "smtp.example.com:587", "keyturn@example.com", "it@example.com", "a", "b"
		}, ""},
		{"letters from nobody", func(c *config.Config) { c.Mail.Server = "smtp.example.com:587" }, "mail.from: is no e-mail address"},
		{"a sender that ends its header", func(c *config.Config) {
			c.Mail.Server, c.Mail.From = "smtp.example.com:587", "a@example.com\r\nBcc: b@example.com"
		}, "mail.from: is no e-mail address"},
		{"letters in the clear", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.Security = "smtp.example.com:25", "a@example.com", "none"
		}, "mail.security: would send letters and password in the clear"},
		{"letters in the clear to this machine", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.Security = "127.0.0.1:25", "a@example.com", "none"
		}, ""},
		{"a mail server without a port", func(c *config.Config) { c.Mail.Server, c.Mail.From = "smtp.example.com", "a@example.com" }, "mail.server: isn't HOST:PORT"},
		{"a user without a password", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.User = "smtp.example.com:587", "a@example.com", "a"
		}, "mail.password: comes together with mail.user"},
		{"a kind of login", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.User, c.Mail.Password, c.Mail.Auth = "smtp.example.com:587", "a@example.com", "a", "b", "plain"
		}, ""},
		{"a kind of login that isn't known", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.User, c.Mail.Password, c.Mail.Auth = "smtp.example.com:587", "a@example.com", "a", "b", "PLAIN"
		}, `mail.auth: "PLAIN" is none of auto, scram-sha-256-plus, `},
		{"a kind of login for nobody", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.Auth = "smtp.example.com:587", "a@example.com", "plain"
		}, "mail.auth: names a login, and mail.user is empty"},
		{"a login bound to an encryption, without any", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.User, c.Mail.Password = "127.0.0.1:25", "a@example.com", "a", "b"
			c.Mail.Security, c.Mail.Auth = "none", "scram-sha-1-plus"
		}, "mail.auth: is bound to an encryption, and mail.security is none"},
		{"an operator without a mail server", func(c *config.Config) { c.Mail.Operator = "it@example.com" }, "mail.server: is missing"},
		{"a wish for ever", func(c *config.Config) {
			c.Mail.Server, c.Mail.From, c.Mail.Patience.Duration = "smtp.example.com:587", "a@example.com", time.Hour
		}, "mail.patience: is not between 1s and 5m"},
		{"no try at a response", func(c *config.Config) { c.Limits.Responses = 0 }, "limits.responses: is not between 1 and 10"},
		{"no response that may be wrong", func(c *config.Config) { c.Limits.ResponseRow = 0 }, "limits.response_row: is not between 1 and 100"},
		{"no QR code", func(c *config.Config) { c.Limits.QRs = 0 }, "limits.qrs: is not between 1 and 20"},
		{"fewer than no requests", func(c *config.Config) { c.Limits.Agains = -1 }, "limits.agains: is not between 0 and 10"},
		{"a probation that is over before anybody reads a letter", func(c *config.Config) { c.Limits.Probation.Duration = time.Minute }, "limits.probation: is not between 1h and 720h"},
		{"no change at all", func(c *config.Config) { c.Limits.Changes.Most = 0 }, "limits.changes: is less than one in a second"},
		{"no try at a PIN", func(c *config.Config) { c.Limits.PINTries = 0 }, "limits.pin_tries: is not between 1 and 10"},
		{"tries at a PIN without end", func(c *config.Config) { c.Limits.PINTries = 1000 }, "limits.pin_tries: is not between 1 and 10"},
		{"ten times the tries in ten times the time", func(c *config.Config) { c.Limits.Passwords = config.Rate{Most: 50, In: 150 * time.Minute} }, ""},
		{"a hundred passwords a second", func(c *config.Config) { c.Limits.Passwords = config.Rate{Most: 100, In: time.Second} }, "limits.passwords: is more than 100/1h"},
		{"a rate that doesn't fit into 64 bits", func(c *config.Config) {
			c.Limits.PINDay = config.Rate{Most: math.MaxInt, In: math.MaxInt64}
		}, "limits.pin_day: is more than 100/24h"},
		{"a session for ever", func(c *config.Config) { c.Limits.SessionMost.Duration = math.MaxInt64 }, "limits.session_most: is not between 1m and 720h"},
		{"a session that idles longer than it lives", func(c *config.Config) { c.Limits.SessionIdle.Duration = 13 * time.Hour }, "limits.session_idle: is above limits.session_most"},
		{"a port that doesn't exist", func(c *config.Config) { c.Listen = ":99999" }, "listen: isn't an address"},
		{"a port that is a word", func(c *config.Config) { c.Listen = ":https" }, "listen: isn't an address"},
		{"a socket for a proxy", func(c *config.Config) { c.TLS.Autocert, c.Listen = false, "unix:/run/keyturn/socket" }, ""},
		{"a socket in no folder", func(c *config.Config) { c.TLS.Autocert, c.Listen = false, "unix:socket" }, "listen: isn't an address"},
		{"a socket with a name that no system takes", func(c *config.Config) { c.Listen = "unix:/" + strings.Repeat("x", 200) }, "listen: isn't an address"},
		{"any free port", func(c *config.Config) { c.Listen = "127.0.0.1:0" }, ""},
		{"a monitor's port that people have", func(c *config.Config) { c.Health = c.Listen }, "health: is where this server listens for people"},
		{"on one address of those that people have", func(c *config.Config) { c.Listen, c.Health = ":443", "127.0.0.1:443" }, "health: is where this server listens for people"},
		{"on another address with the same port", func(c *config.Config) { c.Listen, c.Health = "192.0.2.1:443", "127.0.0.1:443" }, ""},
		{"any port that is free, twice", func(c *config.Config) { c.Listen, c.Health = "127.0.0.1:0", "127.0.0.1:0" }, ""},
		{"a socket for people", func(c *config.Config) {
			c.TLS.Autocert, c.Listen, c.Health = false, "unix:/run/keyturn/socket", "127.0.0.1:8081"
		}, ""},
		{"plain http led from where people come", func(c *config.Config) { c.TLS.Redirect = c.Listen }, "tls.redirect: is where this server listens already"},
		{"plain http led from the monitor's port", func(c *config.Config) { c.TLS.Redirect, c.Health = ":80", "127.0.0.1:80" }, "tls.redirect: is where this server listens already"},
		{"a monitor's port that doesn't exist", func(c *config.Config) { c.Health = "127.0.0.1:65536" }, "health: isn't an address"},
		{"a mail server's port that doesn't exist", func(c *config.Config) { c.Mail.Server, c.Mail.From = "smtp.example.com:70000", "a@example.com" }, "mail.server: isn't HOST:PORT"},
		{"a public port that doesn't exist", func(c *config.Config) { c.PublicURL = "https://auth.example.com:99999" }, "public_url: has a port that isn't between 1 and 65535"},
		{"a public address for every name", func(c *config.Config) { c.PublicURL = "https://*.example.com" }, "public_url: has a *, and people need one name"},
		{"an IPv4 network in the form of IPv6", func(c *config.Config) { c.TrustedProxies = []string{"::ffff:10.0.0.0/104"} }, ""},
		{"every IPv4 address is a proxy", func(c *config.Config) { c.TrustedProxies = []string{"0.0.0.0/0"} }, `trusted_proxies: has "0.0.0.0/0", which is every address there is`},
		{"every IPv6 address is a proxy", func(c *config.Config) { c.TrustedProxies = []string{"::/0"} }, `trusted_proxies: has "::/0", which is every address there is`},
		{"every IPv4 address in the form of IPv6", func(c *config.Config) { c.TrustedProxies = []string{"::ffff:0.0.0.0/96"} }, `trusted_proxies: has "::ffff:0.0.0.0/96", which is every address there is`},
		{"plain http led to https on another port", func(c *config.Config) { c.TLS.Redirect = ":8080" }, ""},
		{"plain http led nowhere", func(c *config.Config) { c.TLS.Redirect = "off" }, ""},
		{"plain http led from nowhere", func(c *config.Config) { c.TLS.Redirect = "80" }, "tls.redirect: isn't an address"},
		{"plain http led by a server that speaks nothing else", func(c *config.Config) {
			c.TLS.Autocert, c.Listen, c.TLS.Redirect = false, "127.0.0.1:8080", ":80"
		}, "tls.redirect: is given, and this server speaks no TLS"},
		{"a word that HSTS doesn't know", func(c *config.Config) { c.TLS.HSTS = "yes" }, `tls.hsts: "yes" is none of auto, on, off, forget`},
		{"an authority with a password", func(c *config.Config) { c.TLS.Directory = "https://a:b@acme.lan/" }, "tls.directory: is no https address"},
		{"a plain authority", func(c *config.Config) { c.TLS.Directory = "http://acme.lan/" }, "tls.directory: is no https address"},
		{"warnings to nobody", func(c *config.Config) { c.TLS.Email = "it" }, "tls.email: is no e-mail address"},
		{"a rate of nothing", func(c *config.Config) { c.Limits.Passwords.Most = 0 }, "limits.passwords: is less than one in a second"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := good()
			tt.spoil(&c)
			err := c.Check(languages)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Check: %v, want nothing", err)
			case tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)):
				t.Errorf("Check: %v, want %s", err, tt.want)
			}
		})
	}
}

// Where a proxy has to speak https on this machine, it is named, or everybody has its address.
func TestUnseen(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*config.Config)
		said  bool
	}{
		{"a proxy on this machine that nobody named", func(*config.Config) {}, true},
		{"by IPv6", func(c *config.Config) { c.Listen = "[::1]:8443" }, true},
		{"by a name", func(c *config.Config) { c.Listen = "localhost:8443" }, true},
		{"where another is named", func(c *config.Config) { c.TrustedProxies = []string{"172.19.0.0/16"} }, true},
		{"named", func(c *config.Config) { c.TrustedProxies = []string{"172.19.0.0/16", "127.0.0.1"} }, false},
		{"named by IPv6 only", func(c *config.Config) { c.TrustedProxies = []string{"::1"} }, false},
		{"named as all that this machine is", func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }, false},
		{"by a socket", func(c *config.Config) { c.Listen = "unix:/run/keyturn/socket" }, false},
		{"a certificate of its own", func(c *config.Config) { c.TLS.Autocert = true }, false},
		{"plain http, to try it out", func(c *config.Config) { c.PublicURL = "http://localhost:8443" }, false},
		{"open to proxies elsewhere", func(c *config.Config) { c.Listen, c.TrustedProxies = ":8443", []string{"172.19.0.0/16"} }, false},
	} {
		c := config.Default()
		c.PublicURL, c.Listen = "https://auth.example.com", "127.0.0.1:8443"
		tt.spoil(&c)
		if err := c.Unseen(); (err != nil) != tt.said {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A SQLite file has one form of address. What other programs write would be another
// file, so the right one is said; a password is never repeated.
func TestStorageAddress(t *testing.T) {
	const general, server = "such as sqlite:/var/lib/keyturn/keyturn.db", "such as postgres://keyturn@db.example.com/keyturn"
	for url, want := range map[string]string{
		"sqlite:k.db":                         "",
		"sqlite:./a b/k.db":                   "",
		"sqlite:/var/lib/keyturn/k.db":        "",
		"sqlite::memory:":                     "",
		"postgres://keyturn@db/keyturn":       "",
		"postgresql:///keyturn?host=/run":     "",
		"sqlite://k.db":                       "write sqlite:k.db",
		"sqlite:///var/lib/k.db":              "write sqlite:/var/lib/k.db",
		"sqlite:k.db?mode=ro":                 "write sqlite:k.db",
		"sqlite:file:k.db?cache=shared":       "write sqlite:k.db",
		"sqlite: k.db":                        "write sqlite:k.db",
		"sqlite3:///var/lib/k.db":             "write sqlite:/var/lib/k.db",
		"file:k.db":                           "write sqlite:k.db",
		"k.db":                                "write sqlite:k.db",
		"/var/lib/k.db":                       "write sqlite:/var/lib/k.db",
		"sqlite:":                             general,
		"sqlite::memory":                      general,
		"":                                    general,
		"mysql://keyturn:hunter2@db/keyturn":  general,
		"postgres:keyturn@db":                 server,
		"postgresql+psycopg://a:hunter2@db/k": server,
		"host=db password=hunter2":            server,
	} {
		t.Run(url, func(t *testing.T) {
			c := good()
			c.Storage.URL, c.Seal.Key, c.TLS.Cache = config.Address(url), "…", "/var/cache/keyturn"
			fault, _ := errors.AsType[*config.Fault](c.Check(languages))
			switch {
			case want == "" && fault != nil:
				t.Errorf("refused: %v", fault)
			case want != "" && (fault == nil || fault.Key != "storage.url" || fault.Hint != want):
				t.Errorf("got %+v, want the hint %q", fault, want)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	for _, tt := range []struct{ address, want string }{
		{"https://Auth.Example.com/", "https://auth.example.com"},
		{"https://auth.example.com:443", "https://auth.example.com"},
		{"https://auth.example.com:8443", "https://auth.example.com:8443"},
		{"https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"},
		{"https://[2001:db8::1]", "https://[2001:db8::1]"},
		{"http://localhost:8080", "http://localhost:8080"},
		{"http://localhost:80/", "http://localhost"},
		{"http://127.0.0.1:8080", ""},
		{"ftp://auth.example.com", ""},
		{"auth.example.com", ""},
		{"https://", ""},
		{"https://:8443", ""},
		{"https://auth.example.com?x", ""},
		{"https://auth_x.example.com", ""},
		{"https://auth.example.com.", ""},
		{"https://auth..example.com", ""},
		{"https://-auth.example.com", ""},
		{"https://auth.example.com:0", ""},
		{"https://10.1", ""},
		{"https://0x7f.0.0.0x1", ""},
		{"https://[fe80::1%25eth0]", ""},
		{"https://intranet", "https://intranet"},
		{"https://xn--fiq.example", "https://xn--fiq.example"},
		{"https://auth.example.com#x", ""},
	} {
		got, err := config.ParseOrigin(tt.address)
		if tt.want == "" && err == nil || tt.want != "" && got.String() != tt.want {
			t.Errorf("ParseOrigin(%q) = %q, %v, want %q", tt.address, got.String(), err, tt.want)
		}
	}
}

// An IPv4 network is the same one in the form of IPv6.
func TestProxyNetworks(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"::ffff:10.0.0.0/104", "10.0.0.0/8"},
		{"::ffff:10.0.0.1", "10.0.0.1/32"},
		{"10.1.2.3/8", "10.0.0.0/8"},
		{"fe80::1%eth0", "fe80::1/128"},
		{"10.0.0.0/33", ""},
		{"::ffff:10.0.0.0/90", ""},
	} {
		got, err := config.ParseProxy(tt.text)
		if tt.want == "" && err == nil || tt.want != "" && got.String() != tt.want {
			t.Errorf("ParseProxy(%q) = %s, %v, want %q", tt.text, got, err, tt.want)
		}
	}
}

// Every number and length of time has a least and a most, and the default is within.
func TestEveryNumberHasBounds(t *testing.T) {
	c := config.Default()
	var seen int
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		for i := range v.NumField() {
			field := v.Type().Field(i)
			least, most, both := strings.Cut(field.Tag.Get("between"), "..")
			switch v.Field(i).Interface().(type) {
			case int, config.Duration:
				seen++
				if !both || least == "" || most == "" {
					t.Errorf(`%s.%s lacks a tag such as between:"1..10"`, v.Type().Name(), field.Name)
				}
			case config.Rate:
				seen++
				if !both || least != "" || most == "" {
					t.Errorf(`%s.%s lacks a tag such as between:"..100/1h"`, v.Type().Name(), field.Name)
				}
			default:
				if v.Field(i).Kind() == reflect.Struct {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(c))
	if seen < 40 {
		t.Errorf("%d numbers seen: this test doesn't see them all", seen)
	}
	c.PublicURL, c.TLS.Autocert = "https://auth.example.com", true
	if err := c.Check(languages); err != nil {
		t.Errorf("a fresh installation: %v", err)
	}
}

// A fault names the line of its setting, and faults come in the order of the lines.
func TestFaultsHaveLines(t *testing.T) {
	c, from, err := config.Load(config.Input{File: write(t, `
public_url = "https://auth.example.com"

trusted_proxies = ["10.0.0.1", "proxy"]
[pin]
max = 5
min = 6
[limits]
pin_tries = 1000
[tls]
key = "b.pem"
`), Environ: []string{"KEYTURN_PHONES__MAX=0"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `KEYTURN_PHONES__MAX: phones.max: is not between 1 and 20
keyturn.toml line 4: trusted_proxies: has "proxy", which is no IP address or network
keyturn.toml line 6: pin.max: is below pin.min
keyturn.toml line 9: limits.pin_tries: is not between 1 and 10
keyturn.toml line 11: tls: cert and key come together`
	if diff := cmp.Diff(want, from.Place(c.Check(languages)).Error()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// write puts a settings file into a folder and returns its name.
func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keyturn.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLoad(t *testing.T) {
	secret := write(t, "postgres://keyturn:hunter2@db/keyturn\n")
	file := write(t, `
public_url = "https://auth.example.com"
organisation = { en = "Harbor Lane", zh-Hans = "港湾里" }
[pin]
min = 5
max = 8
[activation]
life = "5m"
`)
	c, from, err := config.Load(config.Input{
		File: file,
		Environ: []string{
			"KEYTURN_PIN__MIN=6", "KEYTURN_STORAGE__URL_FILE=" + secret, "KEYTURN_SEAL__KEY_FILE=/run/secrets/key",
			"KEYTURN_ORGANISATION__ZH_HANS=港湾", "KEYTURN_TRUSTED_PROXIES=10.0.0.1, 10.0.0.2", "KEYTURN_LIMITS__PASSWORDS=7/1h",
			"KEYTURN_SERVICE_HOST=10.1.2.3", "KEYTURN_PORT=tcp://10.1.2.3:80", "KEYTURN_TEST_REQUIRE=postgres", "PATH=/bin",
		},
		Flags: map[string]string{"pin.min": "7", "listen": ":9443"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	want.PublicURL = "https://auth.example.com"
	want.Organisation = map[string]string{"en": "Harbor Lane", "zh-Hans": "港湾"}
	want.PIN = config.PIN{Min: 7, Max: 8}
	want.Activation.Life = config.Duration{Duration: 5 * time.Minute}
	want.Storage.URL = "postgres://keyturn:hunter2@db/keyturn"
	want.Seal.KeyFile = "/run/secrets/key"
	want.TrustedProxies = []string{"10.0.0.1", "10.0.0.2"}
	want.Listen = ":9443"
	want.Limits.Passwords = config.Rate{Most: 7, In: time.Hour}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	for key, source := range map[string]string{
		"public_url": "keyturn.toml line 2", "organisation": "KEYTURN_ORGANISATION__ZH_HANS", "pin.max": "keyturn.toml line 6", "pin.min": "--pin.min", "listen": "--listen",
		"storage.url": "KEYTURN_STORAGE__URL_FILE", "seal.key_file": "KEYTURN_SEAL__KEY_FILE",
		"number": "default", "activation.life": "keyturn.toml line 8",
	} {
		if got := from.Of(key).String(); got != source {
			t.Errorf("%s comes from %s, want %s", key, got, source)
		}
	}
	for _, s := range config.Settings() {
		if strings.Contains(c.Value(s), "hunter2") {
			t.Errorf("%s shows a secret: %s", s.Key, c.Value(s))
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		environ    []string
		flags      map[string]string
		want       string // the lines of the error
	}{
		{"an unknown name", "number = \"always\"\nrequest_lfe = \"1m\"\n", nil, nil,
			`keyturn.toml line 2: "request_lfe" isn't a setting, did you mean "request.life"?`},
		{"an unknown name in a table", "[pin]\nmni = 6\n", nil, nil, `keyturn.toml line 2: "pin.mni" isn't a setting, did you mean "pin.min"?`},
		{"an unknown table", "\n[pins]\nmin = 6\n", nil, nil, `keyturn.toml line 2: "pins" isn't a setting, did you mean "pin.min"?`},
		{"a name like no other", "teapot = 1\n", nil, nil, `keyturn.toml line 1: "teapot" isn't a setting`},
		{"no TOML", "number = \n", nil, nil, `keyturn.toml line 1: isn't TOML: unexpected character U+000A at start of value`},
		{"the same twice", "number = \"always\"\nnumber = \"never\"\n", nil, nil, `keyturn.toml line 2: isn't TOML: key number is already defined`},
		{"a word where a number goes", "[pin]\nmin = \"six\"\n", nil, nil, `keyturn.toml line 2: pin.min: isn't a whole number`},
		{"a half number", "pin.min = 4.5\n", nil, nil, `keyturn.toml line 1: pin.min: isn't a whole number`},
		{"a number where a word goes", "number = 6\n", nil, nil, `keyturn.toml line 1: number: isn't a text`},
		{"a word where yes or no goes", "[tls]\nautocert = \"yes\"\n", nil, nil, `keyturn.toml line 2: tls.autocert: is neither true nor false`},
		{"a word where a list goes", "languages = \"en\"\n", nil, nil, `keyturn.toml line 1: languages: isn't a list of texts`},
		{"a list of numbers", "languages = [\n1,\n2]\n", nil, nil, `keyturn.toml line 1: languages: isn't a list of texts`},
		{"a name without a language", "organisation = \"Harbor\"\n", nil, nil, `keyturn.toml line 1: organisation: isn't a list of names by language`},
		{"a value where a group goes", "pin = 6\n", nil, nil, `keyturn.toml line 1: pin: is a group of settings`},
		{"a group that is a list", "[[pin]]\nmin = 6\n", nil, nil, `keyturn.toml line 1: pin: is a group of settings`},
		{"a group where a value goes", "[number]\nmin = 6\n", nil, nil, `keyturn.toml line 1: number: isn't a text`},
		{"a time without quotes", "[request]\nlife = 120\n", nil, nil, `keyturn.toml line 2: request.life: isn't a text such as "2m"`},
		{"a time without a unit", "[request]\nlife = \"120\"\n", nil, nil, `keyturn.toml line 2: request.life: "120" isn't a length of time such as 90s or 10m`},
		{"a secret that is a number isn't repeated", "[mail]\npassword = 1234\n", nil, nil, `keyturn.toml line 2: mail.password: isn't a text`},
		{"several faults of all kinds", "teapot = 1\n[pin]\nmin = \"six\"\nmax = true\nmost = 7\n[push]\nhosts = { a = 1 }\n", []string{"KEYTURN_PHONES__MAX=many"}, map[string]string{"request.life": "1"},
			`--request.life: "1" isn't a length of time such as 90s or 10m
KEYTURN_PHONES__MAX: phones.max: "many" isn't a whole number
keyturn.toml line 1: "teapot" isn't a setting
keyturn.toml line 3: pin.min: isn't a whole number
keyturn.toml line 4: pin.max: isn't a whole number
keyturn.toml line 5: "pin.most" isn't a setting
keyturn.toml line 7: push.hosts: isn't a list of texts`},
		{"a variable that doesn't fit", "", []string{"KEYTURN_PIN__MIN=six"}, nil, `KEYTURN_PIN__MIN: pin.min: "six" isn't a whole number`},
		{"a rate without a time", "", nil, map[string]string{"limits.passwords": "5"}, `--limits.passwords: "5" isn't a rate such as 5/15m`},
		{"a file of a secret that isn't there", "", []string{"KEYTURN_SEAL__KEY_FILE=x", "KEYTURN_MAIL__PASSWORD_FILE=/nowhere/x"}, nil, `KEYTURN_MAIL__PASSWORD_FILE: open /nowhere/x: no such file or directory`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := config.Load(config.Input{File: write(t, tt.file), Environ: tt.environ, Flags: tt.flags})
			if err == nil {
				t.Fatal("Load takes it")
			}
			got := slices.Sorted(strings.SplitSeq(err.Error(), "\n"))
			if diff := cmp.Diff(strings.Split(tt.want, "\n"), got); diff != "" {
				t.Errorf("Load (-want +got):\n%s", diff)
			}
		})
	}
}

// Who writes a length of time or a rate in another form is told how it would be right.
func TestWhatIsMeant(t *testing.T) {
	for _, tt := range []struct{ key, text, want string }{
		{"keep.requests", "180d", `write "4320h"`},
		{"keep.requests", "26 weeks", `write "4368h"`},
		{"keep.addresses", "90 days", `write "2160h"`},
		{"request.life", "2min", `write "2m"`},
		{"request.life", "5/2m", `write "2m"`},
		{"request.life", "5/2d", `write "48h"`},
		{"request.life", "120", ""},
		{"request.life", "soon", ""},
		{"request.life", "99999999999 weeks", ""},
		{"limits.passwords", "24h", `put before it how many there may be in that time, such as "5/24h"`},
		{"limits.passwords", "5/1d", `write "5/24h"`},
		{"limits.passwords", "5 / 15 min", `write "5/15m"`},
		{"limits.passwords", "5", "how many, a slash, and in what time"},
		{"limits.passwords", "many/15m", ""},
		{"limits.passwords", "", "how many, a slash, and in what time"},
	} {
		c := config.Default()
		fault, _ := errors.AsType[*config.Fault](c.Set(tt.key, tt.text))
		if fault == nil || fault.Hint != tt.want {
			t.Errorf("%s = %q: %+v, want the hint %q", tt.key, tt.text, fault, tt.want)
		}
		_, _, err := config.Load(config.Input{File: write(t, tt.key+" = \""+tt.text+"\"\n")})
		if fault, _ := errors.AsType[*config.Fault](err); fault == nil || fault.Hint != tt.want {
			t.Errorf("%s = %q in a file: %+v, want the hint %q", tt.key, tt.text, err, tt.want)
		}
	}
}

// Some editors begin a file with a mark that isn't part of the text.
func TestByteOrderMark(t *testing.T) {
	secret := write(t, "\ufeffhunter2\r\n")
	c, from, err := config.Load(config.Input{File: write(t, "\ufeffpublic_url = \"https://auth.example.com\"\r\nnumber = \"always\"\r\n"),
		Environ: []string{"KEYTURN_MAIL__PASSWORD_FILE=" + secret}})
	if err != nil || c.PublicURL != "https://auth.example.com" || from.Of("number").Line != 2 || string(c.Mail.Password) != "hunter2" {
		t.Errorf("%+v from %v, %v", c, from, err)
	}
}

// Of the variables that begin with KEYTURN_, those of other programs are left alone, and
// one that was meant for us is never overlooked.
func TestVariables(t *testing.T) {
	for _, tt := range []struct{ name, variable, want string }{
		{"a port that Kubernetes names, of a service keyturn", "KEYTURN_PORT=tcp://10.1.2.3:80", ""},
		{"its address", "KEYTURN_SERVICE_HOST=10.1.2.3", ""},
		{"a port with a name", "KEYTURN_SERVICE_PORT_HTTPS=443", ""},
		{"a part of a port", "KEYTURN_PORT_443_TCP_ADDR=10.1.2.3", ""},
		{"of a service keyturn-db", "KEYTURN_DB_PORT=tcp://10.1.2.4:5432", ""},
		{"of a service keyturn-tls, which is nearly tls.cert", "KEYTURN_TLS_PORT=tcp://10.1.2.4:443", ""},
		{"of a service keyturn--db", "KEYTURN__DB_SERVICE_HOST=10.1.2.4", ""},
		{"of our tests", "KEYTURN_TEST_REQUIRE=postgres", ""},
		{"of our test vectors", "KEYTURN_VECTORS=/vectors", ""},
		{"of an image", "KEYTURN_VERSION=1.2", ""},
		{"of a log", "KEYTURN_LOG=x", ""},
		{"of another program that has a similar name", "KEYTURNER_PIN__MIN=6", ""},
		{"the settings file", "KEYTURN_CONFIG=/etc/keyturn.toml", ""},
		{"the language of the texts", "KEYTURN_LANG=zh", ""},
		{"the settings file, misspelt", "KEYTURN_CONFG=/etc/keyturn.toml", `"KEYTURN_CONFG" isn't a setting, did you mean "KEYTURN_CONFIG"?`},
		{"a setting that begins like another variable", "KEYTURN_LANGUAGES=fr", "is taken"},
		{"the same, misspelt", "KEYTURN_LANGUAGE=fr", `"KEYTURN_LANGUAGE" isn't a setting, did you mean "KEYTURN_LANGUAGES"?`},
		{"one underscore for two", "KEYTURN_PIN_MIN=6", `"KEYTURN_PIN_MIN" isn't a setting, did you mean "KEYTURN_PIN__MIN"?`},
		{"two slips in a long name", "KEYTURN_TRUSTD_PROXYES=10.0.0.1", `"KEYTURN_TRUSTD_PROXYES" isn't a setting, did you mean "KEYTURN_TRUSTED_PROXIES"?`},
		{"two underscores and no setting", "KEYTURN_TEA__POT=1", `"KEYTURN_TEA__POT" isn't a setting`},
		{"a file for what is no secret", "KEYTURN_NUMBER_FILE=/etc/passwd", `"KEYTURN_NUMBER_FILE" isn't a setting, did you mean "KEYTURN_NUMBER"?`},
		{"a file for a secret, with one underscore", "KEYTURN_STORAGE_URL_FILE=/x", `"KEYTURN_STORAGE_URL_FILE" isn't a setting, did you mean "KEYTURN_STORAGE__URL_FILE"?`},
		{"a name without a language", "KEYTURN_ORGANISATION=Harbor", `"KEYTURN_ORGANISATION" isn't a setting, did you mean "KEYTURN_ORGANISATION__EN"?`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := config.Load(config.Input{Environ: []string{tt.variable}})
			taken := !cmp.Equal(c, config.Default())
			switch {
			case tt.want == "is taken" && (err != nil || !taken):
				t.Errorf("%s isn't taken, %v", tt.variable, err)
			case tt.want == "" && (err != nil || taken):
				t.Errorf("%s isn't left alone: %v", tt.variable, err)
			case tt.want != "" && tt.want != "is taken" && (err == nil || err.Error() != tt.want):
				t.Errorf("Load: %v, want %s", err, tt.want)
			}
		})
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keyturn.toml")
	if _, _, err := config.Load(config.Input{File: file, Optional: true}); err != nil {
		t.Errorf("one that may be missing: %v", err)
	}
	if _, _, err := config.Load(config.Input{File: file}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("one that was asked for: %v, want os.ErrNotExist", err)
	}
}

// A file that the manual writes reads back as what it was written from, and
// explains every setting: no group of them begins with its bounds.
func TestManual(t *testing.T) {
	want := good()
	want.Organisation = map[string]string{"en": "Harbor \"Lane\"", "zh-Hans": "港湾里"}
	want.TrustedProxies = []string{"10.0.0.1"}
	want.Limits.Browser.Duration = 30 * 24 * time.Hour
	text := config.Manual(want)
	got, _, err := config.Load(config.Input{File: write(t, text)})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	uncommented := strings.NewReplacer("\n#", "\n").Replace(text)
	for _, s := range config.Settings() {
		name := s.Key[strings.LastIndexByte(s.Key, '.')+1:]
		if !strings.Contains(uncommented, "\n"+name+" = ") {
			t.Errorf("the file lacks %s", s.Key)
		}
	}
	for _, begins := range regexp.MustCompile(`(?m)^\[(\w+)\]\n\n(.*)`).FindAllStringSubmatch(text, -1) {
		if words := begins[2]; !strings.HasPrefix(words, "# ") || strings.HasPrefix(words, "# From ") || strings.HasPrefix(words, "# At most ") {
			t.Errorf("the file doesn't explain [%s]: %s", begins[1], words)
		}
	}
	if !strings.Contains(text, "# Shortest PIN, in characters. NIST SP 800-63B-4 asks for 6.\n# From 4 to 64.\n") || !strings.Contains(text, "\n#min = 4\n") {
		t.Errorf("the file doesn't explain pin.min:\n%s", text)
	}
}

func TestFolders(t *testing.T) {
	for _, tt := range []struct{ url, keyFile, want string }{
		{"sqlite:/var/lib/keyturn/keyturn.db", "", "/var/lib/keyturn/key"},
		{"sqlite:keyturn.db", "", "key"},
		{"sqlite:/var/lib/keyturn/keyturn.db", "/etc/keyturn/key", "/etc/keyturn/key"},
		{"sqlite::memory:", "", ""},
		{"postgres://db/keyturn", "", ""},
	} {
		c := config.Default()
		c.Storage.URL, c.Seal.KeyFile = config.Address(tt.url), tt.keyFile
		if got := c.KeyFile(); got != tt.want {
			t.Errorf("key of %s is in %q, want %q", tt.url, got, tt.want)
		}
	}
}
