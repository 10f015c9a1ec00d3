package listen

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// Certificates are where a server's certificate comes from. It may be looked at by several
// callers at once.
type Certificates interface {
	// Config is how connections are encrypted.
	Config() *tls.Config

	// Look looks whether the certificate is good, and tells once what has become of
	// it. again means that an operator wants its files to be read, whatever their times.
	Look(again bool)
}

// lookEvery is how often a certificate is looked at: people renew days before the end.
const lookEvery = 10 * time.Second

// Watch looks at a certificate until ctx ends.
func Watch(ctx context.Context, c Certificates) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.Look(false)
		case <-ctx.Done():
			return
		}
	}
}

// An Unusable says which file or folder of a certificate can't be used.
type Unusable struct {
	Setting string // that names it, such as "tls.cert"
	Hint    string // what to do; may be empty
	Err     error
}

func (u *Unusable) Error() string { return u.Setting + ": " + u.Err.Error() }

// Unwrap is for [errors.Is].
func (u *Unusable) Unwrap() error { return u.Err }

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
