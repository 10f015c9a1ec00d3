package config

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// prefix of the environment variables that are settings.
const prefix = "KEYTURN_"

// others are variables of that prefix that are no settings: ours, and those that
// Kubernetes makes for a service of that name.
var others = []string{"KEYTURN_CONFIG", "KEYTURN_LANG", "KEYTURN_VECTORS", "KEYTURN_TEST_", "KEYTURN_SERVICE_", "KEYTURN_PORT"}

// Variable returns the environment variable of a setting: "pin.min" is
// KEYTURN_PIN__MIN.
func Variable(key string) string {
	key = strings.ReplaceAll(strings.ReplaceAll(key, ".", "__"), "-", "_")
	return prefix + strings.ToUpper(key)
}

// environment reads the variables of the settings.
func (c *Config) environment(environ []string, from From) error {
	slices.Sort(environ) // of two errors always the same one is said
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(name, o) }) {
			continue
		}
		key, text, err := c.variable(name, text)
		if err == nil {
			err = c.Set(key, text)
		}
		if err != nil {
			return at(name, err)
		}
		from[top(key)] = Source(name)
	}
	return nil
}

// variable finds the setting that a variable gives, and its value. That of a
// secret may lie in the file that KEYTURN_…_FILE names.
func (c *Config) variable(name, text string) (key, value string, err error) {
	if lang, ok := strings.CutPrefix(name, prefix+"ORGANISATION__"); ok {
		return "organisation." + tag(lang), text, nil
	}
	for _, s := range Settings() {
		switch {
		case name == Variable(s.Key):
			return s.Key, text, nil
		case s.Secret && name == Variable(s.Key)+"_FILE" && !c.find(s.Key+"_file").IsValid():
			b, err := os.ReadFile(text)
			if err != nil {
				return "", "", fmt.Errorf("settings: %w", err)
			}
			return s.Key, strings.TrimRight(string(b), "\r\n"), nil
		}
	}
	key = strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, prefix), "__", "."))
	return "", "", &Unknown{Key: key, Nearest: nearest(key)}
}

// tag spells a language as its catalogue does: ZH_HANS is zh-Hans.
func tag(variable string) string {
	parts := strings.Split(strings.ToLower(variable), "_")
	for i, p := range parts[1:] {
		switch len(p) {
		case 4: // a script
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		case 2: // a region
			parts[i+1] = strings.ToUpper(p)
		}
	}
	return strings.Join(parts, "-")
}
