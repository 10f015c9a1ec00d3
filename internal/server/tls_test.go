package server_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/server"
)

// A browser gets HTTP/2 over the operator's certificate, __Host- cookies, and is
// told to stay with https.
func TestTLS(t *testing.T) {
	folder := t.TempDir()
	c := config.Default()
	c.PublicURL, c.Listen, c.Storage.URL = "https://localhost:8443", "127.0.0.1:0", "sqlite::memory:"
	c.TLS.Cert, c.TLS.Key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	known := x509.NewCertPool()
	cert, err := x509.ParseCertificate(certificate(t, c, time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	known.AddCert(cert)
	s, err := server.Open(t.Context(), c, server.With{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := server.Listen(t.Context(), c)
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
	if answer.StatusCode != 200 || answer.Proto != "HTTP/2.0" || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s over %s, HSTS %q", answer.Status, answer.Proto, answer.Header.Get("Strict-Transport-Security"))
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

// With a certificate in files the server speaks TLS and HTTP/2, and takes a
// renewed one without a restart.
func TestOwnCertificate(t *testing.T) {
	folder := t.TempDir()
	c := config.Default()
	c.Listen, c.TLS.Cert, c.TLS.Key = "127.0.0.1:0", filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	if _, err := server.Listen(t.Context(), c); err == nil {
		t.Fatal("listening without the files that the settings name")
	}
	now := time.Now()
	first := certificate(t, c, now.Add(-time.Hour))
	get := server.Certificate(c.TLS.Cert, c.TLS.Key, func() time.Time { return now })
	for _, step := range []struct {
		name string
		do   func() []byte // returns the certificate that is expected
	}{
		{"at first", func() []byte { return first }},
		{"half written", func() []byte { write(t, c.TLS.Cert, []byte("-----BEGIN"), now); return first }},
	} {
		want := step.do()
		now = now.Add(time.Minute)
		if got, err := get(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: another certificate, %v", step.name, err)
		}
	}
	second := certificate(t, c, now)
	now = now.Add(time.Minute)
	if got, err := get(); err != nil || !bytes.Equal(got, second) {
		t.Errorf("renewed: still the old certificate, %v", err)
	}
}

// certificate writes a new pair for localhost and returns the certificate.
func certificate(t *testing.T, c config.Config, at time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(at.UnixNano()), DNSNames: []string{"localhost"}, NotAfter: at.Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, c.TLS.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), at)
	write(t, c.TLS.Cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), at)
	return der
}

// write writes a file that is so old.
func write(t *testing.T, file string, text []byte, at time.Time) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, at, at); err != nil {
		t.Fatal(err)
	}
}
