package server

import (
	"net/http"
	"sync"
)

// later is a door that opens when somebody first comes to it. Reading the phone
// app takes longer than all the rest of a start, and a phone that waits for it
// once waits for 13 ms.
func later(open func() http.Handler) http.Handler {
	door := sync.OnceValue(open)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { door().ServeHTTP(w, r) })
}
