package listen_test

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keyturn/internal/listen"
	"keyturn/internal/listen/listentest"
)

// A certificate in files is taken anew when its files change, and what is wrong with it
// is told once, with the file's name, until it is right again.
func TestOwnCertificate(t *testing.T) {
	var log bytes.Buffer
	now := time.Now()
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	if _, err := pair(cert, key, func() time.Time { return now }, &log); err == nil || !strings.HasPrefix(err.Error(), "tls.cert: stat "+cert) {
		t.Fatalf("without the files that the settings name: %v", err)
	}
	first := listentest.Certificate(t, cert, key, now.Add(-time.Hour))
	look, err := pair(cert, key, func() time.Time { return now }, &log)
	if err != nil {
		t.Fatal(err)
	}
	var second []byte
	for _, step := range []struct {
		name string
		do   func() []byte // returns the certificate that is expected
		says string        // in the one new line; "": none
	}{
		{"at first", func() []byte { return first }, ""},
		{"half written", func() []byte { listentest.Write(t, cert, []byte("-----BEGIN"), now); return first }, "level=ERROR msg=\"the certificate's files can't be used"},
		{"still", func() []byte { return first }, ""},
		{"with half of the one that signed it", func() []byte {
			listentest.Certificate(t, cert, key, now)
			listentest.Write(t, cert, append(read(t, cert), "-----BEGIN CERTIFICATE-----\nMIIB"...), now)
			return first
		}, "certificate 2 has no end"},
		{"renewed", func() []byte { second = listentest.Certificate(t, cert, key, now); return second }, "the certificate was renewed"},
		{"its key alone is missing", func() []byte { remove(t, key); return second }, "no such file"},
		{"renewed again", func() []byte { second = listentest.Certificate(t, cert, key, now.Add(time.Minute)); return second }, "the certificate was renewed"},
		{"of the time before, as a copy may be", func() []byte { second = listentest.Certificate(t, cert, key, now.Add(-time.Minute)); return second }, "the certificate was renewed"},
		{"for nobody any more", func() []byte { now = now.Add(25 * time.Hour); return second }, "has expired"},
		{"a day later", func() []byte { now = now.Add(25 * time.Hour); return second }, ""},
		{"for tomorrow", func() []byte { second = listentest.Certificate(t, cert, key, now.Add(48*time.Hour)); return second }, "is not valid yet"},
		{"tomorrow", func() []byte { now = now.Add(49 * time.Hour); return second }, "level=INFO msg=\"the certificate is good again\" file="},
	} {
		want := step.do()
		log.Reset()
		if got := look(false); !bytes.Equal(got, want) {
			t.Errorf("%s: another certificate", step.name)
		}
		said := strings.TrimSuffix(log.String(), "\n")
		if step.says == "" && said != "" || !strings.Contains(said, step.says) || said != "" && !strings.Contains(said, "file="+cert) {
			t.Errorf("%s: the log says %q, want %q", step.name, said, step.says)
		}
		look(false)
		if again := log.String(); strings.TrimSuffix(again, "\n") != said {
			t.Errorf("%s: it is said again: %s", step.name, again)
		}
	}
}

// An operator who has put files there with the time of the old ones says so by SIGHUP.
func TestCertificateIsReadAgain(t *testing.T) {
	at := time.Now().Add(-time.Hour)
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	first := listentest.Certificate(t, cert, key, at)
	look, err := pair(cert, key, time.Now, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	second := listentest.Certificate(t, cert, key, at)
	if !bytes.Equal(look(false), first) || !bytes.Equal(look(true), second) {
		t.Error("the files are not read again, or without being asked")
	}
}

// pair is the certificate in two files: what it is now, after looking.
func pair(cert, key string, now func() time.Time, log io.Writer) (look func(again bool) []byte, err error) {
	p, err := listen.OpenPair(cert, key, "localhost", now, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		return nil, err
	}
	return func(again bool) []byte {
		p.Look(again)
		got, _ := p.Config().GetCertificate(nil) // can't fail
		return got.Certificate[0]
	}, nil
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
