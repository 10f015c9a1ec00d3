package config

import (
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Check returns a joined [*Fault] for each invalid setting. languages are those that have
// a catalogue.
//
// It reads no file and asks no network.
func (c *Config) Check(languages []string) error {
	var all faults
	c.checkAddress(&all)
	c.checkTLS(&all)
	c.checkWords(&all, languages)
	c.checkRules(&all)
	c.checkMail(&all)
	c.checkStorage(&all)
	c.checkBounds(&all)
	slices.SortStableFunc(all, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(all...)
}

func (c *Config) checkAddress(f *faults) {
	origin, err := ParseOrigin(c.PublicURL)
	f.unless(c.PublicURL != "", "public_url", "is missing", "the address people will use, such as https://auth.example.com")
	if c.PublicURL != "" && err != nil {
		f.unless(false, "public_url", err.Error(), "use https and a name, such as https://auth.example.com")
	}
	_, isIP := netip.ParseAddr(origin.Hostname())
	f.unless(err != nil || isIP != nil || c.Unlock.Mode == "pin", "public_url",
		"is an IP address, to which no phone unlock can be bound", `use a name, or unlock.mode = "pin"`)
	_, socket := Socket(c.Listen)
	f.unless(socket || listens(c.Listen), "listen", "isn't an address", "HOST:PORT or :PORT, with a port of up to 65535, or unix:/FILE")
	f.unless(c.Health == "" || listens(c.Health), "health", "isn't an address", "HOST:PORT, such as 127.0.0.1:8081")
	f.unless(!clash(c.Health, c.Listen), "health", "is where this server listens for people", "another port, such as 127.0.0.1:8081")
	for _, p := range c.TrustedProxies {
		if _, err := ParseProxy(p); err != nil {
			f.unless(false, "trusted_proxies", "has "+quote(p)+", which "+err.Error(), "such as 172.19.0.0/16")
		}
	}
}

// Unseen says if a proxy has to speak https on this machine and isn't one of
// trusted_proxies: then everybody has its address, and counts as one. It works, and who
// installed it before it was known goes on; Check doesn't say it.
func (c *Config) Unseen() error {
	origin, err := ParseOrigin(c.PublicURL)
	_, socket := Socket(c.Listen) // whoever comes by it is believed
	if err != nil || origin.Scheme != "https" || c.OwnTLS() || socket || !loopback(c.Listen) || slices.ContainsFunc(c.TrustedProxies, here) {
		return nil
	}
	var f faults
	f.unless(false, "trusted_proxies", "names no proxy on this machine, where one has to speak https: everybody would have its address, "+
		"and all limits by address would count everybody as one", `set ["127.0.0.1", "::1"], and let the proxy set X-Forwarded-For`)
	return f[0]
}

// here reports whether some address of this machine's own is meant.
func here(proxy string) bool {
	p, err := ParseProxy(proxy)
	return err == nil && (p.Overlaps(netip.MustParsePrefix("127.0.0.0/8")) || p.Contains(netip.IPv6Loopback()))
}

// Socket returns the file of an address that is a Unix socket: unix:/run/keyturn/socket.
func Socket(address string) (file string, ok bool) {
	file, ok = strings.CutPrefix(address, "unix:")
	return file, ok && filepath.IsAbs(file) && len(file) <= 100 // of 104 or 108 that systems take
}

// listens reports whether a program can listen there. Port 0 is any that is free.
func listens(address string) bool {
	_, port, err := net.SplitHostPort(address)
	return err == nil && (port == "0" || isPort(port))
}

// clash reports whether one program can't listen at both addresses. Which addresses a
// name has isn't asked.
func clash(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	return errA == nil && errB == nil && portA == portB && portA != "0" && (hostA == hostB || everywhere(hostA) || everywhere(hostB))
}

// everywhere reports whether a host to listen on is all that this machine has.
func everywhere(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "" || err == nil && addr.IsUnspecified()
}

func (c *Config) checkTLS(f *faults) {
	own := c.TLS.Cert != "" || c.TLS.Key != ""
	t := c.TLS
	f.unless(t.Redirect == "" || t.Redirect == "off" || listens(t.Redirect), "tls.redirect", "isn't an address", `HOST:PORT, :PORT, or "off"`)
	f.unless(t.Redirect == "" || t.Redirect == "off" || c.OwnTLS(), "tls.redirect", "is given, and this server speaks no TLS", "let the proxy redirect, or set tls.cert and tls.key")
	f.unless(!clash(t.Redirect, c.Listen) && !clash(t.Redirect, c.Health), "tls.redirect", "is where this server listens already", "another port, such as :80")
	f.unless(t.Directory == "" || isDirectory(t.Directory), "tls.directory", "is no https address without user and password", "such as https://acme.lan/directory")
	f.unless(t.Email == "" || isAddress(t.Email), "tls.email", "is no e-mail address", "such as it@example.com")
	f.unless(!own || c.TLS.Cert != "" && c.TLS.Key != "", "tls", "cert and key come together", "give both, or neither")
	f.unless(!own || !c.TLS.Autocert, "tls.autocert", "a certificate is given too", "leave out one of them")
	origin, err := ParseOrigin(c.PublicURL)
	if c.TLS.Autocert && err == nil {
		f.unless(origin.Scheme == "https" && origin.Port() == "", "tls.autocert",
			"works for an https address without a port only", "certificates are handed out for port 443")
	}
	if origin.Scheme == "http" {
		f.unless(loopback(c.Listen), "listen", "is open to others, and public_url is plain http",
			"listen on 127.0.0.1, or set an https public_url")
		f.unless(!c.OwnTLS(), "tls", "is set, and public_url is plain http", "make public_url https")
		return
	}
	_, socket := Socket(c.Listen)
	f.unless(c.OwnTLS() || len(c.TrustedProxies) > 0 || loopback(c.Listen) || !socket && !listens(c.Listen), "listen",
		"would be plain http for everyone", "set tls.cert and tls.key, or tls.autocert, or trusted_proxies if a proxy speaks https")
}

// OwnTLS reports whether this server itself encrypts connections.
func (c *Config) OwnTLS() bool { return c.TLS.Cert != "" || c.TLS.Autocert }

func isDirectory(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// loopback reports whether an address to listen on is this machine's alone.
func loopback(listen string) bool {
	if _, ok := Socket(listen); ok {
		return true
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (c *Config) checkWords(f *faults, languages []string) {
	f.unless(len(c.Languages) > 0, "languages", "is empty", `such as ["`+strings.Join(languages, `", "`)+`"]`)
	for _, lang := range c.Languages {
		f.unless(slices.Contains(languages, lang), "languages", "there are no words in "+quote(lang), "there are "+strings.Join(languages, ", "))
	}
	for lang, name := range c.Organisation {
		f.unless(slices.Contains(languages, lang), "organisation", "there are no words in "+quote(lang), "there are "+strings.Join(languages, ", "))
		f.unless(name != "" && !strings.ContainsFunc(name, control), "organisation", "is empty or has control characters", "")
		f.unless(len([]rune(name)) <= 64, "organisation", "has more than 64 characters", "phones show it on one line")
	}
}

func control(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }

func (c *Config) checkRules(f *faults) {
	one := func(key, value string, of ...string) {
		f.unless(slices.Contains(of, value), key, quote(value)+" is none of "+strings.Join(of, ", "), "")
	}
	one("tls.hsts", c.TLS.HSTS, "auto", "on", "off", "forget")
	one("number", c.Number, "new_browser", "always", "never")
	one("activation.check_code", c.Activation.CheckCode, "required", "off")
	one("unlock.mode", c.Unlock.Mode, "auto", "pin", "platform")
	f.unless(c.PIN.Min <= c.PIN.Max, "pin.max", "is below pin.min", "")
	f.unless(c.Limits.SessionIdle.Duration <= c.Limits.SessionMost.Duration, "limits.session_idle", "is above limits.session_most", "")
	c.checkPush(f)
}

func (c *Config) checkPush(f *faults) {
	f.unless(c.Push.Contact == "" || contact(c.Push.Contact), "push.contact",
		"is no mailto: or https: address that others can reach: Apple would refuse every notification", "such as mailto:it@example.com")
	for _, one := range c.Push.Hosts {
		if strings.Contains(one, "://") {
			f.unless(pushOrigin(one), "push.hosts", "has "+quote(one)+", which is no https origin, nor http of this machine",
				"such as https://push.lan:8443, without a path")
		} else {
			f.unless(pushHost(one), "push.hosts", "has "+quote(one)+", which is no host", "such as ntfy.example.org or *.push.example.org")
		}
	}
}

// logins are the kinds of package mail; a test compares them.
var logins = []string{"auto", "scram-sha-256-plus", "scram-sha-256", "scram-sha-1-plus", "scram-sha-1", "cram-md5", "plain", "login", "ntlm"}

func (c *Config) checkMail(f *faults) {
	m := c.Mail
	f.unless(m.Operator == "" || isAddress(m.Operator), "mail.operator", "is no e-mail address", "such as security@example.com")
	if m.Server == "" {
		f.unless(m.Operator == "", "mail.server", "is missing, and mail.operator is given", "HOST:PORT, such as smtp.example.com:587")
		return
	}
	host, port, err := net.SplitHostPort(m.Server)
	f.unless(err == nil && host != "" && isPort(port), "mail.server", "isn't HOST:PORT", "such as smtp.example.com:587")
	f.unless(isAddress(m.From), "mail.from", "is no e-mail address", "such as keyturn@example.com")
	f.unless(slices.Contains([]string{"starttls", "tls", "none"}, m.Security), "mail.security", quote(m.Security)+" is none of starttls, tls, none", "")
	f.unless(m.Security != "none" || loopback(m.Server), "mail.security", "would send letters and password in the clear", `use "starttls" or "tls"`)
	f.unless((m.User == "") == (m.Password == ""), "mail.password", "comes together with mail.user", "give both, or neither")
	f.unless(slices.Contains(logins, m.Auth), "mail.auth", quote(m.Auth)+" is none of "+strings.Join(logins, ", "), "")
	f.unless(m.Auth == "auto" || m.User != "", "mail.auth", "names a login, and mail.user is empty", `give mail.user and mail.password, or "auto"`)
	f.unless(m.Security != "none" || !strings.HasSuffix(m.Auth, "-plus"), "mail.auth", "is bound to an encryption, and mail.security is none", "")
}

// isAddress reports whether letters could go there, or come from there.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && !strings.ContainsFunc(s, control)
}

// contact reports whether push services could reach somebody there.
func contact(address string) bool {
	if to, ok := strings.CutPrefix(address, "mailto:"); ok {
		a, err := mail.ParseAddress(to)
		return err == nil && a.Address == to && reachable(to[strings.LastIndexByte(to, '@')+1:])
	}
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && reachable(u.Hostname())
}

// reachable reports whether a name can be one of the internet: it has a dot, and an
// ending that exists there (RFC 6761, 6762, 8375).
func reachable(name string) bool {
	ending := name[strings.LastIndexByte(name, '.')+1:]
	return pushHost(name) && !strings.HasPrefix(name, "*") &&
		!slices.Contains([]string{"localhost", "local", "localdomain", "internal", "lan", "home", "arpa", "invalid", "test", "example"}, strings.ToLower(ending))
}

// pushHost reports whether s is a name with a dot, or a star for what stands before
// one.
func pushHost(s string) bool {
	labels := strings.Split(strings.TrimPrefix(s, "*."), ".") // two are asked behind a star too
	_, isIP := netip.ParseAddr(s)
	return len(labels) >= 2 && isIP != nil && !slices.ContainsFunc(labels, func(l string) bool {
		return l == "" || strings.Trim(l, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != ""
	})
}

// pushOrigin reports whether s is an origin as endpoints begin with it.
func pushOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme+"://"+u.Host != s || s != strings.ToLower(s) || u.Hostname() == "" {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && addr.IsLoopback())
}

func (c *Config) checkStorage(f *faults) {
	hint, known := storageForm(string(c.Storage.URL))
	f.unless(known, "storage.url", "is neither sqlite:FILE nor postgres://USER@HOST/DATABASE", hint)
	file := strings.HasPrefix(string(c.Storage.URL), "sqlite:")
	f.unless(!known || file || c.Seal.Key != "" || c.KeyFile() != "", "seal.key_file", "is missing: with PostgreSQL there is no folder for it", "give seal.key_file or seal.key")
	f.unless(!known || !c.TLS.Autocert || c.CertificateFolder() != "", "tls.cache", "is missing: with PostgreSQL there is no folder for it", "")
}

// storageForm reports whether package store takes an address of a database, and how it
// would be written right if that can be told. What other programs write would name
// another file: "sqlite://k.db" would be /k.db, and "?mode=ro" a part of the name.
func storageForm(url string) (hint string, known bool) {
	kind, rest, _ := strings.Cut(url, ":")
	switch file := bareFile(url); {
	case strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://"):
		return "", true
	case strings.HasPrefix(strings.ToLower(kind), "postgres"), strings.Contains(url, "host="):
		return "such as postgres://keyturn@db.example.com/keyturn", false
	case kind == "sqlite" && (rest == ":memory:" || rest != "" && rest == file && rest[0] != ':'):
		return "", true
	case file == "" || strings.ContainsAny(file, ":@"): // may be anything, and have a password in it
		return "such as sqlite:/var/lib/keyturn/keyturn.db", false
	default:
		return "write sqlite:" + file, false
	}
}

// bareFile takes from a file's address whatever isn't its name.
func bareFile(url string) string {
	for _, before := range []string{"sqlite:", "sqlite3:", "SQLite:", "file:"} {
		url = strings.TrimPrefix(url, before)
	}
	url, _, _ = strings.Cut(url, "?")
	if rest, ok := strings.CutPrefix(url, "//"); ok {
		url = rest // of the three slashes in front of a whole path the last one is its first
	}
	return strings.TrimSpace(url)
}

// KeyFile returns where the key lies: seal.key_file, or "key" beside the SQLite
// file. It is empty if there is no such place.
func (c *Config) KeyFile() string { return c.beside(c.Seal.KeyFile, "key") }

// CertificateFolder returns tls.cache, or "certificates" beside the SQLite file.
func (c *Config) CertificateFolder() string { return c.beside(c.TLS.Cache, "certificates") }

func (c *Config) beside(given, name string) string {
	file, ok := strings.CutPrefix(string(c.Storage.URL), "sqlite:")
	if given != "" || !ok || file == ":memory:" {
		return given
	}
	return filepath.Join(filepath.Dir(file), name)
}
