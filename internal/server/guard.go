package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"keyturn"
)

// What a stranger may send, and how slowly. Doors have smaller bounds of their
// own; these hold for whatever they forget.
const (
	maxHeader   = 16 << 10         // bytes; ours stay below 2 KiB
	maxBody     = 64 << 10         // bytes
	headerIn    = 10 * time.Second // the whole header
	bodyIn      = 20 * time.Second // the whole body
	answerIn    = 90 * time.Second // an answer; longer than a phone's call is held, streams lift it
	idle        = 2 * time.Minute  // a kept connection without a request
	hstsOneYear = "max-age=31536000"
)

// guard is what every request passes first.
func (s *Server) guard(next http.Handler) http.Handler {
	secure := strings.HasPrefix(s.Origin, "https:")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.recovered(w, r)
		if secure {
			w.Header().Set("Strict-Transport-Security", hstsOneYear)
		}
		if s.drain.Err() != nil {
			w.Header().Set("Connection", "close") // the next request goes to whoever listens then
		}
		if r.ContentLength != 0 { // nobody sends a body byte by byte for ever
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyIn)) // a writer without deadlines has no slow sender
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into an answer without words and a line in the log
// that says where, but not what was in the hands of the code.
func (s *Server) recovered(w http.ResponseWriter, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler {
		panic(fault)
	}
	s.with.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("at", place()), slog.String("kind", fmt.Sprintf("%T", fault)),
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
