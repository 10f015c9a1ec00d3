// Package acme shows that "keyturn serve" gets its certificate from a certificate
// authority. The authority is Pebble, the one that Let's Encrypt made for tests; it
// is in this module so that the server's own stays small.
package acme

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

const host = "auth.keyturn.test"

// With tls.autocert the first visitor's page comes with a certificate that the
// authority has issued, after it has asked at the very port (TLS-ALPN-01, RFC 8737);
// after a restart it comes with the same one. Who asks for another name gets none.
func TestAutocert(t *testing.T) {
	folder := t.TempDir()
	authority := httptest.NewTLSServer(nil) // it becomes one when the server's port is known
	t.Cleanup(authority.Close)
	settings := write(t, folder, "keyturn.toml", `
public_url = "https://`+host+`"
listen = "127.0.0.1:0"
[storage]
url = "sqlite:`+filepath.Join(folder, "keyturn.db")+`"
[seal]
key_file = "`+filepath.Join(folder, "key")+`"
[tls]
autocert = true
directory = "`+authority.URL+wfe.DirectoryPath+`"
`)
	env := append(os.Environ(), "SSL_CERT_FILE="+writeCertificate(t, folder, authority.Certificate()))
	program := build(t, folder)

	first, stop := serve(t, program, settings, env)
	roots := pebble(t, authority, first)
	issued := visit(t, first, roots)
	if c, err := tls.Dial("tcp", first, &tls.Config{ServerName: "other.keyturn.test", RootCAs: roots}); err == nil {
		_ = c.Close()
		t.Error("there is a certificate for another name")
	}
	stop()
	again, stop := serve(t, program, settings, env)
	if kept := visit(t, again, roots); kept.SerialNumber.Cmp(issued.SerialNumber) != 0 {
		t.Error("after a restart it is another certificate")
	}
	stop()
}

// pebble makes a server the authority: it calls at the port of addr, wherever a name
// leads. It returns what the authority's certificates are signed by.
func pebble(t *testing.T, authority *httptest.Server, addr string) *x509.CertPool {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0")
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	quiet, kept := log.New(io.Discard, "", 0), db.NewMemoryStore()
	signer := ca.New(quiet, kept, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: 86400}})
	judge := va.New(quiet, 1, port, true, names(t), kept)
	front := wfe.New(quiet, kept, judge, signer, []string{"pebble.test"}, true, false, 0, 0)
	authority.Config.Handler = front.Handler()
	roots := x509.NewCertPool()
	roots.AddCert(signer.GetRootCert(0).Cert)
	return roots
}

// names is a name server for which every name is this machine. It returns its address.
func names(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg).SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			a.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(127, 0, 0, 1)}}
		}
		_ = w.WriteMsg(a) // who asked is gone
	})}
	go func() { _ = s.ActivateAndServe() }() // until it is shut down
	t.Cleanup(func() { _ = s.Shutdown() })
	return l.Addr().String()
}

// build builds the server's program, of the module above.
func build(t *testing.T, folder string) string {
	t.Helper()
	program := filepath.Join(folder, "keyturn")
	cmd := exec.Command("go", "build", "-C", "../..", "-o", program, "./cmd/keyturn")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// serve runs "keyturn serve" and returns where it listens, and what ends it.
func serve(t *testing.T, program, settings string, env []string) (addr string, stop func()) {
	t.Helper()
	cmd := exec.Command(program, "serve", "-c", settings)
	cmd.Env, cmd.Stderr = env, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended, if all went well
	said, _ := bufio.NewReader(out).ReadString('\n')
	addr = regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(said)
	if addr == "" {
		t.Fatalf("the server said %q", said)
	}
	return addr, func() {
		t.Helper()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("stopping: %v", err)
		}
	}
}

// visit opens the page of the public address as a browser that knows the authority,
// and returns the certificate that it came with.
func visit(t *testing.T, addr string, roots *x509.CertPool) *x509.Certificate {
	t.Helper()
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		}}}
	defer browser.CloseIdleConnections()
	page, err := browser.Get("https://" + host + "/")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(page.Body)
	_ = page.Body.Close() // it was read
	if err != nil || page.StatusCode != http.StatusOK || page.Proto != "HTTP/2.0" || !regexp.MustCompile(`id="signin"`).Match(text) {
		t.Fatalf("%s over %s, %v:\n%s", page.Status, page.Proto, err, text)
	}
	return page.TLS.PeerCertificates[0]
}

func writeCertificate(t *testing.T, folder string, c *x509.Certificate) string {
	t.Helper()
	return write(t, folder, "authority.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})))
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
