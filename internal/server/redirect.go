package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"keyturn/internal/config"
)

// redirectAt returns where plain http is redirected; "" for nowhere. must says that an
// operator has asked for it, so that failing is fatal.
func redirectAt(c config.Config) (addr string, must bool) {
	host, port, err := net.SplitHostPort(c.Listen)
	switch {
	case c.TLS.Redirect == "off" || !c.OwnTLS():
		return "", false
	case c.TLS.Redirect != "":
		return c.TLS.Redirect, true
	case err == nil && port == "443":
		return net.JoinHostPort(host, "80"), false
	}
	return "", false
}

// listenPlain listens where plain http is redirected; nil: nowhere.
func (s *Server) listenPlain(ctx context.Context) (net.Listener, error) {
	addr, must := redirectAt(s.config)
	if addr == "" {
		return nil, nil
	}
	l, err := s.open(ctx, addr)
	if err != nil && !must {
		s.with.Log.LogAttrs(ctx, slog.LevelWarn, `whoever types the address without https gets no answer; tls.redirect = "off" if that is meant`, slog.Any("err", err))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.crowd.on(l), nil
}

// plain answers plain http: it leads to the origin and does nothing else. What was
// posted isn't asked for again, since it came in the clear.
func plain(origin string) *http.Server {
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
	return &http.Server{Handler: http.HandlerFunc(handler), ReadTimeout: headerIn, WriteTimeout: headerIn, MaxHeaderBytes: maxHeader}
}
