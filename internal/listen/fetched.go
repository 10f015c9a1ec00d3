package listen

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

	"keyturn/internal/owner"
)

// fetched is a certificate that is fetched and renewed by ACME, for one host and no other,
// with the challenge that arrives at this very port (TLS-ALPN-01).
type fetched struct {
	from func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	tls  *tls.Config
	host string
	now  func() time.Time
	log  *slog.Logger

	mu   sync.Mutex
	last *tls.Certificate // nil: none has come yet
	said bool             // that none comes
}

// A From says where certificates are fetched, and for whom.
type From struct {
	Host      string
	Folder    string // where they are kept
	Email     string // that the authority writes to; may be empty
	Directory string // of the authority (RFC 8555 §7.1.1); empty: Let's Encrypt
}

// Fetch returns the certificate of a host. It comes when somebody asks for it first. The error
// is an [*Unusable].
func Fetch(from From, now func() time.Time, log *slog.Logger) (Certificates, error) {
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(from.Folder),
		HostPolicy: autocert.HostWhitelist(from.Host),
		Email:      from.Email,
	}
	if from.Directory != "" {
		m.Client = &acme.Client{DirectoryURL: from.Directory}
	}
	f := &fetched{from: m.GetCertificate, tls: m.TLSConfig(), host: from.Host, now: now, log: log}
	f.tls.MinVersion, f.tls.GetCertificate = tls.VersionTLS12, f.get
	return f, keeps(from.Folder)
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
	return &Unusable{"tls.cache", "chown -R " + owner.User(os.Geteuid()) + " " + folder, fmt.Errorf("certificates can't be kept: %w", err)}
}

// writable makes a file in a folder, and removes it.
func writable(folder string) error {
	f, err := os.CreateTemp(folder, "new-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// Config implements [Certificates].
func (f *fetched) Config() *tls.Config { return f.tls }

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

// Look implements [Certificates]. It judges the certificate that came last: renewing it is tried every hour when a
// third of its life, or thirty days, are left, and says nothing when it fails.
func (f *fetched) Look(bool) {
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
		f.log.Error("no certificate comes from the authority: it has to reach this server at port 443 of the host", host, slog.Any("err", err))
	case err == nil && f.said:
		f.log.Info("a certificate has come", host, slog.Time("until", c.Leaf.NotAfter))
	}
	f.said = err != nil
}

// overdue says that half the time has gone in which a certificate is renewed.
func (f *fetched) overdue(c *tls.Certificate) error {
	renewing := min(c.Leaf.NotAfter.Sub(c.Leaf.NotBefore)/3, 30*24*time.Hour)
	if c.Leaf.NotAfter.Sub(f.now()) < renewing/2 {
		return errors.New("it isn't renewed, and ends at " + c.Leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}
