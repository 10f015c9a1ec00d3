// Package config holds the settings of a server: one struct, its defaults, where
// each value comes from, and what can't be.
//
// A value comes from the settings file (TOML), then the environment, then a
// flag; the later one wins and all use the same names: "pin.min" of the file is
// KEYTURN_PIN__MIN and --pin.min=6. What changes while the server runs is in the
// database, not here.
//
// The comments of the fields are the manual: "keyturn init" writes them into the
// file that it makes.
package config

import (
	"time"

	"keyturn/locale"
)

// Config is every setting. [Default] has the values of a fresh installation.
type Config struct {
	// The address that people use. QR codes carry it, every signed text names it,
	// and phone unlock is bound to its host: changing the host later orphans every
	// installed app and every phone unlock. https, a name rather than an IP address,
	// no path; only http://localhost:PORT may be plain, for trying things out.
	PublicURL string `toml:"public_url"`

	// Who runs this server, as people see it, by language: on pages, in letters and on
	// phones. What phones sign names the first language that has one.
	Organisation map[string]string `toml:"organisation"`

	// Languages of the portal. The first one is used when a browser asks for none
	// of them.
	Languages []string `toml:"languages"`

	// The address to listen on, HOST:PORT or :PORT; or unix:/FILE, a socket for a proxy on
	// this machine, which is then believed as one of trusted_proxies. The owner and the
	// group of the file may connect.
	Listen string `toml:"listen"`

	// A second address for balancers and monitors, such as 127.0.0.1:8081. GET /readyz,
	// also under its older name /health, answers 200 if somebody could sign in now: a
	// change of the database is kept, which is tried at most every 5 seconds; else 503.
	// GET /livez answers 200 as long as the program runs: restart it when that fails, and
	// not when /readyz does. There is nothing else. Empty: none.
	Health string `toml:"health"`

	// Proxies in front of this server, as IP addresses or networks such as
	// 172.19.0.0/16. Only they are believed when they name the address of a browser
	// in X-Forwarded-For; people see that address, and limits count by it. Where they
	// name none, nothing is counted by address. A proxy on this machine is named too:
	// without ["127.0.0.1", "::1"] everybody has its address and counts as one.
	TrustedProxies []string `toml:"trusted_proxies"`

	// When people carry six digits from the browser to the phone: "new_browser"
	// (unless the browser is known for the account), "always" (the NIST setting) or
	// "never" (whoever knows a password can then slip a sign-in between the
	// person's own).
	Number string `toml:"number"`

	TLS        TLS        `toml:"tls"`
	Activation Activation `toml:"activation"`
	Request    Request    `toml:"request"`
	Unlock     Unlock     `toml:"unlock"`
	PIN        PIN        `toml:"pin"`
	Phones     Phones     `toml:"phones"`
	Push       Push       `toml:"push"`
	Mail       Mail       `toml:"mail"`
	Place      Place      `toml:"place"`
	Log        Log        `toml:"log"`
	Storage    Storage    `toml:"storage"`
	Seal       Seal       `toml:"seal"`
	Keep       Keep       `toml:"keep"`
	Limits     Limits     `toml:"limits"`
}

// TLS says how connections are encrypted: by a certificate of the operator's, by
// one that is fetched, or by a proxy in front.
type TLS struct {
	// A certificate and its key, PEM files. In the certificate's file follows the one that
	// signed it, and so on (certbot's fullchain.pem): phones don't look for it elsewhere.
	// Renewed ones are taken without a restart.
	Cert string `toml:"cert"`
	Key  string `toml:"key"`

	// Fetch certificates by ACME and renew them. The server has to be reachable on
	// port 443 of public_url's host. Turning this on accepts the terms of the
	// certificate authority. For one node; several stand behind a balancer.
	Autocert bool `toml:"autocert"`

	// An address at which the certificate authority may warn. May be empty.
	Email string `toml:"email"`

	// The folder in which fetched certificates are kept. Empty: "certificates"
	// beside the SQLite file.
	Cache string `toml:"cache"`

	// The ACME directory to use instead of Let's Encrypt's. Empty: Let's Encrypt.
	Directory string `toml:"directory"`

	// A second address, such as :80, on which plain http is led to public_url and
	// nothing else is done: people type addresses without https. Empty: port 80, if this
	// server itself speaks TLS on port 443. "off": none, such as for a certbot that has
	// to listen there itself to renew (--standalone).
	Redirect string `toml:"redirect"`

	// Whether browsers are told to come to this host by https only, for a year (HSTS).
	// That holds for each program on the host, whatever its port. "auto": only if
	// public_url has no port of its own, "on", "off", or "forget", which takes back what
	// they were told.
	HSTS string `toml:"hsts"`
}

// Activation is about setting up phones.
type Activation struct {
	// Life of an activation code. NIST SP 800-63B-4 §4.1.2.2 allows 10m.
	Life Duration `toml:"life" between:"1m..1h"`

	// What the first look at a code adds to its life, once: installing the app
	// takes minutes. 0s turns it off.
	Extend Duration `toml:"extend" between:"0s..1h"`

	// Whether six digits are carried from the phone to the browser: "required" or
	// "off". Off, whoever photographs a code can use it first.
	CheckCode string `toml:"check_code"`

	// How long an account that has never had a phone may sign in with its password
	// alone, counted from when it was added: 336h for the fourteen days in which a
	// letter with the first password arrives. Its security page says how
	// many days are left. 0s: the first sign-in leads to the set-up at once.
	Grace Duration `toml:"grace" between:"0s..2160h"`
}

// Request is about approvals.
type Request struct {
	// How long a request waits for an answer. People can prolong it to
	// ten minutes in all.
	Life Duration `toml:"life" between:"30s..10m"`
}

// Unlock is about what a person does on the phone before it answers.
type Unlock struct {
	// "auto" (iPhones propose their own unlock, other phones a Keyturn PIN, and the
	// other one is a link away), "pin" or "platform" for one of them only.
	Mode string `toml:"mode"`
}

// PIN is about the Keyturn PIN.
type PIN struct {
	// Shortest PIN, in characters. NIST SP 800-63B-4 asks for 6.
	Min int `toml:"min" between:"4..64"`

	// Longest PIN.
	Max int `toml:"max" between:"4..64"`
}

// Phones is about the phones of an account.
type Phones struct {
	// Most phones of an account. With 1, adding a phone is moving to it.
	Max int `toml:"max" between:"1..20"`
}

// Push is about notifications.
type Push struct {
	// A real address at which push services reach the operator, mailto: or https:
	// (RFC 8292 §2.1), such as mailto:it@example.com. Apple refuses one that can't
	// exist, and with it every notification. Empty: no notifications; people open the
	// app, and it shows what waits at once.
	Contact string `toml:"contact"`

	// Push services besides those of Chrome, Edge, Firefox and Safari, such as an ntfy
	// or UnifiedPush server: a host that is called on port 443 at a public address,
	// "ntfy.example.org" or "*.push.example.org"; or an origin that is trusted as it is
	// written, "https://push.lan:8443": its port may be any and its address private.
	// Plain http is for this machine only, "http://localhost:9000".
	Hosts []string `toml:"hosts"`
}

// Mail is about letters: every change of phones, recovery codes or password is told to
// the account's address.
type Mail struct {
	// The mail server that takes letters, HOST:PORT, such as smtp.example.com:587.
	// Empty: no letters; phones are told all the same.
	Server string `toml:"server"`

	// "starttls" (port 587, and never without it), "tls" (port 465), or "none" for a
	// mail server on this machine.
	Security string `toml:"security"`

	// How to log in there. Empty: not at all. If they are given, nothing is sent without a
	// login, even where the mail server offers none.
	User     string `toml:"user"`
	Password Secret `toml:"password"`

	// The kind of login: "auto" tries those that the mail server offers, the strongest
	// first, until one is accepted, and begins with that one from then on. Or one only:
	// "scram-sha-256-plus", "scram-sha-256", "scram-sha-1-plus", "scram-sha-1",
	// "cram-md5", "plain", "login" or "ntlm". By "plain" and "login", and so by "auto", the
	// mail server may get the password itself: encrypted, or on this machine. By the kinds
	// that begin with "scram" it gets no letter before it has shown that it knows the
	// password, too; those that end in "-plus" can't be passed on by who has a certificate
	// of its name. A wrong password is shown to it once by each kind, then once for each try
	// at a letter.
	Auth string `toml:"auth"`

	// The address that letters come from.
	From string `toml:"from"`

	// The operator's address, told of every report, alarm and phone that seems to have
	// been copied. Empty: nobody is.
	Operator string `toml:"operator"`

	// How long a try to hand a letter over may take. Letters that aren't taken
	// are tried again for a day.
	Patience Duration `toml:"patience" between:"1s..5m"`
}

// Place is about where a browser seems to be.
type Place struct {
	// A database of IP addresses in the format of MaxMind (.mmdb), with cities or
	// countries. Nothing is asked outside. It may be replaced while the server runs.
	// Empty: requests show no place.
	Database string `toml:"database"`
}

// Log is where the server tells its operator what happens.
type Log struct {
	// A file to which lines are added, made with mode 0640. After it was moved away, as
	// logrotate does, SIGHUP makes the server go on in a new one. Empty: standard error.
	File string `toml:"file"`
}

// Storage is where everything is kept.
type Storage struct {
	// sqlite:FILE, or postgres://USER@HOST/DATABASE for those who outgrow one machine.
	// PgBouncer may stand in between, in transaction mode too.
	URL Address `toml:"url"`
}

// Seal is about the key that closes the secrets in the database.
type Seal struct {
	// The file with the key, made at the first start if it isn't there. Back it up
	// apart from the data: without it no phone can answer. Empty: "key" beside the
	// SQLite file.
	KeyFile string `toml:"key_file"`

	// The key itself, for machines that keep secrets in the environment. It is used
	// instead of the file.
	Key Secret `toml:"key"`
}

// Default returns the settings of a fresh installation. What it leaves empty has
// to be given: public_url.
func Default() Config {
	c := Config{
		Organisation: map[string]string{},
		Languages:    locale.Languages(),
		Listen:       ":8443",
		Number:       "new_browser",
		Activation:   Activation{CheckCode: "required"},
		Unlock:       Unlock{Mode: "auto"},
		PIN:          PIN{Min: 4, Max: 6},
		TLS:          TLS{HSTS: "auto"},
		Mail:         Mail{Security: "starttls", Auth: "auto", Patience: Duration{30 * time.Second}},
		Storage:      Storage{URL: "sqlite:/var/lib/keyturn/keyturn.db"},
		Keep:         defaultKeep(),
	}
	c.setLimits()
	return c
}
