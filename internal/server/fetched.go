package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"keyturn/internal/config"
	"keyturn/internal/owner"
)

// fetched is a certificate that is fetched and renewed by ACME, for the host of
// public_url and no other, with the challenge that arrives at this very port
// (TLS-ALPN-01).
type fetched struct {
	from func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	tls  *tls.Config
	host string
	with With

	mu   sync.Mutex
	last *tls.Certificate // nil: none has come yet
	said bool             // that none comes
}

func newFetched(c config.Config, host string, with With) *fetched {
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(c.CertificateFolder()),
		HostPolicy: autocert.HostWhitelist(host),
		Email:      c.TLS.Email,
	}
	if c.TLS.Directory != "" {
		m.Client = &acme.Client{DirectoryURL: c.TLS.Directory}
	}
	f := &fetched{from: m.GetCertificate, tls: m.TLSConfig(), host: host, with: with}
	f.tls.MinVersion, f.tls.GetCertificate = tls.VersionTLS12, f.get
	return f
}

// keeps says why certificates can't be kept in a folder, or those that are there can't be
// read: by whoever served before, root most likely. A disk that takes nothing is no reason
// not to start with the certificate that is there.
func keeps(folder string) error {
	err := errors.Join(os.MkdirAll(folder, 0o700), writable(folder))
	files, unlisted := os.ReadDir(folder)
	err = errors.Join(err, unlisted)
	for _, file := range files {
		if file.Type().IsRegular() {
			_, unread := os.ReadFile(filepath.Join(folder, file.Name()))
			err = errors.Join(err, unread)
		}
	}
	if !errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return fault("tls.cache", fmt.Errorf("certificates can't be kept: %w", err), "chown -R "+owner.User(os.Geteuid())+" "+folder)
}

// writable makes a file in a folder, and removes it.
func writable(folder string) error {
	f, err := os.CreateTemp(folder, "new-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (f *fetched) config() *tls.Config { return f.tls }

// get implements GetCertificate of [tls.Config]. What comes of a hello for another
// host, or of one by which the authority looks at us, says nothing about ours.
func (f *fetched) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c, err := f.from(hello)
	challenge := len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acme.ALPNProto
	if strings.EqualFold(hello.ServerName, f.host) && !challenge {
		f.tell(c, err)
	}
	return c, err
}

// look judges the certificate that came last: renewing it is tried every hour when a
// third of its life, or thirty days, are left, and says nothing when it fails.
func (f *fetched) look(bool) {
	f.mu.Lock()
	c := f.last
	f.mu.Unlock()
	if c != nil {
		f.tell(c, nil)
	}
}

// tell logs once that no certificate comes, and once that one has come.
func (f *fetched) tell(c *tls.Certificate, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.last, err = c, f.overdue(c)
	}
	switch host := slog.String("host", f.host); {
	case err != nil && !f.said:
		f.with.Log.Error("no certificate comes from the authority: it has to reach this server at port 443 of the host", host, slog.Any("err", err))
	case err == nil && f.said:
		f.with.Log.Info("a certificate has come", host, slog.Time("until", c.Leaf.NotAfter))
	}
	f.said = err != nil
}

// overdue says that half the time has gone in which a certificate is renewed.
func (f *fetched) overdue(c *tls.Certificate) error {
	renewing := min(c.Leaf.NotAfter.Sub(c.Leaf.NotBefore)/3, 30*24*time.Hour)
	if c.Leaf.NotAfter.Sub(f.with.Now()) < renewing/2 {
		return errors.New("it isn't renewed, and ends at " + c.Leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}
