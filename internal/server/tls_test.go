package server_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/listen/listentest"
	"keyturn/internal/server"
)

// A browser gets HTTP/2 over the operator's certificate, and on a port of its own it is
// told nothing about the other programs of the host.
// With A124: a connection has a hundred requests at once.
func TestTLS(t *testing.T) {
	folder := t.TempDir()
	c := config.Default()
	c.PublicURL, c.Listen, c.Storage.URL = "https://localhost:8443", "127.0.0.1:0", "sqlite::memory:"
	c.TLS.Cert, c.TLS.Key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	known := x509.NewCertPool()
	cert, err := x509.ParseCertificate(certificate(t, c, time.Now().Add(-time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	known.AddCert(cert)
	s, err := server.Open(t.Context(), c, server.With{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: known, ServerName: "localhost"}, ForceAttemptHTTP2: true}}
	answer, err := client.Get("https://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != 200 || answer.Proto != "HTTP/2.0" || answer.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%s over %s, HSTS %q", answer.Status, answer.Proto, answer.Header.Get("Strict-Transport-Security"))
	}
	if n := streams(t, l.Addr().String(), known); n != 100 {
		t.Errorf("a connection has %d requests at once", n)
	}
	plain, err := http.Get("http://" + l.Addr().String() + "/")
	if err == nil {
		_ = plain.Body.Close()
	}
	if err == nil && plain.StatusCode == 200 {
		t.Error("the same port speaks plain http")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// streams is how many requests at once a server lets a connection have: setting 3 of the frame
// with which it begins (RFC 9113 §6.5), 0 if it has none.
func streams(t *testing.T, address string, known *x509.CertPool) (most uint32) {
	t.Helper()
	c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: known, ServerName: "localhost", NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() // it has told all
	if _, err := io.WriteString(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"); err != nil {
		t.Fatal(err)
	}
	var head [9]byte
	if _, err := io.ReadFull(c, head[:]); err != nil || head[3] != 4 {
		t.Fatalf("the server begins with % x, %v", head, err)
	}
	settings := make([]byte, int(head[1])<<8|int(head[2]))
	if _, err := io.ReadFull(c, settings); err != nil {
		t.Fatal(err)
	}
	for s := range slices.Chunk(settings, 6) {
		if binary.BigEndian.Uint16(s) == 3 {
			most = binary.BigEndian.Uint32(s[2:])
		}
	}
	return most
}

// What is wrong with a file that the settings name is found before the server starts.
func TestInspectFiles(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	for _, tt := range []struct {
		name string
		do   func(c *config.Config)
		want []string // faults
	}{
		{"a good one", func(c *config.Config) { certificate(t, *c, time.Now().Add(-time.Hour)) }, nil},
		{"one that has expired", func(c *config.Config) { certificate(t, *c, time.Now().Add(-48*time.Hour)) }, []string{"tls.cert: CERT has expired: it was good until "}},
		{"one of tomorrow", func(c *config.Config) { certificate(t, *c, time.Now().Add(24*time.Hour)) }, []string{"tls.cert: CERT is not valid yet: it is good from "}},
		{"one for another host", func(c *config.Config) {
			certificate(t, *c, time.Now())
			c.PublicURL = "https://auth.example.com"
		}, []string{`tls.cert: CERT is not for auth.example.com but for ["localhost"]`}},
		{"a key that belongs to another one", func(c *config.Config) {
			certificate(t, *c, time.Now())
			old, _ := os.ReadFile(c.TLS.Key)
			certificate(t, *c, time.Now())
			write(t, c.TLS.Key, old, time.Now())
		}, []string{"tls.cert: CERT and KEY: tls: private key does not match public key"}},
		{"a key that everybody can read", func(c *config.Config) {
			certificate(t, *c, time.Now())
			if err := os.Chmod(c.TLS.Key, 0o644); err != nil {
				t.Fatal(err)
			}
		}, []string{"tls.key: KEY is a secret that everybody on this machine can read"}},
		{"one of a public authority, alone", func(c *config.Config) { ours.signs(t, *c) }, []string{`tls.cert: CERT is alone in its file, which phones refuse: the one that signed it, "Authority", has to follow`}},
		{"one of a public authority, followed by the one that signed it", func(c *config.Config) {
			write(t, c.TLS.Cert, append(ours.signs(t, *c), ours.pem()...), time.Now())
		}, nil},
		{"one that is followed by another authority of the same name", func(c *config.Config) {
			write(t, c.TLS.Cert, append(ours.signs(t, *c), other.pem()...), time.Now())
		}, []string{"tls.cert: CERT certificate 2 of its file didn't sign the one before it"}},
		{"one that is preceded by the one that signed it", func(c *config.Config) {
			write(t, c.TLS.Cert, append(ours.pem(), ours.signs(t, *c)...), time.Now())
		}, []string{"tls.cert: CERT and KEY: tls: private key does not match public key"}},
		{"no key", func(c *config.Config) { certificate(t, *c, time.Now()); remove(t, c.TLS.Key) }, []string{"tls.key: stat KEY: no such file"}},
		{"a log in no folder", func(c *config.Config) {
			certificate(t, *c, time.Now().Add(-time.Minute))
			c.Log.File = filepath.Join(filepath.Dir(c.TLS.Cert), "no", "log")
		}, []string{"log.file: stat "}},
		{"a log that is a folder", func(c *config.Config) {
			certificate(t, *c, time.Now().Add(-time.Minute))
			c.Log.File = filepath.Dir(c.TLS.Cert)
		}, []string{"log.file: open "}},
		{"a log that is there", func(c *config.Config) {
			certificate(t, *c, time.Now().Add(-time.Minute))
			c.Log.File = c.TLS.Cert
		}, nil},
		{"an old one and a key that is none", func(c *config.Config) {
			certificate(t, *c, time.Now().Add(-48*time.Hour))
			c.Seal.KeyFile = filepath.Join(t.TempDir(), "key")
			write(t, c.Seal.KeyFile, []byte("x"), time.Now())
		}, []string{"tls.cert: CERT has expired", "seal.key_file: seal: not a Tink keyset"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			c := config.Default()
			c.PublicURL, c.Storage.URL = "https://localhost:8443", config.Address("sqlite:"+filepath.Join(folder, "keyturn.db"))
			c.TLS.Cert, c.TLS.Key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
			tt.do(&c)
			got := config.Leaves(server.Inspect(t.Context(), c, nil))
			for i, want := range tt.want {
				want = strings.NewReplacer("CERT", c.TLS.Cert, "KEY", c.TLS.Key).Replace(want)
				if len(got) != len(tt.want) || !strings.HasPrefix(got[i].Error(), want) {
					t.Fatalf("Inspect: %v, want %s", got, want)
				}
			}
			if len(got) > len(tt.want) {
				t.Errorf("Inspect: %v, want nothing", got)
			}
		})
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

// certificate writes a new pair for localhost and returns the certificate.
func certificate(t *testing.T, c config.Config, at time.Time) []byte {
	t.Helper()
	return listentest.Certificate(t, c.TLS.Cert, c.TLS.Key, at)
}

// write writes a file that is so old.
func write(t *testing.T, file string, text []byte, at time.Time) {
	t.Helper()
	listentest.Write(t, file, text, at)
}
