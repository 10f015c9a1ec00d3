package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keyturn"
)

// A66: the server of a link that somebody sends has names that hide whose it is, take the
// line back and write another one. All of them stay words, and the host is there to be read.
func TestA66NamesOfAStrangersServer(t *testing.T) {
	const evil = "Harbor Lane   auth.harbor.example\n\x1b[8m\u009b2K\r\u202e\u2028"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(keyturn.Looked{Account: keyturn.AccountName{Name: evil}, Service: evil, Unlock: []keyturn.Unlock{keyturn.UnlockPIN},
			PIN: keyturn.PINRules{Min: 4, Max: 6}, ExpiresIn: 600, Made: keyturn.MadeIn{Browser: evil, Place: evil}})
	}))
	defer s.Close()
	origin := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close() // it is a pipe
	_, _ = write.WriteString("no\n")
	_ = write.Close()
	var out, shown bytes.Buffer
	code := run(t.Context(), []string{"activate", keyturn.NewCode().Link(origin), "--state", filepath.Join(t.TempDir(), "phone.json")}, read, &out, &shown)
	if code != 4 || strings.ContainsAny(shown.String()+out.String(), "\x1b\u009b\r\u202e\u2028") || strings.Count(shown.String(), "\n") != 4 {
		t.Errorf("exit %d, shown: %q", code, shown.String())
	}
	if _, host, _ := strings.Cut(origin, "://"); !strings.HasPrefix(shown.String(), host+" ") {
		t.Errorf("the host isn't what comes first: %q", shown.String())
	}
}
