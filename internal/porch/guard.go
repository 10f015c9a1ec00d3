// Package porch is what a connection and a request pass before a door sees them, whoever
// comes: how many connections are open, whose requests are worked at, where they come from,
// how long and how slow they may be.
package porch

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"

	"keyturn"
)

// What a stranger may send, and how slowly. Doors have smaller bounds of their
// own; these hold for whatever they forget.
const (
	maxHeader  = 16 << 10         // bytes; ours stay below 2 KiB, and other programs of a domain may set cookies too
	readHeader = 4 * maxHeader    // bytes that are read, so that what is too long gets an answer with words
	maxBody    = 64 << 10         // bytes
	HeaderIn   = 10 * time.Second // the whole header
	bodyIn     = 20 * time.Second // the whole body
	answerIn   = 90 * time.Second // an answer; longer than a phone's call is held, streams lift it
	takeIn     = 20 * time.Second // by HTTP/2, the next byte of an answer
	idle       = 2 * time.Minute  // a kept connection without a request
)

// HSTS is what browsers are told about coming by https only; "" for nothing. It holds
// for every program on the host, on whatever port (RFC 6797 §8.2): only who has the
// host's own port takes it for the whole host unasked.
func HSTS(setting, origin string) string {
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Scheme != "https":
		return "" // which browsers would not look at
	case setting == "forget":
		return "max-age=0"
	case setting == "on", setting == "auto" && u.Port() == "":
		return "max-age=31536000" // a year
	}
	return ""
}

// Answering is the bounds of every answer. By HTTP/2 they hold for streams, and a connection
// that takes nothing takes no end of a stream either: it has a bound of its own, A126.
func Answering(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: HeaderIn, // no ReadTimeout: it would end held calls; guard bounds bodies
		WriteTimeout:      answerIn,
		IdleTimeout:       idle,
		MaxHeaderBytes:    readHeader,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: mostStreams, WriteByteTimeout: takeIn},
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// What a request passes before a door sees it stands on the stack of each browser that
// waits, and a stack of over 2.8 KiB takes 16 KiB instead of 8 (runtime.shrinkstack). So
// each of these handlers leaves its work to a function that has returned by then.

// A Guard is what every request passes first.
type Guard struct {
	HSTS     string          // that browsers are told; "": nothing
	Draining context.Context // ends when the server begins to stop
	Log      *slog.Logger
}

// Before returns next with the guard before it.
func (g *Guard) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer g.recovered(w, r)
		next.ServeHTTP(g.bounded(w, r), r)
	})
}

// bounded returns the writer of an answer, and bounds the body of its request.
func (g *Guard) bounded(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if g.HSTS != "" {
		w.Header().Set("Strict-Transport-Security", g.HSTS)
	}
	if r.Method == http.MethodPost { // what is not repeated by itself
		w = &leaving{ResponseWriter: w, guard: g}
	}
	if r.ContentLength != 0 { // nobody sends a body byte by byte for ever
		// A writer without deadlines has no slow sender.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyIn))
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	return w
}

// Sized answers requests whose header is too long by tooLong.
func Sized(next, tooLong http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sizeOf(r) > maxHeader {
			tooLong.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sizeOf is how many bytes the header of a request has.
func sizeOf(r *http.Request) int {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	return size
}

// A leaving writer tells the browser to connect anew if the server stops: on a
// connection that is kept, its next request could cross with the end of it.
type leaving struct {
	http.ResponseWriter
	guard *Guard
	begun bool
}

// WriteHeader implements [http.ResponseWriter]. It asks as late as it can: the
// server may have begun to stop since the request came.
func (l *leaving) WriteHeader(status int) {
	if !l.begun && l.guard.Draining.Err() != nil {
		l.Header().Set("Connection", "close")
	}
	l.begun = true
	l.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (l *leaving) Write(p []byte) (int, error) {
	if !l.begun {
		l.WriteHeader(http.StatusOK)
	}
	return l.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (l *leaving) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// recovered turns a panic into an answer without words and a line in the log
// that says where, but not what was in the hands of the code.
func (g *Guard) recovered(w http.ResponseWriter, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler {
		panic(fault)
	}
	g.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("at", place()), slog.String("kind", fmt.Sprintf("%T", fault)),
		slog.String("reference", keyturn.NewReference()))
	w.WriteHeader(http.StatusInternalServerError) // too late if the answer has begun; then it is cut short
}

// place is where the panic began, as file:line.
func place() string {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			return fmt.Sprintf("%s:%d", frame.File, frame.Line)
		}
		if !more {
			return "unknown"
		}
	}
}
