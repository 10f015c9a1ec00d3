package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
)

// A Secret is a setting that is never shown: whatever prints it, logs it or makes
// JSON of it writes "(secret)". string(s) is what it holds. Attack A65.
type Secret string

// An Address is that of a database, which may carry a password: of what prints it,
// it shows the parts that are known to be none. string(a) is all of it.
type Address string

// A concealed setting is read by few and shown to nobody.
type concealed interface{ shown() string }

func (s Secret) shown() string {
	if s == "" {
		return ""
	}
	return "(secret)"
}

// Format implements [fmt.Formatter], for every verb.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, s.shown()) }

// MarshalText implements [encoding.TextMarshaler].
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }

// shown is empty for no address, and "(secret)" for one that can't be taken apart.
func (a Address) shown() string {
	if a == "" {
		return ""
	}
	if file, ok := strings.CutPrefix(string(a), "sqlite:"); ok {
		file, _, more := strings.Cut(file, "?")
		return "sqlite:" + file + map[bool]string{true: "?…"}[more]
	}
	u, err := url.Parse(string(a))
	if err != nil || u.Scheme == "" || u.Opaque != "" || u.Fragment != "" || strings.Contains(u.Path+u.RawQuery, "@") {
		return "(secret)" // an @ there is the end of a password with a slash in it
	}
	u.RawQuery = harmless(u.RawQuery)
	return u.Redacted()
}

// plain are the parameters of an address that hold no secret. Others may: sslpassword
// and options carry passwords.
var plain = []string{"application_name", "channel_binding", "connect_timeout", "dbname", "default_query_exec_mode", "host",
	"pool_max_conns", "port", "search_path", "sslmode", "sslnegotiation", "target_session_attrs", "user"}

// harmless returns the parameters that hold no secret, and … in place of the others.
func harmless(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		if key, _, _ := strings.Cut(part, "="); part != "" && !slices.Contains(plain, key) {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "&")
}

// Format implements [fmt.Formatter], for every verb.
func (a Address) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, a.shown()) }

// MarshalText implements [encoding.TextMarshaler].
func (a Address) MarshalText() ([]byte, error) { return []byte(a.shown()), nil }

// Exposed says which secrets of a settings file everybody on this machine can read.
func (c *Config) Exposed(file string, from From) error {
	info, err := os.Stat(file)
	if err != nil || Open(info) == "" {
		return nil // there is no file, or none to speak of
	}
	var all faults
	for _, s := range Settings() {
		v := c.find(s.Key)
		secret, ok := v.Interface().(concealed)
		all.unless(!ok || from.Of(s.Key).Line == 0 || secret.shown() == v.String(), s.Key,
			"is a secret in a file that "+Open(info), "chmod o= "+file)
	}
	return errors.Join(all...)
}

// Open says what is wrong with the mode of a file that holds a secret; "" if nothing
// is. Its group is the operator's choice.
func Open(info fs.FileInfo) string {
	switch mode := info.Mode().Perm(); {
	case runtime.GOOS == "windows": // whose modes say nothing
		return ""
	case mode&0o004 != 0:
		return "everybody on this machine can read"
	case mode&0o002 != 0:
		return "everybody on this machine can change"
	}
	return ""
}
