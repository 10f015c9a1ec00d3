package keyturntest_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/keyturntest"
	"keyturn/locale"
)

// A pretend directory knows one password of everybody's, or can't be asked.
type directory struct {
	password keyturn.Secret
	err      error
}

// Right implements [account.Passwords].
func (d *directory) Right(_ context.Context, t account.Typed) (bool, error) {
	return t.Password == d.password, d.err
}

// Whose password is known elsewhere signs in by it as anybody does, and not by the hash that is
// here; while nobody can be asked the page says when to try again.
func TestPeopleOfADirectory(t *testing.T) {
	w := keyturntest.Start(t)
	ada, d := w.Person("ada"), &directory{password: "of the directory"}
	w.Accounts.Passwords = d
	try := func(password string) *keyturntest.Page {
		return w.Browser().Post("/sign-in", url.Values{"name": {"ada"}, "password": {password}})
	}
	if page := try(ada.Password); page.Status != http.StatusForbidden {
		t.Errorf("the password that is kept here gets %d, want 403", page.Status)
	}
	if page := try("of the directory"); page.Path != "/phones/activation" {
		t.Errorf("the right one leads to %s, %d", page.Path, page.Status)
	}
	d.err = account.ErrAway
	page := try("of the directory")
	if want := locale.For("en").T("signin.busyserver"); page.Status != http.StatusServiceUnavailable || !strings.Contains(page.HTML, want) {
		t.Errorf("while nobody can be asked: %d, want 503 and %q", page.Status, want)
	}
}
