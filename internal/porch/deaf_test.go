package porch_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/internal/porch"
)

// A126: who asks by HTTP/2 and takes nothing, not even the end of a stream, has the connection
// for no longer than an answer by HTTP/1.1 may take.
func TestA126TakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, ended := time.Now(), make(chan time.Duration, 1)
		ours, theirs := net.Pipe() // it keeps nothing: each byte waits for its reader
		s := porch.Answering(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer func() { ended <- time.Since(began) }()
			out := http.NewResponseController(w)
			_ = out.SetWriteDeadline(time.Now().Add(time.Second)) // as a stream does
			_, _ = io.WriteString(w, ":\n\n")
			_ = out.Flush() // whether it fails is not the point: it returns
		}), slog.New(slog.DiscardHandler))
		s.Protocols = &http.Protocols{}
		s.Protocols.SetUnencryptedHTTP2(true)
		go func() { _ = s.Serve(&queue{next: []net.Conn{ours}}) }()
		if _, err := io.WriteString(theirs, http2Request); err != nil {
			t.Fatal(err)
		}
		select {
		case took := <-ended:
			if took > 90*time.Second {
				t.Errorf("it ended after %s", took)
			}
		case <-time.After(time.Hour):
			t.Error("it has the connection after an hour")
		}
		_, _ = theirs.Close(), s.Close() // it has been told
	})
}

// http2Request is the preface, no settings, and GET / as the first stream. RFC 9113 §3.4, RFC 7541 §A.
const http2Request = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
	"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x0e\x01\x05\x00\x00\x00\x01" + "\x82\x84\x86\x41\x09localhost\x90"
