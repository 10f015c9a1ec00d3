package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"keyturn/internal/config"
)

// Listen opens the address of the settings, with TLS if they say so. Plain http
// happens only where [config.Config.Check] allows it.
func Listen(ctx context.Context, c config.Config) (net.Listener, error) {
	secure, err := tlsConfig(c)
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if secure == nil {
		return l, nil
	}
	return tls.NewListener(l, secure), nil
}

// tlsConfig returns nil for plain http.
func tlsConfig(c config.Config) (*tls.Config, error) {
	switch {
	case c.TLS.Autocert:
		return autocertConfig(c)
	case c.TLS.Cert != "":
		p := &pair{cert: c.TLS.Cert, key: c.TLS.Key, now: time.Now}
		if _, err := p.get(nil); err != nil {
			return nil, fmt.Errorf("tls: %w", err)
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: p.get}, nil
	}
	return nil, nil
}

// autocertConfig fetches certificates for the host of public_url and no other,
// with the challenge that arrives at this very port (TLS-ALPN-01).
func autocertConfig(c config.Config) (*tls.Config, error) {
	origin, err := config.ParseOrigin(c.PublicURL)
	if err != nil {
		return nil, err
	}
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(c.CertificateFolder()),
		HostPolicy: autocert.HostWhitelist(origin.Hostname()),
		Email:      c.TLS.Email,
	}
	if c.TLS.Directory != "" {
		m.Client = &acme.Client{DirectoryURL: c.TLS.Directory}
	}
	t := m.TLSConfig()
	t.MinVersion = tls.VersionTLS12
	return t, nil
}

// A pair is a certificate and its key in two files, which a program beside the
// server may renew at any time.
type pair struct {
	cert, key string
	now       func() time.Time

	mu     sync.Mutex
	loaded *tls.Certificate
	of     time.Time // when the file that is loaded was written
	looked time.Time
}

// lookEvery is how often the file is looked at: people renew days before the end.
const lookEvery = 10 * time.Second

// get implements GetCertificate of [tls.Config]. While the new files can't be
// used, such as when only one of them has been written yet, the old pair is.
func (p *pair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.loaded != nil && now.Sub(p.looked) < lookEvery {
		return p.loaded, nil
	}
	p.looked = now
	info, err := os.Stat(p.cert)
	if err == nil && (p.loaded == nil || !info.ModTime().Equal(p.of)) {
		var fresh tls.Certificate
		if fresh, err = tls.LoadX509KeyPair(p.cert, p.key); err == nil {
			p.loaded, p.of = &fresh, info.ModTime()
		}
	}
	if p.loaded == nil {
		return nil, err
	}
	return p.loaded, nil
}

// InUse reports whether an error of [Listen] says that another program has the
// port.
func InUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
