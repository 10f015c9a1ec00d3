package door_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"keyturn/test/browser"
)

// follows is a page that keeps what follow.js tells it.
const follows = `<!doctype html><title>x</title><script type="module">
import { follow } from "/door/follow.js";
window.told = []; window.lost = [];
follow("/events", (event) => { told.push(event.say); return true; }, (status) => lost.push(status));
</script>`

// A stream that is cut comes back by itself, and the page doesn't say that anything was
// wrong; that the server is gone it does say.
func TestOneLostStreamIsNotSaid(t *testing.T) {
	browser.Needed(t)
	var streams atomic.Int32
	gone := make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("/door/", http.FileServerFS(os.DirFS("../../web")))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, follows) })
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-gone:
			w.WriteHeader(http.StatusBadGateway)
			return
		default:
		}
		w.Header().Set("Content-Type", "text/event-stream")
		n := streams.Add(1)
		fmt.Fprintf(w, "retry: 50\ndata: {\"say\":\"%d\"}\n\n", n)
		if w.(http.Flusher).Flush(); n >= 4 { // the first ones are cut as they are heard
			select {
			case <-gone:
			case <-r.Context().Done():
			}
		}
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	desk := browser.NewDesktop(t, "en")
	desk.Open(strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + "/")
	desk.Awaits(`told.includes("4")`)
	if lost := browser.Eval[int](&desk.Window, `lost.length`); lost != 0 {
		t.Errorf("said %d times that the server can't be reached", lost)
	}
	close(gone)
	desk.Awaits(`lost.includes(0)`)
	desk.Open("about:blank")
}
