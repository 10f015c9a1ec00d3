package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"keyturn/internal/config"
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
	if _, err := os.Stat(from.name()); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", errRefused, t.t("cli.init.exists", "file", from.name()))
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
	files := map[string]string{"settings": from.name(), "key": settings.KeyFile()}
	lines := []string{cells(t.t("cli.init.wrote"), from.name(), "(0640)")}
	if made {
		lines = append(lines, cells(t.t("cli.init.wrote"), settings.KeyFile(), "(0600)   "+t.t("cli.init.backup")))
	}
	lines = append(lines, cells(t.t("cli.init.next"), "keyturn account add NAME", t.t("cli.init.next.add")),
		cells("", "keyturn serve", t.t("cli.init.next.serve")))
	return t.print(files, lines...)
}

// settings asks for what no flag says.
func (c *initCmd) settings(t *terminal, from *source) (config.Config, error) {
	s := config.Default()
	answers := []struct {
		into          *string
		question, def string
	}{
		{&c.PublicURL, t.t("cli.init.url"), ""},
		{&c.Organisation, t.t("cli.init.name"), ""},
		{&c.Contact, t.t("cli.init.contact"), ""},
		{&c.Data, t.t("cli.init.data"), defaultData},
	}
	if !t.noInput {
		t.say(t.t("cli.init.title") + "\n")
	}
	for _, a := range answers {
		if err := t.answer(a.into, a.question, a.def); err != nil {
			return s, err
		}
	}
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return s, err
	}
	s.PublicURL, s.Push.Contact = c.PublicURL, withScheme(c.Contact)
	if c.Organisation != "" {
		s.Organisation["en"] = c.Organisation
	}
	s.Storage.URL = config.Address("sqlite:" + filepath.Join(data, "keyturn.db"))
	if c.Listen != "" {
		s.Listen = c.Listen
	}
	for key, value := range from.flags {
		if err := s.Set(key, value); err != nil {
			return s, err
		}
	}
	return s, c.secure(t, &s)
}

// withScheme makes an e-mail address that somebody typed the address that it is.
func withScheme(contact string) string {
	if strings.Contains(contact, "@") && !strings.Contains(contact, ":") {
		return "mailto:" + contact
	}
	return contact
}

// answer keeps a flag, or asks; an empty answer is the value in brackets.
func (t *terminal) answer(into *string, question, def string) error {
	if *into != "" {
		return nil
	}
	if t.noInput {
		*into = def
		return nil
	}
	if def != "" {
		question += " [" + def + "]"
	}
	typed, err := t.ask("? " + question + "  ")
	if *into = typed; typed == "" {
		*into = def
	}
	return err
}

// secure settles where https is spoken: by this server, or by a proxy before it.
func (c *initCmd) secure(t *terminal, s *config.Config) error {
	if c.Autocert == nil && !t.noInput && s.TLS.Cert == "" && len(s.TrustedProxies) == 0 && !strings.HasPrefix(s.PublicURL, "http://") {
		yes, err := t.ask("? " + t.t("cli.init.autocert") + " [Y/n]  ")
		if err != nil {
			return err
		}
		own := yes == "" || yes[0] == 'y' || yes[0] == 'Y'
		c.Autocert = &own
	}
	origin, _ := config.ParseOrigin(s.PublicURL) // Check says what is wrong with it
	switch {
	case c.Autocert != nil && *c.Autocert:
		s.TLS.Autocert = true
		s.Listen = cmp.Or(c.Listen, ":443")
	case origin.Scheme == "http":
		s.Listen = cmp.Or(c.Listen, "127.0.0.1:"+cmp.Or(origin.Port(), "80"))
	case s.TLS.Cert == "" && len(s.TrustedProxies) == 0: // a proxy on this machine speaks https
		s.Listen, s.TrustedProxies = cmp.Or(c.Listen, "127.0.0.1:8443"), []string{"127.0.0.1", "::1"}
	}
	return nil
}

// write puts settings and key where they belong. made says whether the key is new.
func write(file string, s config.Config) (made bool, err error) {
	for _, folder := range []string{filepath.Dir(file), filepath.Dir(s.KeyFile())} {
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return false, err
		}
	}
	if made, err = seal.Make(s.KeyFile()); err != nil {
		return false, err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return made, err
	}
	_, err = f.WriteString(config.Manual(s))
	return made, errors.Join(err, f.Close())
}
