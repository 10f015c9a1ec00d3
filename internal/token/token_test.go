package token_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"keyturn/internal/token"
)

func TestNew(t *testing.T) {
	one, two := token.New(), token.New()
	if len(one) != 43 || one == two {
		t.Errorf("drew values of %d characters, alike: %t", len(one), one == two)
	}
	if len(one.Hash()) != 32 || bytes.Equal(one.Hash(), two.Hash()) {
		t.Error("two values have one hash")
	}
}

// The same parts give the same value; no other parts and no other key do.
func TestDerive(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	one := token.Derive(key, "radius", "ab", "c")
	if one != token.Derive(key, "radius", "ab", "c") || len(one.Hash()) != 32 {
		t.Error("what was said again has another value")
	}
	for name, other := range map[string]token.Token{
		"parts that join to the same text": token.Derive(key, "radius", "a", "bc"),
		"one part more":                    token.Derive(key, "radius", "ab", "c", ""),
		"another key":                      token.Derive(bytes.Repeat([]byte{8}, 32), "radius", "ab", "c"),
	} {
		if other == one {
			t.Errorf("%s: the value is the same", name)
		}
	}
}

// A68: a value that is cut, longer or spelled otherwise is nobody's.
func TestA68Hash(t *testing.T) {
	value := strings.Repeat("Ab3_", 10) + "xYw"
	for _, tt := range []struct {
		name, value string
		good        bool
	}{
		{"as it was given", value, true},
		{"empty", "", false},
		{"cut", value[:42], false},
		{"longer", value + "A", false},
		{"padded", value + "=", false},
		{"a space before it", " " + value, false},
		{"a line feed behind it", value + "\n", false},
		{"unused bits set", value[:42] + "x", false},
		{"the other alphabet", strings.ReplaceAll(value, "_", "/"), false},
	} {
		if got := token.Token(tt.value).Hash(); (got != nil) != tt.good {
			t.Errorf("%s: hash %v, want one: %v", tt.name, got, tt.good)
		}
	}
}

// No verb, no log and no JSON shows a value, wherever it stands.
func TestNothingShown(t *testing.T) {
	value := token.New()
	inside := struct {
		By   token.Token
		Many []token.Token
	}{value, []token.Token{value}}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(h).Info("asked", "by", value, "in", inside, "at", &inside)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %v"} {
		text := fmt.Sprintf(verb, value) + fmt.Sprintf(verb, inside) + fmt.Sprintf(verb, &inside)
		if strings.Contains(text, string(value)) || strings.Contains(text, fmt.Sprintf("%x", string(value))) {
			t.Errorf("%s shows it: %s", verb, text)
		}
	}
	if strings.Contains(log.String(), string(value)) {
		t.Errorf("a log shows it: %s", &log)
	}
}
