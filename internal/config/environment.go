package config

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// prefix of the environment variables that are settings. Others may have it too:
// Kubernetes makes KEYTURN_DB_PORT and more for a service of that name.
const prefix = "KEYTURN_"

// commands are variables of ours that are no settings.
var commands = []string{"KEYTURN_CONFIG", "KEYTURN_LANG"}

// Variable returns the environment variable of a setting: "pin.min" is
// KEYTURN_PIN__MIN.
func Variable(key string) string {
	key = strings.ReplaceAll(strings.ReplaceAll(key, ".", "__"), "-", "_")
	return prefix + strings.ToUpper(key)
}

// environment reads the variables of the settings.
func (c *Config) environment(environ []string, from From) (all faults) {
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || slices.Contains(commands, name) || kubernetes().MatchString(name) {
			continue
		}
		key, text, err := c.variable(name, text)
		if key != "" && err == nil {
			err = c.Set(key, text)
			from[top(key)] = Source{Name: name}
		}
		all.add(Source{Name: name}, err)
	}
	return all
}

// variable finds the setting that a variable gives, and its value. That of a
// secret may lie in the file that KEYTURN_…_FILE names. A variable with the prefix is
// somebody else's, and key empty, unless it has the double underscore or is
// nearly one of ours.
func (c *Config) variable(name, text string) (key, value string, err error) {
	if lang, ok := strings.CutPrefix(name, prefix+"ORGANISATION__"); ok && lang != "" {
		return "organisation." + tag(lang), text, nil
	}
	for _, s := range Settings() {
		switch {
		case name == Variable(s.Key) && s.Key != "organisation":
			return s.Key, text, nil
		case s.Secret && name == Variable(s.Key)+"_FILE" && !c.find(s.Key+"_file").IsValid():
			b, err := os.ReadFile(text)
			if err != nil {
				return "", "", fmt.Errorf("%s: %w", name, err)
			}
			return s.Key, strings.TrimRight(strings.TrimPrefix(string(b), "\ufeff"), "\r\n"), nil
		}
	}
	nearest := nearestVariable(name)
	if nearest == "" && !strings.Contains(name, "__") {
		return "", "", nil
	}
	return "", "", &Unknown{Key: name, Nearest: nearest}
}

// kubernetes matches the variables that it makes for each service of a namespace.
var kubernetes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`_SERVICE_(HOST|PORT\w*)$|_PORT(_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)?$`)
})

// nearestVariable returns the variable of ours that may be meant by a name; empty if
// none is near. The shorter a name is, the fewer slips it may have.
func nearestVariable(name string) (nearest string) {
	fold := strings.NewReplacer(prefix, "", "__", "_").Replace
	least := 3
	for ours, meant := range variables() {
		short := min(len(fold(name)), len(fold(ours)))
		if d := distance(fold(name), fold(ours)); 3*d < short && (d < least || d == least && meant < nearest) {
			nearest, least = meant, d
		}
	}
	return nearest
}

// variables are the names that mean one of ours, and the right one. What is no secret
// is read from no file, but KEYTURN_NUMBER_FILE is meant for us.
func variables() map[string]string {
	all := map[string]string{}
	for _, name := range commands {
		all[name] = name
	}
	for _, s := range Settings() {
		name, file := Variable(s.Key), ""
		if s.Key == "organisation" {
			name += "__EN"
		}
		if s.Secret {
			file = "_FILE"
		}
		all[Variable(s.Key)], all[Variable(s.Key)+"_FILE"] = name, name+file
	}
	return all
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
