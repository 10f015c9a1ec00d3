package porch

import (
	"net/http"
	"strings"
)

// Plain answers plain http: it leads to the origin and does nothing else. What was
// posted isn't asked for again, since it came in the clear.
func Plain(origin string) *http.Server {
	handler := func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.EscapedPath()
		if !strings.HasPrefix(path, "/") {
			path = "/" // "GET *" would lengthen the host
		}
		if r.URL.RawQuery != "" {
			path += "?" + r.URL.RawQuery
		}
		w.Header().Set("Connection", "close")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Location", origin+path)
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Location", origin+"/")
			w.WriteHeader(http.StatusSeeOther)
			return
		}
		w.WriteHeader(http.StatusFound)
	}
	return &http.Server{Handler: http.HandlerFunc(handler), ReadTimeout: HeaderIn, WriteTimeout: HeaderIn, MaxHeaderBytes: maxHeader}
}
