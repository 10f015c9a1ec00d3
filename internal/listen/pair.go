package listen

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A Pair is a certificate and its key in two files, which a program beside the
// server may renew at any time.
type Pair struct {
	cert, key, host string
	now             func() time.Time
	log             *slog.Logger

	loaded atomic.Pointer[tls.Certificate]

	mu    sync.Mutex // whoever looks
	stamp [2]time.Time
	said  string // what is wrong, as it was told last
}

// OpenPair reads the two files. What is wrong with a certificate that can be read is
// told in the log: people may be there who can't be reached otherwise. The error is an
// [*Unusable].
func OpenPair(cert, key, host string, now func() time.Time, log *slog.Logger) (*Pair, error) {
	p := &Pair{cert: cert, key: key, host: host, now: now, log: log}
	if err := p.read(); err != nil {
		return nil, err
	}
	p.tell(nil)
	return p, nil
}

// Config implements [Certificates].
func (p *Pair) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.loaded.Load(), nil }}
}

// Look implements [Certificates]. It reads the files if they are others. While the new ones
// can't be used, such as when only one of them has been written yet, the old pair is.
func (p *Pair) Look(again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	stamp, err := p.stamps()
	if err == nil && (again || stamp != p.stamp) {
		err = p.read()
	}
	p.tell(err)
}

// stamps are the times of the two files.
func (p *Pair) stamps() (stamp [2]time.Time, err error) {
	for i, file := range []string{p.cert, p.key} {
		info, err := os.Stat(file)
		if err != nil {
			return stamp, p.unreadable(err)
		}
		stamp[i] = info.ModTime()
	}
	return stamp, nil
}

// read takes the pair in the files if it belongs together.
func (p *Pair) read() error {
	stamp, err := p.stamps()
	if err != nil {
		return err
	}
	fresh, err := load(p.cert, p.key)
	if err != nil {
		return p.unreadable(err)
	}
	p.stamp = stamp
	if old := p.loaded.Swap(&fresh); old != nil && !fresh.Leaf.Equal(old.Leaf) {
		p.log.Info("the certificate was renewed", slog.String("file", p.cert), slog.Time("until", fresh.Leaf.NotAfter))
	}
	return nil
}

// load reads a pair. A file whose last certificate has no end is being written just now.
func load(cert, key string) (tls.Certificate, error) {
	chain, err := os.ReadFile(cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	secret, err := os.ReadFile(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(chain, secret)
	if begun := bytes.Count(chain, []byte("-----BEGIN CERTIFICATE-----")); err == nil && begun != len(pair.Certificate) {
		err = fmt.Errorf("certificate %d has no end", begun)
	}
	return pair, err
}

// unreadable says which of the two files can't be used.
func (p *Pair) unreadable(err error) error {
	path, ok := errors.AsType[*fs.PathError](err)
	switch {
	case ok && path.Path == p.key:
		return &Unusable{"tls.key", "", err}
	case ok:
		return &Unusable{"tls.cert", "", err}
	}
	return &Unusable{"tls.cert", "a certificate with its chain, and its key, in PEM", fmt.Errorf("%s and %s: %w", p.cert, p.key, err)}
}

// Judge says why browsers or phones would refuse the pair in use.
func (p *Pair) Judge() error {
	now := p.loaded.Load()
	if err := judge(now.Leaf, p.host, p.now()); err != nil {
		return err
	}
	return chained(now)
}

// tell logs once what is wrong with the files, or else with the pair in use, and once
// that nothing is any more.
func (p *Pair) tell(err error) {
	text := "the certificate's files can't be used: the one before stays in use"
	if err == nil {
		text = "the certificate is refused by browsers"
		err = p.Judge()
	}
	switch {
	case err != nil && err.Error() != p.said:
		p.said = err.Error()
		p.log.Error(text, slog.String("file", p.cert), slog.Any("err", err))
	case err == nil && p.said != "":
		p.said = ""
		p.log.Info("the certificate is good again", slog.String("file", p.cert))
	}
}
