package server_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/internal/config"
	"keyturn/internal/mail"
	"keyturn/internal/mail/mailtest"
	"keyturn/internal/server"
)

// mailed are settings with a mail server on this machine.
func mailed(t *testing.T, at string) config.Config {
	c := config.Default()
	c.PublicURL, c.Listen, c.Storage.URL = "http://localhost:8080", "127.0.0.1:8080", config.Address("sqlite:"+filepath.Join(t.TempDir(), "keyturn.db"))
	c.Mail.Server, c.Mail.Security, c.Mail.From = at, "none", "keyturn@example.org"
	c.Mail.User, c.Mail.Password = mailtest.User, mailtest.Password
	return c
}

// Every kind of login is a setting, and there are no others.
func TestLoginsAreSettings(t *testing.T) {
	c := mailed(t, "127.0.0.1:25")
	c.Mail.Auth = "none"
	want := "mail.auth: \"none\" is none of " + strings.Join(append([]string{mail.Auto}, mail.Kinds()...), ", ")
	if err := c.Check([]string{"en", "zh-Hans"}); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A look at the settings logs in to the mail server as letters will, and names the setting
// that is in the way.
func TestInspectMail(t *testing.T) {
	for _, tt := range []struct {
		name, offer, accept string
		spoil               func(*config.Config)
		want, hint          string
	}{
		{"the last kind of several", "CRAM-MD5 PLAIN LOGIN", "LOGIN", func(*config.Config) {}, "", ""},
		{"the one that is named", "CRAM-MD5 PLAIN LOGIN", "LOGIN", func(c *config.Config) { c.Mail.Auth = "login" }, "", ""},
		{"another is named", "CRAM-MD5 PLAIN LOGIN", "LOGIN", func(c *config.Config) { c.Mail.Auth = "plain" }, "mail.user: the mail server accepts no login: PLAIN: 535", "look at mail.user and mail.password, or let mail.auth be \"auto\""},
		{"one is named that isn't there", "PLAIN", "PLAIN", func(c *config.Config) { c.Mail.Auth = "ntlm" }, "mail.auth: the mail server offers no login that can be used: it offers PLAIN", `"auto" takes what is offered; leave out mail.user and mail.password if the mail server asks for none`},
		{"a user where nobody logs in", "", "", func(*config.Config) {}, "mail.auth: the mail server offers no login that can be used: it offers none", `"auto" takes what is offered; leave out mail.user and mail.password if the mail server asks for none`},
		{"nobody where nobody logs in", "", "", func(c *config.Config) { c.Mail.User, c.Mail.Password = "", "" }, "", ""},
		{"a wrong password", "PLAIN", "PLAIN", func(c *config.Config) { c.Mail.Password = "hunter2" }, "mail.user: the mail server accepts no login: PLAIN: 535", "look at mail.user and mail.password"},
		{"nobody there", "PLAIN", "PLAIN", func(c *config.Config) { c.Mail.Server = "127.0.0.1:1" }, "mail.server: dial tcp", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mailtest.Start(t)
			s.Unencrypted, s.Offer, s.Accept = true, append([]string{}, strings.Fields(tt.offer)...), []string{tt.accept}
			c := mailed(t, s.Addr)
			tt.spoil(&c)
			got := config.Leaves(server.Inspect(t.Context(), c, nil))
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0].Error(), tt.want)) {
				t.Fatalf("Inspect: %v, want %q", got, tt.want)
			}
			if f, ok := errors.AsType[*config.Fault](errors.Join(got...)); ok && f.Hint != tt.hint {
				t.Errorf("hint %q, want %q", f.Hint, tt.hint)
			}
		})
	}
}
