package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// A server that stops ends the streams that wait, so that browsers come back to
// whoever listens next, and finishes what was asked: of people who sign in while
// it stops, each gets a whole answer or never got through to it.
func TestStopCutsNobodyOff(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp("7Kq#2")
	page := w.Browser().SignIn(ada)
	events := page.Browser.Follow("/sign-in/events?request=" + requestOf(page))
	<-events

	var people sync.WaitGroup
	var whole atomic.Int64
	begun := make(chan struct{}, 100)
	for range 4 {
		people.Go(func() {
			var from atomic.Value // address of the newest connection, once there is one
			from.Store(net.Addr(&net.TCPAddr{}))
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
				Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
					if err == nil {
						from.Store(conn.LocalAddr())
					}
					return conn, err
				}}}
			for {
				begun <- struct{}{}
				answer, err := client.PostForm(w.Origin+"/sign-in", url.Values{"name": {"ada"}, "password": {"wrong"}})
				if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) && !w.Accepted(from.Load().(net.Addr)) {
					return // it never got through
				}
				if err != nil {
					t.Errorf("cut off: %v", err)
					return
				}
				text, err := io.ReadAll(answer.Body)
				if err != nil || !strings.Contains(string(text), "</html>") {
					t.Errorf("half an answer: %v after %q", err, text)
				}
				_ = answer.Body.Close()
				whole.Add(1)
			}
		})
	}
	for range 10 {
		<-begun
	}
	w.Stop()
	people.Wait()
	for range events { // until the stream ends
	}
	if whole.Load() < 6 {
		t.Errorf("%d whole answers, want at least those that were under way", whole.Load())
	}
}

// A server that has stopped leaves its database in one file: whoever copies that has
// everything.
func TestStopLeavesOneFile(t *testing.T) {
	folder := t.TempDir()
	w := keyturntest.Start(t, keyturntest.In("sqlite:"+filepath.Join(folder, "keyturn.db"), filepath.Join(t.TempDir(), "key")))
	ada := w.Person("ada")
	ada.SetUp("7Kq#2")
	w.Browser().SignIn(ada)
	w.Stop()
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("stopping leaves %v, %v", left, err)
	}
}

// What is held when the server stops is answered at once, with what there is.
func TestStopAnswersHeldCalls(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp("7Kq#2")
	var seen atomic.Int64
	listening := make(chan struct{}, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- ada.Phone.Listen(t.Context(), ada.Phone.Accounts()[0].Device, func([]phone.Request) error {
			seen.Add(1)
			listening <- struct{}{}
			return nil
		})
	}()
	<-listening
	w.Stop()
	if err := <-ended; err == nil {
		t.Error("the phone listens to nobody")
	}
}
