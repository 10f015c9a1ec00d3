// Command bare is the plain server that Keyturn is compared with: what net/http does for
// a greeting, for a stream of events and around a password hash, and nothing else.
//
//	bare ADDRESS CERTIFICATE KEY
//
// It is a program of its own, so that a start of it is that of nothing else. A signal ends it.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	"golang.org/x/crypto/argon2"
)

// hashed is what /hash tells.
type hashed struct {
	Took time.Duration `json:"took"` // of one hash, on the wall
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("bare ADDRESS CERTIFICATE KEY")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello\n")) })
	mux.HandleFunc("POST /hello", greet)
	mux.HandleFunc("GET /events", tell)
	mux.HandleFunc("GET /relay", hear)
	mux.HandleFunc("POST /relay", pass)
	mux.HandleFunc("GET /hash", hash)
	s := &http.Server{Addr: os.Args[1], Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
	log.Fatal(s.ListenAndServeTLS(os.Args[2], os.Args[3]))
}

// greet reads a body and answers with a few words, as an approval is answered.
func greet(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return // the driver has gone
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"state":"approved"}` + "\n"))
}

// tell begins a stream of events, says one thing and then nothing.
func tell(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "data: %s\n\n", `{"state":"waiting"}`)
	if http.NewResponseController(w).Flush() == nil {
		<-r.Context().Done()
	}
}

// relayed takes what one connection posts to the stream of another.
var relayed = make(chan struct{}, 1)

// hear is a stream that says one thing, and another for each that is posted.
func hear(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for fmt.Fprintf(w, "data: %s\n\n", `{"state":"waiting"}`); http.NewResponseController(w).Flush() == nil; fmt.Fprintf(w, "data: %s\n\n", `{"state":"approved"}`) {
		select {
		case <-relayed:
		case <-r.Context().Done():
			return
		}
	}
}

// pass is greet, and tells the stream.
func pass(w http.ResponseWriter, r *http.Request) {
	relayed <- struct{}{}
	greet(w, r)
}

// hash computes the unit n times: Argon2id with 19 MiB, two passes, one lane.
func hash(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || n < 1 || n > 1000 {
		http.Error(w, "n", http.StatusBadRequest)
		return
	}
	began := time.Now()
	for range n {
		argon2.IDKey([]byte("a password of some length"), []byte("sixteen of salt!"), 2, 19*1024, 1, 32)
	}
	_ = json.NewEncoder(w).Encode(hashed{time.Since(began) / time.Duration(n)}) // the driver has gone
}
