package killed

import (
	"errors"
	"net/http"
	"os"
	"sync"
	"testing"

	"keyturn/internal/mail/mailtest"
	"keyturn/internal/server"
	"keyturn/phone"
)

// A kept is an installation as it was at some moment, and what phone and browser had
// kept by then: tests begin from copies, since setting up a phone costs more than most
// of them.
type kept struct {
	make   func(t *testing.T, k *kept) // fills the folder
	folder string
	phone  phone.State
	jar    []*http.Cookie
	once   sync.Once
	made   bool
}

// fresh has an account and no phone, ready has its phone.
var (
	fresh = kept{make: addAccount}
	ready = kept{make: setUpOnce}
)

// of makes it if nobody has.
func (k *kept) of(t *testing.T) *kept {
	t.Helper()
	k.once.Do(func() {
		var err error
		if k.folder, err = os.MkdirTemp("", "keyturn-killed-"); err != nil {
			t.Fatal(err)
		}
		k.make(t, k)
		k.made = !t.Failed()
	})
	if !k.made {
		t.Fatal("what the tests begin from can't be made")
	}
	return k
}

// drop removes it.
func (k *kept) drop() { _ = os.RemoveAll(k.folder) } // of this run alone

// start starts a server on a copy.
func (k *kept) start(t *testing.T, moment string, mail *mailtest.Server) *node {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(k.folder)); err != nil {
		t.Fatal(err)
	}
	return start(t, folder, moment, mail)
}

// addAccount adds the one person, with the services of the server itself.
func addAccount(t *testing.T, k *kept) {
	s, err := server.Connect(t.Context(), settings(k.folder, "127.0.0.1:0"), server.With{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Accounts.Add(t.Context(), name, password, "ada@example.org")
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// setUpOnce sets up the phone, and leaves the folder as the killed server does.
func setUpOnce(t *testing.T, k *kept) {
	n := fresh.of(t).start(t, "", nil)
	p := newPerson(t, n, &fresh)
	p.setUp()
	k.phone, k.jar = p.keep.State, p.client.Jar.Cookies(address)
	n.stop()
	if err := os.CopyFS(k.folder, os.DirFS(n.folder)); err != nil {
		t.Fatal(err)
	}
}
