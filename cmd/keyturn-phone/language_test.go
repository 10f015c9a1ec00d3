package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/locale"
)

// A terminal becomes a phone, approves, and is refused, in each language that there is.
func TestEveryLanguage(t *testing.T) {
	for _, lang := range locale.Languages() {
		t.Run(lang, func(t *testing.T) {
			w := keyturntest.Start(t)
			ada := w.Person("ada")
			s := &speaker{t: t, lang: lang, state: filepath.Join(t.TempDir(), "phone.json")}
			page := w.Browser().SignIn(ada)
			out, exit := s.start("activate", page.Text("#activation-code"), "--server", w.Origin, "--yes")
			lines := bufio.NewScanner(out)
			lines.Scan()
			check := regexp.MustCompile(`(\d{3}) (\d{3})`).FindStringSubmatch(lines.Text())
			if check == nil {
				t.Fatalf("no check code in %q", lines.Text())
			}
			s.in(lines.Text())
			page.Reload().Submit("form#check-code", url.Values{"code": {check[1] + check[2]}})
			lines.Scan()
			s.in(lines.Text())
			if code := <-exit; code != 0 {
				t.Errorf("activate: exit %d, %s", code, &s.told)
			}
			s.run(0, "approve", "--number", w.Browser().SignIn(ada).Text("#number"))
			s.run(4, "activate", keyturn.NewCode().Link(w.Origin), "--yes")
			s.in(s.told.String())
			var help bytes.Buffer
			if run(t.Context(), []string{"--help"}, nil, &help, io.Discard); !regexp.MustCompile(`--lang=(?s:.{0,200})\b` + lang + `\b`).MatchString(help.String()) {
				t.Errorf("its help doesn't name %s:\n%s", lang, &help)
			}
		})
	}
}

// A speaker runs the program as people do, in a language.
type speaker struct {
	t     *testing.T
	lang  string
	state string
	told  bytes.Buffer
}

// in is that a text is in the language.
func (s *speaker) in(text string) {
	s.t.Helper()
	strays := keyturntest.Strays(s.lang, strings.TrimPrefix(text, "keyturn-phone: "), "keyturn-phone", "Harbor Lane", "港湾里", "Firefox on Windows", "localhost", "ada")
	if strings.TrimSpace(text) == "" || len(strays) > 0 {
		s.t.Errorf("%q in %q", strays, text)
	}
}

// start runs the program, which finds the PIN on a file descriptor.
func (s *speaker) start(args ...string) (io.Reader, <-chan int) {
	s.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprintln(write, "7Kq2")
	_ = write.Close()
	fd, err := syscall.Dup(int(read.Fd())) // the program's own
	if err != nil {
		s.t.Fatal(err)
	}
	_ = read.Close()
	printed, to := io.Pipe()
	exit := make(chan int, 1)
	go func() {
		exit <- run(s.t.Context(), append(args, "--lang", s.lang, "--state", s.state, "--pin-fd", fmt.Sprint(fd)), nil, to, &s.told)
		_ = to.Close() // never fails
	}()
	return printed, exit
}

// run runs it to its end, and looks at the last line that it prints: before it stands data.
func (s *speaker) run(want int, args ...string) {
	s.t.Helper()
	out, exit := s.start(args...)
	all, _ := io.ReadAll(out)
	if code := <-exit; code != want {
		s.t.Errorf("%v: exit %d, %s%s", args, code, all, &s.told)
	}
	if lines := strings.Split(strings.TrimSpace(string(all)), "\n"); lines[0] != "" {
		s.in(lines[len(lines)-1])
	}
}
