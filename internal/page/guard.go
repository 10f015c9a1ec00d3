package page

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

const maxForm = 16 << 10 // bytes; the largest form of ours, eight recovery codes, is under 1 KiB

// policy is the Content-Security-Policy of every page: nothing but our own
// files, no script or style in the page itself, nobody's frame, and no text ever
// becomes a script (Trusted Types).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// ofPages are the headers that say what a page may do.
var ofPages = []struct{ name, value string }{
	{"Content-Security-Policy", policy},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"},
	{"Referrer-Policy", "same-origin"}, // not "no-referrer": a form's Origin would be null
	{"X-Frame-Options", "DENY"},        // for browsers that don't know frame-ancestors
}

// Stream takes away what only a page needs. The server keeps the headers of an
// answer, twice, for as long as it lasts: that is minutes for a stream.
func Stream(h http.Header) {
	for _, header := range ofPages {
		h.Del(header.name)
	}
}

// Guard sets the security headers of everything that next sends, refuses forms
// of other sites (spec §15), and reads a form before next sees it. Requests are
// refused by refuse, which shows why.
func (p *Renderer) Guard(next http.Handler, refuse func(http.ResponseWriter, *http.Request, int)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		if status := p.readForm(w, r); status != http.StatusOK {
			refuse(w, r, status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	for _, header := range ofPages {
		h.Set(header.name, header.value)
	}
}

// readForm reads the form of a POST. It returns the status to refuse it with, if it does.
func (p *Renderer) readForm(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodPost {
		return http.StatusOK
	}
	if !p.Own(r) {
		return http.StatusForbidden
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil || !isText(r.PostForm) {
		r.PostForm = nil
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// isText reports whether a form is what people can have typed. A NUL, or bytes that
// are no UTF-8, would be a fault of PostgreSQL's in every statement that they reach.
func isText(form url.Values) bool {
	for _, values := range form {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return false
			}
		}
	}
	return true
}

// Own reports whether a request comes from a page of ours, or from no page at
// all: a program, or an address that a person typed. Every browser of our time
// says Sec-Fetch-Site; Origin is for older ones.
func (p *Renderer) Own(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
		origin := r.Header.Get("Origin")
		return origin == "" || origin == p.origin
	}
	return false
}
