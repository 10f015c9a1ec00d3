package listen_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"keyturn/internal/listen"
)

// An authority that hands out no certificate is told of once, and so is the end of it;
// strangers who ask for other hosts say nothing about ours.
func TestAuthorityThatFails(t *testing.T) {
	var log bytes.Buffer
	now, refused := time.Now(), errors.New("acme: no answer at port 443")
	old := &tls.Certificate{Leaf: &x509.Certificate{NotBefore: now, NotAfter: now.Add(90 * 24 * time.Hour)}}
	from := func() (*tls.Certificate, error) { return nil, refused }
	get, look := listen.Fetched("auth.example.com", func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)),
		func() (*tls.Certificate, error) { return from() })
	ours := func() { get(&tls.ClientHelloInfo{ServerName: "Auth.example.com"}) }
	for _, step := range []struct {
		name string
		do   func()
		says string
	}{
		{"nobody has come yet", look, ""},
		{"a stranger who asks for another host", func() { get(&tls.ClientHelloInfo{ServerName: "example.com"}) }, ""},
		{"one that names none", func() { get(&tls.ClientHelloInfo{}) }, ""},
		{"the authority that looks at us", func() {
			get(&tls.ClientHelloInfo{ServerName: "auth.example.com", SupportedProtos: []string{"acme-tls/1"}})
		}, ""},
		{"the first visitor", ours, "no certificate comes from the authority"},
		{"the second one", ours, ""},
		{"a certificate", func() { from = func() (*tls.Certificate, error) { return old, nil }; ours() }, "a certificate has come"},
		{"sixty days later", func() { now = now.Add(60*24*time.Hour + time.Hour); look() }, ""},
		{"seventy-five days later, and it wasn't renewed", func() { now = now.Add(15 * 24 * time.Hour); look() }, "it isn't renewed, and ends at "},
		{"the day after", func() { now = now.Add(24 * time.Hour); look(); ours() }, ""},
		{"renewed", func() {
			old = &tls.Certificate{Leaf: &x509.Certificate{NotBefore: now, NotAfter: now.Add(90 * 24 * time.Hour)}}
			ours()
		}, "a certificate has come"},
	} {
		log.Reset()
		step.do()
		if said := log.String(); step.says == "" && said != "" || !strings.Contains(said, step.says) || strings.Count(said, "\n") > 1 {
			t.Errorf("%s: the log says %q, want %q", step.name, said, step.says)
		}
	}
}
