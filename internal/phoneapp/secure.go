package phoneapp

import (
	"net/http"
	"path"
)

// The Content-Security-Policy of the app: nothing but our own files and API, no
// script or style inside a page, nobody's frame, and one Trusted Types policy,
// which returns nothing but the worker's address (web/phone/lib/worker.js).
// blob: and data: are pictures that the person picked or the app drew.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types keyturn-worker"

// The policy of the worker itself. Under require-trusted-types-for its
// importScripts would throw, and it has no page that text could reach.
const workerPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'"

// secure sets the security headers of everything that next sends.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		if name := path.Base(r.URL.Path); name == "sw.js" || name == "shell.js" {
			h.Set("Content-Security-Policy", workerPolicy)
		}
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), "+
			"microphone=(), geolocation=(), payment=(), usb=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY") // for browsers that don't know frame-ancestors
		next.ServeHTTP(w, r)
	})
}
