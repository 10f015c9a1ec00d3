package door_test

import (
	"testing"

	"keyturn/internal/door"
)

// What a browser is led to belongs to an application: it never runs in our page, and it never
// is whatever plain HTTP makes of it.
func TestLeads(t *testing.T) {
	for address, want := range map[string]string{
		"https://wiki.example.org/cb?x=1": "by itself",
		"http://localhost:8080/cb":        "by itself",
		"http://127.0.0.1:8080/cb":        "by itself",
		"http://[::1]:8080/cb":            "by itself",
		"com.example.app:/cb?x=1":         "by a tap",
		"com.example.app://cb":            "by a tap",
		"http://wiki.example.org/cb":      "not",
		"http://localhost.example.org/":   "not",
		"https:///cb":                     "not",
		"javascript:alert(1)":             "not",
		"JavaScript:alert(1)":             "not",
		"\tjavascript:alert(1)":           "not",
		"java\nscript:alert(1)":           "not",
		"data:text/html,x":                "not",
		"blob:https://id.example.org/x":   "not",
		"app:/cb":                         "not",
		"//wiki.example.org/cb":           "not",
		"/sign-in":                        "not",
		"":                                "not",
	} {
		got := "by a tap"
		switch self, err := door.Leads(address); {
		case err != nil:
			got = "not"
		case self:
			got = "by itself"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", address, got, want)
		}
	}
}
