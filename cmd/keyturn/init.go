package main

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"keyturn/internal/config"
	"keyturn/internal/owner"
	"keyturn/internal/seal"
	"keyturn/locale"
)

// defaultData is where an installation keeps its data.
const defaultData = "/var/lib/keyturn"

// initCmd is "keyturn init". Whatever isn't a flag is asked.
type initCmd struct {
	PublicURL    string `name:"public-url" help:"Address that people will use." placeholder:"URL"`
	Organisation string `help:"Who runs the server, as people know it." placeholder:"NAME"`
	Contact      string `help:"Address for push services, mailto: or https:." placeholder:"ADDRESS"`
	Data         string `help:"Folder for the database and the key." placeholder:"FOLDER" type:"path"`
	Listen       string `help:"Address to listen on." placeholder:"ADDRESS"`
	Autocert     *bool  `help:"Fetch a certificate by ACME." negatable:""`
}

// Examples begin the help.
func (initCmd) Examples() string {
	return `  keyturn init
  keyturn init -c keyturn.toml --data data          without root
  keyturn init --no-input --public-url https://auth.example.com --organisation "Harbor Lane" --autocert`
}

// Run asks, and writes the settings and the key. What is there already it leaves
// alone.
func (c *initCmd) Run(t *terminal, from *source) error {
	switch _, err := os.Stat(from.name()); {
	case err == nil:
		return fmt.Errorf("%w: %s", errRefused, t.t("cli.init.exists", "file", from.name()))
	case !errors.Is(err, fs.ErrNotExist): // whether it is there, nobody knows
		return err
	}
	settings, err := c.settings(t, from)
	if err != nil {
		return err
	}
	if err := settings.Check(locale.Languages()); err != nil {
		return err
	}
	made, err := write(from.name(), settings)
	if err != nil {
		return err
	}
	return c.wrote(t, from.name(), settings, made)
}

// wrote says what was written and what comes next; quietly, where it is.
func (c *initCmd) wrote(t *terminal, file string, settings config.Config, made bool) error {
	files := map[string]string{"settings": file, "key": settings.KeyFile()}
	if t.quiet {
		return t.print(files, file, settings.KeyFile())
	}
	lines := []string{cells(t.t("cli.init.wrote"), file, "(0640)")}
	if made {
		lines = append(lines, cells(t.t("cli.init.wrote"), settings.KeyFile(), "(0600)   "+t.t("cli.init.backup")))
	}
	with := "" // what the next commands need to find the file
	if file != defaultFile {
		with = " -c " + file
	}
	lines = append(lines, cells(t.t("cli.init.next"), "keyturn account add NAME"+with, t.t("cli.init.next.add")),
		cells("", "keyturn serve"+with, t.t("cli.init.next.serve")))
	if err := t.print(files, lines...); err != nil || t.json || !behindProxy(settings) {
		return err
	}
	_, err := fmt.Fprintf(t.out, "\n%s\n\n%s", t.t("cli.init.proxy", "proxy", "nginx"), nginx(settings.Listen))
	return err
}

// What a proxy has to do: name the browser, and wait as long as a phone does.
//
//go:embed nginx.conf
var nginxConf string

// behindProxy reports whether a proxy speaks https for this server.
func behindProxy(c config.Config) bool {
	_, socket := config.Socket(c.Listen)
	return len(c.TrustedProxies) > 0 || socket && !c.OwnTLS()
}

// nginx is how one hands on to where this server listens.
func nginx(listen string) string {
	if file, ok := config.Socket(listen); ok {
		return strings.ReplaceAll(nginxConf, "ADDRESS", "unix:"+file)
	}
	host, port, _ := net.SplitHostPort(listen) // it was checked
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() {
		host = "127.0.0.1"
	}
	return strings.ReplaceAll(nginxConf, "ADDRESS", net.JoinHostPort(host, port))
}

// settings asks for what no flag says.
func (c *initCmd) settings(t *terminal, from *source) (config.Config, error) {
	s := config.Default()
	answers := []struct {
		into          *string
		question, def string
		check         func(typed string) error
	}{
		{&c.PublicURL, t.t("cli.init.url"), "", goodURL},
		{&c.Organisation, t.t("cli.init.name"), "", goodName},
		{&c.Contact, t.t("cli.init.contact"), "", goodContact},
		{&c.Data, t.t("cli.init.data"), defaultData, goodFolder},
	}
	if !t.noInput {
		t.say(t.t("cli.init.title") + "\n")
	}
	for _, a := range answers {
		if err := t.answer(a.into, a.question, a.def, a.check); err != nil {
			return s, err
		}
	}
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return s, err
	}
	s.PublicURL, s.Push.Contact = asURL(c.PublicURL), withScheme(c.Contact)
	nameIt(&s, c.Organisation)
	s.Storage.URL = databaseIn(data)
	if c.Listen != "" {
		s.Listen = c.Listen
	}
	for key, value := range from.flags {
		if err := s.Set(key, value); err != nil {
			return s, err
		}
	}
	// A service starts elsewhere.
	for _, file := range []*string{&s.TLS.Cert, &s.TLS.Key, &s.Place.Database, &s.Log.File} {
		if *file, err = absolute(*file); err != nil {
			return s, err
		}
	}
	return s, c.secure(t, &s)
}

// absolute returns the whole path of a file; "" stays "".
func absolute(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	return filepath.Abs(file)
}

// asURL makes the name of a host that somebody typed the address that it is.
func asURL(name string) string {
	switch host, _, _ := strings.Cut(name, ":"); {
	case name == "" || strings.Contains(name, "://"):
		return name
	case host == "localhost":
		return "http://" + name
	}
	return "https://" + name
}

// withScheme makes an e-mail address that somebody typed the address that it is.
func withScheme(contact string) string {
	if strings.Contains(contact, "@") && !strings.Contains(contact, ":") {
		return "mailto:" + contact
	}
	return contact
}

// answer keeps a flag, or asks until the answer is a good one; an empty answer is the value
// in brackets.
func (t *terminal) answer(into *string, question, def string, check func(string) error) error {
	if t.noInput { // nobody's time is spent: all faults are said together
		*into = cmp.Or(*into, def)
		return nil
	}
	if *into != "" {
		return check(*into)
	}
	if def != "" {
		question += " [" + def + "]"
	}
	for {
		typed, err := t.ask("? " + question + "  ")
		if err != nil {
			return err
		}
		*into = cmp.Or(typed, def)
		if err = check(*into); err == nil {
			return nil
		}
		t.told(err)
	}
}

// secure settles where https is spoken, by this server or by a proxy before it, and so
// where this one listens.
func (c *initCmd) secure(t *terminal, s *config.Config) error {
	origin, _ := config.ParseOrigin(s.PublicURL) // Check says what is wrong with it
	if c.Autocert == nil && !t.noInput && s.TLS.Cert == "" && len(s.TrustedProxies) == 0 && origin.Scheme != "http" && origin.Port() == "" {
		yes, err := t.ask("? " + t.t("cli.init.autocert") + " [Y/n]  ")
		if err != nil {
			return err
		}
		own := yes == "" || yes[0] == 'y' || yes[0] == 'Y'
		c.Autocert = &own
	}
	s.TLS.Autocert = c.Autocert != nil && *c.Autocert
	switch {
	case s.OwnTLS():
		s.Listen = cmp.Or(c.Listen, ":"+cmp.Or(origin.Port(), "443"))
	case origin.Scheme == "http":
		s.Listen = cmp.Or(c.Listen, "127.0.0.1:"+cmp.Or(origin.Port(), "80"))
	case strings.HasPrefix(c.Listen, "unix:"): // a proxy comes by it
	case len(s.TrustedProxies) == 0: // a proxy on this machine speaks https
		s.Listen, s.TrustedProxies = cmp.Or(c.Listen, "127.0.0.1:8443"), []string{"127.0.0.1", "::1"}
	}
	return nil
}

// write puts settings and key where they belong. made says whether the key is new. The
// service's group may look where the settings are, and nobody else where the data is.
func write(file string, s config.Config) (made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(s.KeyFile()), 0o700); err != nil {
		return false, err
	}
	if made, err = seal.Make(s.KeyFile()); err != nil {
		return false, err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return made, err
	}
	_, err = f.WriteString(config.Manual(s))
	return made, errors.Join(err, owner.Give(f), f.Close())
}
