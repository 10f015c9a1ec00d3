package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/listen"
)

// Listen opens the address of the settings, with TLS if they say so, and with it all others
// at which [Server.Serve] will answer: who has it knows that none of them fails. Plain http
// happens only where [config.Config.Check] allows it.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	l, err := s.open(ctx, s.config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if err := s.listenAside(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if s.certificates == nil {
		return l, nil
	}
	return tls.NewListener(l, s.certificates.Config()), nil
}

// open opens an address of the settings, or takes it from who holds it.
func (s *Server) open(ctx context.Context, address string) (net.Listener, error) {
	if file, ok := config.Socket(address); ok {
		return s.with.Hold.Open(ctx, listen.Socket, file)
	}
	return s.with.Hold.Open(ctx, listen.TCP, address)
}

// HoldAddresses opens the ports at which a server of these settings listens: as root, which
// may open ports that others may not, and then becomes somebody else.
func HoldAddresses(ctx context.Context, c config.Config) *listen.Hold {
	plain, _ := c.RedirectAt()
	socket := func(address string) bool { _, is := config.Socket(address); return is }
	return listen.NewHold(ctx, slices.DeleteFunc([]string{c.Listen, c.Health, plain}, socket)...)
}

// listenPlain listens where plain http is redirected; nil: nowhere.
func (s *Server) listenPlain(ctx context.Context) (net.Listener, error) {
	addr, must := s.config.RedirectAt()
	if addr == "" {
		return nil, nil
	}
	l, err := s.open(ctx, addr)
	if err != nil && !must {
		s.with.Log.LogAttrs(ctx, slog.LevelWarn, `whoever types the address without https gets no answer; tls.redirect = "off" if that is meant`, slog.Any("err", err))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.crowd.On(l), nil
}

// openCertificates returns nil for plain http.
func openCertificates(c config.Config, with With) (listen.Certificates, error) {
	origin, err := config.ParseOrigin(c.PublicURL)
	switch {
	case err != nil:
		return nil, err
	case c.TLS.Autocert:
		from := listen.From{Host: origin.Hostname(), Folder: c.CertificateFolder(), Email: c.TLS.Email, Directory: c.TLS.Directory}
		f, err := listen.Fetch(from, with.Now, with.Log)
		return f, unusable(err)
	case c.TLS.Cert != "":
		p, err := listen.OpenPair(c.TLS.Cert, c.TLS.Key, origin.Hostname(), with.Now, with.Log)
		return p, unusable(err)
	}
	return nil, nil
}

// unusable is an error of package listen as one of a setting.
func unusable(err error) error {
	if u, ok := errors.AsType[*listen.Unusable](err); ok {
		return fault(u.Setting, u, u.Hint)
	}
	return err
}

// inspectTLS looks at the files of a certificate. One that is fetched comes when the
// server runs.
func inspectTLS(_ context.Context, c config.Config) error {
	if c.TLS.Cert == "" {
		return nil
	}
	origin, _ := config.ParseOrigin(c.PublicURL) // of which it was said already
	p, err := listen.OpenPair(c.TLS.Cert, c.TLS.Key, origin.Hostname(), time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return unusable(err)
	}
	if err := p.Judge(); err != nil {
		return errors.Join(fault("tls.cert", fmt.Errorf("%s %w", c.TLS.Cert, err), ""), hidden("tls.key", c.TLS.Key))
	}
	return hidden("tls.key", c.TLS.Key)
}
