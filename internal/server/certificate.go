package server

import (
	"bytes"
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
		return newFetched(c, origin.Hostname(), with), keeps(c.CertificateFolder())
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

// chained says why phones can't follow a certificate to an authority that they know.
// Browsers on a desk often know what is missing from elsewhere, or fetch it; phones
// don't. That a public authority signs by another certificate is told by where to fetch
// that one (RFC 5280 §4.2.2.1).
func chained(c *tls.Certificate) error {
	for i, der := range c.Certificate[1:] {
		above, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("certificate %d of its file: %w", i+2, err)
		}
		below, _ := x509.ParseCertificate(c.Certificate[i]) // which was parsed before
		if !bytes.Equal(below.RawIssuer, above.RawSubject) || below.CheckSignatureFrom(above) != nil {
			return fmt.Errorf("certificate %d of its file didn't sign the one before it: each is followed by the one that signed it", i+2)
		}
	}
	if len(c.Certificate) == 1 && len(c.Leaf.IssuingCertificateURL) > 0 {
		return fmt.Errorf("is alone in its file, which phones refuse: the one that signed it, %q, has to follow it there (certbot: fullchain.pem)", c.Leaf.Issuer.CommonName)
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
	if err := p.judge(); err != nil {
		return errors.Join(fault("tls.cert", fmt.Errorf("%s %w", p.cert, err), ""), hidden("tls.key", p.key))
	}
	return hidden("tls.key", p.key)
}
