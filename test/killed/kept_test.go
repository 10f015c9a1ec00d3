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
	codes  []string // for recovery
	once   sync.Once
	made   bool
}

// fresh has accounts and no phone, ready has the first one's phone, coded recovery codes too.
var (
	fresh = kept{make: addAccounts}
	ready = kept{make: setUpOnce}
	coded = kept{make: makeCodesOnce}
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

// addAccounts adds the person, and another account of theirs, with the services of the
// server itself.
func addAccounts(t *testing.T, k *kept) {
	s, err := server.Connect(t.Context(), settings(k.folder, "127.0.0.1:0"), server.With{Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Accounts.Add(t.Context(), name, password, "ada@example.org")
	_, errSecond := s.Accounts.Add(t.Context(), second, password, "")
	if err := errors.Join(err, errSecond, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// setUpOnce sets up the phone, and leaves the folder as the killed server does.
func setUpOnce(t *testing.T, k *kept) {
	n := fresh.of(t).start(t, "", nil)
	p := newPerson(t, n, &fresh)
	p.setUp()
	k.keep(p)
}

// makeCodesOnce makes the first list.
func makeCodesOnce(t *testing.T, k *kept) {
	from := ready.of(t)
	p := newPerson(t, from.start(t, "", nil), from)
	k.codes = p.codes()
	k.keep(p)
}

// keep copies what a person has.
func (k *kept) keep(p *person) {
	k.phone, k.jar = p.keep.State, p.client.Jar.Cookies(address)
	p.node.stop()
	if err := os.CopyFS(k.folder, os.DirFS(p.node.folder)); err != nil {
		p.t.Fatal(err)
	}
}
