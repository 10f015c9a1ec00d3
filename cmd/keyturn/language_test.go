package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"keyturn/internal/keyturntest"
	"keyturn/locale"
)

// What the program says is in the terminal's language. Its help and errors are English.
func TestEveryLanguage(t *testing.T) {
	for _, lang := range locale.Languages() {
		t.Run(lang, func(t *testing.T) {
			var out, told bytes.Buffer
			t.Setenv("KEYTURN_PUBLIC_URL", "http://localhost:8080")
			t.Setenv("KEYTURN_LISTEN", "127.0.0.1:8080")
			t.Setenv("KEYTURN_STORAGE__URL", "sqlite:"+filepath.Join(t.TempDir(), "keyturn.db"))
			run(t.Context(), []string{"account", "list", "--lang", lang}, nil, &out, &told)
			_, hint, ok := strings.Cut(told.String(), "hint: ")
			if strays := keyturntest.Strays(lang, hint, "keyturn account add", "keyturn serve", "storage.url"); !ok || len(strays) > 0 {
				t.Errorf("it says %q in %s", strays, &told)
			}
			out.Reset()
			if run(t.Context(), []string{"account", "list", "--help"}, nil, &out, &told); !regexp.MustCompile(`--lang=LANG.*(?s:.{0,200})\b` + lang + `\b`).MatchString(out.String()) {
				t.Errorf("its help doesn't name %s:\n%s", lang, &out)
			}
		})
	}
}
