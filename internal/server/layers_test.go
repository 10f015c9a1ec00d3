package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "keyturn"

// rank orders the packages. An import points to a lower rank, so packages of
// one rank never know each other. docs/architecture.md draws the picture.
var rank = map[string]int{
	"": 0, "spec": 0, "locale": 0, "web": 0,
	"internal/owner": 0, "internal/qr": 0, "internal/argon2": 0,
	"internal/porttest": 0, "cmd/internal/build": 0, "cmd/internal/command": 0, "internal/need": 0,

	"phone": 1, "internal/seal": 1, "internal/audit": 1, "internal/hint": 1, "internal/token": 1, "internal/policy": 1, "internal/page": 1, "internal/page/pagetest": 1,

	"internal/account": 2, "internal/device": 2, "internal/config": 2,
	"internal/device/devicetest": 2,

	"internal/activation": 3, "internal/approval": 3, "internal/session": 3, "internal/notice": 3, "internal/entry": 3,

	"internal/door": 4, // what the doors for people share

	// Tools implement the interfaces of lower ranks.
	"internal/store": 5, "internal/bus": 5, "internal/push": 5, "internal/mail": 5, "internal/place": 5,
	"internal/store/storetest": 5, "internal/push/pushtest": 5,
	"internal/mail/mailtest": 5, "internal/place/placetest": 5,

	// What comes before a door knows neither doors nor tools.
	"internal/porch": 5, "internal/listen": 5, "internal/listen/listentest": 5,

	// Doors call the services of lower ranks.
	"internal/signin": 5, "internal/portal": 5, "internal/phoneapp": 5, "internal/deviceapi": 5, "internal/help": 5,

	"internal/server": 6, "internal/demo": 7,
	"internal/keyturntest": 8, "cmd/keyturn": 8, "cmd/keyturn-phone": 8,
	"test/browser": 9, "test/e2e": 10, "test/killed": 10, "test/figures": 10, "test/load": 10, "test/scanner": 10, "test/load/bare": 10,
}

// enters says where a foreign module comes in: a package, or a folder of them.
// Modules of golang.org/x count as the standard library.
var enters = map[string]string{
	"modernc.org/sqlite":                   "internal/store",
	"github.com/jackc/pgx":                 "internal/store",
	"github.com/pressly/goose":             "internal/store",
	"github.com/tink-crypto/tink-go":       "internal/seal",
	"github.com/go-webauthn/webauthn":      "internal/device",
	"rsc.io/qr":                            "internal/qr",
	"github.com/yuin/goldmark":             "internal/help",
	"github.com/pelletier/go-toml":         "internal/config",
	"github.com/alecthomas/kong":           "cmd",
	"github.com/chromedp":                  "test/browser",
	"github.com/godbus/dbus":               "test/browser",
	"github.com/coder/websocket":           "test/browser",
	"github.com/wneessen/go-mail":          "internal/mail",
	"github.com/emersion/go-smtp":          "internal/mail/mailtest",
	"github.com/emersion/go-sasl":          "internal/mail/mailtest",
	"github.com/oschwald/maxminddb-golang": "internal/place",
	"github.com/maxmind/mmdbwriter":        "internal/place/placetest",
}

// tests may use these anywhere, and what another package brings in.
var tests = []string{"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal", "github.com/evanw/esbuild"}

// A pkg is a package as "go list" describes it.
type pkg struct {
	ImportPath, Dir                    string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

func TestLayers(t *testing.T) {
	for _, p := range packages(t) {
		from := local(p.ImportPath)
		if _, ok := rank[from]; !ok {
			t.Errorf("%s has no rank: give it one", from)
		}
		for _, path := range p.Imports {
			if ours(path) {
				checkRank(t, from, local(path))
			} else {
				checkHome(t, from, path)
			}
			checkRules(t, from, path)
		}
		for _, path := range append(p.TestImports, p.XTestImports...) {
			if foreign(path) && !listed(tests, path) && home(path) == "" {
				t.Errorf("tests of %s import %s, which has no home", from, path)
			}
		}
	}
}

// checkRank holds the arrows. A test suite may know the package that it is below.
func checkRank(t *testing.T, from, to string) {
	t.Helper()
	if rank[to] >= rank[from] && !strings.HasPrefix(from, to+"/") {
		t.Errorf("%s (rank %d) imports %s (rank %d)", from, rank[from], to, rank[to])
	}
}

// checkHome holds the entrances.
func checkHome(t *testing.T, from, path string) {
	t.Helper()
	if !foreign(path) {
		return
	}
	switch to := home(path); {
	case to == "":
		t.Errorf("%s imports %s, which has no entrance", from, path)
	case from != to && !strings.HasPrefix(from, to+"/"):
		t.Errorf("%s imports %s, which enters through %s", from, path, to)
	}
}

// checkRules holds what a rank alone doesn't say.
func checkRules(t *testing.T, from, path string) {
	t.Helper()
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{path == "database/sql" && from != "internal/store" && from != "internal/store/storetest", "database/sql stays in store and its tests"},
		{path == "net/http" && rank[from] < 4 && from != "internal/page" && from != "phone", "net/http begins at rank 4"},
		{path == module+"/internal/config" && rank[from] < 6, "settings are read by server and above, which fill the fields of the others"},
		{promised(from) && foreign(path), "the root, spec and phone need no module but golang.org/x/text"},
		{promised(from) && strings.HasPrefix(path, "golang.org/x/") && !strings.HasPrefix(path, "golang.org/x/text/"), "the root, spec and phone need no module but golang.org/x/text"},
		{from == "phone" && ours(path) && path != module, "phone knows the root and nothing else of ours"},
		{(from == "phone" || from == "cmd/keyturn-phone") && strings.HasPrefix(path, module+"/internal/"), "a phone sees what a stranger sees"},
	} {
		if rule.broken {
			t.Errorf("%s imports %s: %s", from, path, rule.says)
		}
	}
}

// Light hashes are for tests: no file of a program names the field.
func TestProgramsHashWithFullWork(t *testing.T) {
	light := regexp.MustCompile(`\bLight\b`)
	named := 0
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if !light.Match(text) {
				continue
			}
			if named++; local(p.ImportPath) != "internal/account" && local(p.ImportPath) != "internal/keyturntest" {
				t.Errorf("%s/%s names Light", p.ImportPath, name)
			}
		}
	}
	if named == 0 {
		t.Error("nothing names Light: what is looked for?")
	}
}

// promised are the packages that other people's programs may use.
func promised(from string) bool { return from == "" || from == "spec" || from == "phone" }

// packages asks the go command about every package of ours.
func packages(t *testing.T) (all []pkg) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// local returns the path of a package of ours inside the module; "" is the root.
func local(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
}

func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// foreign reports whether a package is neither ours nor the standard library's.
func foreign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".") && first != "golang.org"
}

// home returns where the module of a package enters.
func home(path string) string {
	for prefix, to := range enters {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return to
		}
	}
	return ""
}

func listed(prefixes []string, path string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}
