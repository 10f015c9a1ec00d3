package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A wire is one kept connection over which requests go that were written down
// before: so the driver's own work stays small beside the server's.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

// wireBuffer is enough for the head of an answer.
const wireBuffer = 2 << 10 // bytes

// dial connects from the loopback address of person i, and shakes hands.
func (b *bench) dial(ctx context.Context, to string, i int) (*wire, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: address(i)}, Timeout: 20 * time.Second}
	plain, err := d.DialContext(ctx, "tcp", to)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(plain, b.trust("http/1.1"))
	if err := conn.HandshakeContext(ctx); err != nil {
		plain.Close()
		return nil, err
	}
	return &wire{conn, bufio.NewReaderSize(conn, wireBuffer)}, nil
}

// address is where person i comes from: everybody has an address of their own.
func address(i int) net.IP { return net.IPv4(127, byte(16+i>>16), byte(i>>8), byte(i)) }

func (w *wire) close() { _ = w.conn.Close() } // nothing is left to be said

// answerIn is how long any answer may take.
const answerIn = 30 * time.Second

// do sends a request and reads the answer to its end.
func (w *wire) do(request []byte) (status int, body []byte, err error) {
	if err := w.conn.SetDeadline(time.Now().Add(answerIn)); err != nil {
		return 0, nil, err
	}
	if _, err := w.conn.Write(request); err != nil {
		return 0, nil, err
	}
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

// listen sends a request for a stream and returns after its first event. The
// stream stays open.
func (w *wire) listen(request []byte) error {
	if err := w.conn.SetDeadline(time.Now().Add(answerIn)); err != nil {
		return err
	}
	if _, err := w.conn.Write(request); err != nil {
		return err
	}
	head := ""
	for {
		line, err := w.in.ReadString('\n')
		if err != nil {
			return err
		}
		if head == "" {
			head = line
		}
		switch {
		case strings.HasPrefix(line, "data: "):
			return w.conn.SetDeadline(time.Time{})
		case line == "\r\n" && !strings.Contains(head, " 200 "):
			return fmt.Errorf("stream refused: %s", strings.TrimSpace(head))
		}
	}
}

// What a browser of our time sends with everything.
const browserHead = "User-Agent: " + userAgent + "\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n" +
	"Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n"

const userAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"

// get writes a browser's request down.
func get(path, cookie string) []byte {
	head := "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n" + browserHead
	if cookie != "" {
		head += "Cookie: " + cookie + "\r\n"
	}
	return []byte(head + "\r\n")
}

// post writes a phone's request down.
func post(path, authorization string, body []byte) []byte {
	head := "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	if authorization != "" {
		head += "Authorization: " + authorization + "\r\n"
	}
	return fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

// flight is how many are on their way at once.
const flight = 64

// each runs f for 0 to n-1, most of them at once, and returns the first error.
func each(n, most int, f func(worker, i int) error) error {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	for worker := range min(n, most) {
		all.Go(func() {
			for i := int(next.Add(1) - 1); i < n && failed.Load() == nil; i = int(next.Add(1) - 1) {
				if err := f(worker, i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// lines opens n kept connections to a server.
func (b *bench) lines(ctx context.Context, to string, n int) (all []*wire, err error) {
	all = make([]*wire, n)
	err = each(n, flight, func(_, i int) (err error) {
		all[i], err = b.dial(ctx, to, i)
		return err
	})
	return all, err
}

func hangUp(all []*wire) {
	for _, w := range all {
		if w != nil {
			w.close()
		}
	}
}

// unit computes n password hashes in the bare server, and returns what one costs
// there: on the wall, and of its processor.
func (b *bench) unit(ctx context.Context, bare *process, n int) (wall, cpu time.Duration, err error) {
	w, err := b.dial(ctx, b.bareAt, 0)
	if err != nil {
		return 0, 0, err
	}
	defer w.close()
	before, err := bare.cpu()
	if err != nil {
		return 0, 0, err
	}
	status, body, err := w.do(get(fmt.Sprintf("/hash?n=%d", n), ""))
	if err != nil || status != http.StatusOK {
		return 0, 0, fmt.Errorf("hash: status %d: %w", status, err)
	}
	after, err := bare.cpu()
	if err != nil {
		return 0, 0, err
	}
	var h struct{ Took time.Duration } // of one hash, on the wall
	err = json.Unmarshal(body, &h)
	return h.Took, (after - before) / time.Duration(n), err
}
