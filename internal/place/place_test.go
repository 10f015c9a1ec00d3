package place_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn/internal/place"
	"keyturn/internal/place/placetest"
)

var lyon = placetest.Place{Network: "203.0.113.0/24", City: "Lyon", Country: "France", CityZH: "里昂", CountZH: "法国"}

var quiet = slog.New(slog.DiscardHandler)

func TestOf(t *testing.T) {
	file := filepath.Join(t.TempDir(), "places.mmdb")
	placetest.Write(t, file, lyon,
		placetest.Place{Network: "2001:db8::/32", City: "Nantes", Country: "France", CountZH: "法国"},
		placetest.Place{Network: "198.51.100.0/24", Country: "Singapore", City: "Singapore", CountZH: "新加坡", CityZH: "新加坡"},
		placetest.Place{Network: "192.0.2.0/25", Country: "Peru", CountZH: "秘鲁"},
		placetest.Place{Network: "10.0.0.0/8", City: "Inside", Country: "Nowhere"})
	b, err := place.Open(file, time.Now, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, addr, lang, want string }{
		{"a city", "203.0.113.7", "en", "Lyon, France"},
		{"a city in Chinese", "203.0.113.7", "zh-Hans", "法国里昂"},
		{"an address in the other form", "::ffff:203.0.113.7", "en", "Lyon, France"},
		{"a city whose Chinese name isn't there", "2001:db8::1", "zh-Hans", "Nantes, France"},
		{"a city that is a country", "198.51.100.1", "en", "Singapore"},
		{"a country only", "192.0.2.1", "zh-Hans", "秘鲁"},
		{"an unknown address", "192.0.2.200", "en", ""},
		{"a private address, whatever the file says", "10.1.2.3", "en", ""},
		{"this machine", "127.0.0.1", "en", ""},
		{"a link", "fe80::1%eth0", "en", ""},
		{"no address", "Ada", "en", ""},
	} {
		if got := b.Of(tt.addr, tt.lang); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A replaced file is noticed; one that can't be read leaves the one before in use, and
// the operator is told so, once.
func TestReplaced(t *testing.T) {
	file := filepath.Join(t.TempDir(), "places.mmdb")
	now := time.Unix(1893456000, 0)
	placetest.Write(t, file, lyon)
	var log strings.Builder
	b, err := place.Open(file, func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	is := func(want string, faults int) {
		t.Helper()
		if got := b.Of("203.0.113.7", "en"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if n := strings.Count(log.String(), "level=ERROR"); n != faults {
			t.Errorf("%d faults are told, want %d:\n%s", n, faults, log.String())
		}
	}
	placetest.Write(t, file, placetest.Place{Network: "203.0.113.0/24", City: "Paris", Country: "France"})
	is("Lyon, France", 0)
	now = now.Add(11 * time.Second)
	is("Paris, France", 0)
	if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		now = now.Add(11 * time.Second)
		is("Paris, France", 1)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		now = now.Add(11 * time.Second)
		is("Paris, France", 2)
	}
	placetest.Write(t, file, lyon)
	now = now.Add(11 * time.Second)
	is("Lyon, France", 2)
	if !strings.Contains(log.String(), "can be read again") {
		t.Errorf("nobody is told that it is right again:\n%s", log.String())
	}
}

func TestOpen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "places.mmdb")
	if _, err := place.Open(file, time.Now, quiet); err == nil {
		t.Error("a missing file was opened")
	}
	if err := os.WriteFile(file, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := place.Open(file, time.Now, quiet); err == nil {
		t.Error("another kind of file was opened")
	}
}

// Any number look an address up while the file is replaced.
func TestReplacedMeanwhile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "places.mmdb")
	placetest.Write(t, file, lyon)
	b, err := place.Open(file, func() time.Time { return time.Now().Add(time.Duration(time.Now().Nanosecond()) * time.Second) }, quiet)
	if err != nil {
		t.Fatal(err)
	}
	placetest.Write(t, file, placetest.Place{Network: "203.0.113.0/24", City: "Paris", Country: "France"})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 100 {
				if got := b.Of("203.0.113.7", "en"); got != "Lyon, France" && got != "Paris, France" {
					t.Errorf("%q", got)
				}
			}
		})
	}
	wg.Wait()
}
