package server

import (
	"net/http"
	"sync"
)

// later is a door that opens beside the others: who comes through it first waits
// for it. Reading the phone app takes a third of the time of a start, and nobody
// asks for it in the first moment.
func later(open func() http.Handler) http.Handler {
	door := sync.OnceValue(open)
	go door()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { door().ServeHTTP(w, r) })
}
