package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keyturn"
	"keyturn/phone"
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
	code, out, shown := refused(t, origin)
	if code != 4 || strings.ContainsAny(shown+out, "\x1b\u009b\r\u202e\u2028") || strings.Count(shown, "\n") != 4 {
		t.Errorf("exit %d, shown: %q", code, shown)
	}
	if _, host, _ := strings.Cut(origin, "://"); !strings.HasPrefix(shown, host+" ") {
		t.Errorf("the host isn't what comes first: %q", shown)
	}
}

// refused lets a person say no to a link of the server at origin.
func refused(t *testing.T, origin string, more ...string) (code int, out, shown string) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close() // it is a pipe
	_, _ = write.WriteString("no\n")
	_ = write.Close()
	var printed, told bytes.Buffer
	args := append([]string{"activate", keyturn.NewCode().Link(origin), "--state", filepath.Join(t.TempDir(), "phone.json")}, more...)
	code = run(t.Context(), args, read, &printed, &told)
	return code, printed.String(), told.String()
}

// The organisation has its name of the terminal's language, if its server has one.
func TestOrganisationByLanguage(t *testing.T) {
	for _, tt := range []struct {
		name, lang string
		info       keyturn.ServerInfo
		want       string
	}{
		{"the language has a name", "zh-Hans", keyturn.ServerInfo{Name: "Harbor Lane", Names: map[string]string{"zh-Hans": "港湾里"}}, "港湾里"},
		{"it has none", "en", keyturn.ServerInfo{Name: "Harbor Lane", Names: map[string]string{"zh-Hans": "港湾里"}}, "Harbor Lane"},
		{"an older server", "zh-Hans", keyturn.ServerInfo{Name: "Harbor Lane"}, "Harbor Lane"},
		{"a server that can't say", "zh-Hans", keyturn.ServerInfo{}, "Harbor Lane"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				switch {
				case r.URL.Path != "/v1/server":
					_ = json.NewEncoder(w).Encode(keyturn.Looked{Account: keyturn.AccountName{Name: "ada"}, Service: "Harbor Lane"})
				case tt.info.Name == "":
					http.NotFound(w, r)
				default:
					_ = json.NewEncoder(w).Encode(tt.info)
				}
			}))
			defer s.Close()
			origin := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
			_, _, shown := refused(t, origin, "--lang", tt.lang)
			_, host, _ := strings.Cut(origin, "://")
			if first, _, _ := strings.Cut(shown, "\n"); first != host+"   "+tt.want {
				t.Errorf("shown: %q", shown)
			}
		})
	}
}

// Whoever presses Ctrl-C at a question has left: no answer is waited for.
func TestInterruptedQuestion(t *testing.T) {
	in, typist, err := os.Pipe() // nobody types
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = typist.Close() }()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	var errs bytes.Buffer
	if code := run(ctx, []string{"activate", "-", "--server", "http://localhost:9"}, in, &errs, &errs); code != 1 || errs.String() != "keyturn-phone: interrupted\n" {
		t.Errorf("exit status %d, says %q", code, errs.String())
	}
}

// Packages name themselves in their errors; a person hears of one program.
func TestPlain(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{keyturn.ErrPIN, "choose another PIN"},
		{errors.Join(errUsage, keyturn.ErrCode), "wrong usage; not a code"},
		{fmt.Errorf("look: %w", phone.ErrInUse), "look: another program is using this phone"},
	} {
		if got := plain(tt.err); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.err, got, tt.want)
		}
	}
}
