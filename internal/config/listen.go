package config

import "net"

// RedirectAt returns where plain http is redirected; "" for nowhere. must says that an
// operator has asked for it, so that failing is fatal.
func (c *Config) RedirectAt() (addr string, must bool) {
	host, port, err := net.SplitHostPort(c.Listen)
	switch {
	case c.TLS.Redirect == "off" || !c.OwnTLS():
		return "", false
	case c.TLS.Redirect != "":
		return c.TLS.Redirect, true
	case err == nil && port == "443":
		return net.JoinHostPort(host, "80"), false
	}
	return "", false
}
