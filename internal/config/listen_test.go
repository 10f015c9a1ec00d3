package config_test

import (
	"testing"

	"keyturn/internal/config"
)

// Where plain http is redirected, unless an operator says otherwise.
func TestRedirectAt(t *testing.T) {
	own := config.TLS{Cert: "a", Key: "b"}
	for _, tt := range []struct {
		name, listen string
		tls          config.TLS
		want         string
	}{
		{"TLS on port 443", ":443", own, ":80"},
		{"on one address", "192.0.2.1:443", own, "192.0.2.1:80"},
		{"on one IPv6 address", "[2001:db8::1]:443", own, "[2001:db8::1]:80"},
		{"fetched certificates", ":443", config.TLS{Autocert: true}, ":80"},
		{"TLS on another port", ":8443", own, ""},
		{"a proxy speaks TLS", "127.0.0.1:443", config.TLS{}, ""},
		{"asked for", ":8443", config.TLS{Cert: "a", Key: "b", Redirect: ":8080"}, ":8080, or it is an error"},
		{"turned off", ":443", config.TLS{Cert: "a", Key: "b", Redirect: "off"}, ""},
	} {
		c := config.Default()
		c.Listen, c.TLS = tt.listen, tt.tls
		got, must := c.RedirectAt()
		if must {
			got += ", or it is an error"
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
