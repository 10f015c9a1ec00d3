package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"keyturn/internal/config"
)

// certificates are where this server's certificate comes from. It may be looked at by
// several callers at once.
type certificates interface {
	// config is how connections are encrypted.
	config() *tls.Config

	// look looks whether the certificate is good, and tells once what has become of
	// it. again means that an operator wants its files to be read, whatever their times.
	look(again bool)
}

// lookEvery is how often a certificate is looked at: people renew days before the end.
const lookEvery = 10 * time.Second

// openCertificates returns nil for plain http.
func openCertificates(c config.Config, with With) (certificates, error) {
	origin, err := config.ParseOrigin(c.PublicURL)
	switch {
	case err != nil:
		return nil, err
	case c.TLS.Autocert:
		return newFetched(c, origin.Hostname(), with), nil
	case c.TLS.Cert != "":
		return openPair(c, origin.Hostname(), with)
	}
	return nil, nil
}

// watch looks at the certificate until ctx ends.
func (s *Server) watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.certificates.look(false)
		case <-ctx.Done():
			return
		}
	}
}

// judge says why browsers would refuse a certificate for a host; "" for whatever host.
// Whom they trust it doesn't know.
func judge(leaf *x509.Certificate, host string, now time.Time) error {
	day := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	switch {
	case now.After(leaf.NotAfter):
		return errors.New("has expired: it was good until " + day(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		return errors.New("is not valid yet: it is good from " + day(leaf.NotBefore))
	case host != "" && leaf.VerifyHostname(host) != nil:
		return fmt.Errorf("is not for %s but for %q", host, leaf.DNSNames)
	}
	return nil
}

// inspectTLS looks at the files of a certificate. One that is fetched comes when the
// server runs.
func inspectTLS(_ context.Context, c config.Config) error {
	if c.TLS.Cert == "" {
		return nil
	}
	origin, _ := config.ParseOrigin(c.PublicURL) // of which it was said already
	p, err := openPair(c, origin.Hostname(), With{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if err := judge(p.loaded.Load().Leaf, p.host, time.Now()); err != nil {
		return errors.Join(fault("tls.cert", fmt.Errorf("%s %w", p.cert, err), ""), hidden("tls.key", p.key))
	}
	return hidden("tls.key", p.key)
}
