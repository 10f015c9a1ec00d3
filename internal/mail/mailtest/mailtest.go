// Package mailtest is a mail server on loopback, for tests.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// How to log in.
const (
	User     = "keyturn"
	Password = "correct horse"
)

// A Letter is one that was taken.
type Letter struct {
	From string
	To   []string
	UTF8 bool // it was said to need SMTPUTF8
	Data string
}

// A Server takes letters from who logs in. Its fields may be set before the first
// connection.
type Server struct {
	Addr  string         // HOST:PORT
	Roots *x509.CertPool // that know its certificate
	PEM   []byte         // its certificate

	// Refuse is asked for each recipient; nil takes all.
	Refuse func(to string) error

	// Offer are the kinds of login that it offers; nil: PLAIN. It takes letters from anybody
	// if there are none.
	Offer []string

	// Accept are those of them by which one gets in; nil: by each.
	Accept []string

	// Refusal makes the answer to a login that isn't right, of its last response; nil: 535.
	Refusal func(response string) *smtp.SMTPError

	// Cut is called when a login begins, and says whether the connection ends without a
	// word; nil: it never does.
	Cut func(kind string) bool

	// Rounds are those of PBKDF2 that it asks for in a SCRAM login; 0: 4096.
	Rounds int

	// Dialogue plays the logins of a mail server that breaks the rules, in the place of those
	// of this package: each returned function takes one login's responses in turn, nil before
	// the first, and returns the challenges, or that it is done and whether one is let in.
	Dialogue func(kind string) func(response []byte) (challenge []byte, done, right bool)

	// Closes says that the connection ends with such an answer; of code 0, without a word.
	Closes bool

	// Babble is what it says again and again, without end, in the place of an answer to a login.
	Babble string

	// Unencrypted says that logins are offered and letters taken without encryption too.
	Unencrypted bool

	// Taken is called when a letter has arrived and its sender isn't told yet.
	Taken func(Letter)

	inner   *smtp.Server
	mu      sync.Mutex
	letters []Letter
	logins  []string
	arrived chan struct{}
}

// Start starts a server that is spoken to by STARTTLS. It goes with its test.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t, func(l net.Listener, _ *tls.Config) net.Listener { return l })
}

// StartTLS starts one that speaks TLS from the first byte.
func StartTLS(t testing.TB) *Server {
	t.Helper()
	return start(t, tls.NewListener)
}

func start(t testing.TB, wrap func(net.Listener, *tls.Config) net.Listener) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cert, roots := certificate(t)
	s := &Server{Addr: l.Addr().String(), Roots: roots, PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), arrived: make(chan struct{}, 1000)}
	inner := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	s.inner, inner.Domain = inner, "localhost"
	inner.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	inner.AllowInsecureAuth = true                            // which a session decides
	go func() { _ = inner.Serve(wrap(l, inner.TLSConfig)) }() // ends by Close
	t.Cleanup(func() { _ = inner.Close() })
	return s
}

// OfferUTF8 has it offer SMTPUTF8, RFC 6531, to whoever connects from now on.
func (s *Server) OfferUTF8() { s.inner.EnableSMTPUTF8 = true }

// Logins are the kinds of the logins that were tried so far, in their order.
func (s *Server) Logins() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.logins...)
}

// Letters are those that have arrived so far.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Wait returns the letters as soon as there are so many.
func (s *Server) Wait(t testing.TB, n int) []Letter {
	t.Helper()
	late := time.After(3 * time.Minute) // on a busy machine
	for {
		if all := s.Letters(); len(all) >= n {
			return all
		}
		select {
		case <-s.arrived:
		case <-late:
			t.Fatalf("%d letters have arrived, want %d", len(s.Letters()), n)
		}
	}
}

// session is one connection. It implements [smtp.AuthSession].
type session struct {
	server *Server
	conn   *smtp.Conn
	in     bool
	letter Letter
}

func (c *session) Mail(from string, how *smtp.MailOptions) error {
	if open := c.server.Offer != nil && len(c.server.Offer) == 0; !c.in && !open {
		return smtp.ErrAuthRequired
	}
	c.letter = Letter{From: from, UTF8: how.UTF8}
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if c.server.Refuse != nil {
		if err := c.server.Refuse(to); err != nil {
			return err
		}
	}
	c.letter.To = append(c.letter.To, to)
	return nil
}

func (c *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.letter.Data = string(data)
	s := c.server
	s.mu.Lock()
	s.letters = append(s.letters, c.letter)
	s.mu.Unlock()
	if s.Taken != nil {
		s.Taken(c.letter)
	}
	s.arrived <- struct{}{}
	return nil
}

func (c *session) Reset() { c.letter = Letter{} }

func (c *session) Logout() error { return nil }

// certificate makes one for 127.0.0.1 that is good for the time of a test.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
