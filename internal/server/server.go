// Package server introduces everyone to everyone, listens, and stops without
// cutting anyone off. It holds no rule: an if about what the server does belongs
// into a package that has a test for it.
package server

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/deviceapi"
	"keyturn/internal/door"
	"keyturn/internal/help"
	"keyturn/internal/listen"
	"keyturn/internal/page"
	"keyturn/internal/phoneapp"
	"keyturn/internal/policy"
	"keyturn/internal/porch"
	"keyturn/internal/portal"
	"keyturn/internal/signin"
	"keyturn/locale"
	"keyturn/web"
)

// A Server is one node, ready to serve. [Server.Serve] may be called once.
type Server struct {
	*Services
	handler      http.Handler
	runners      []Runner
	crowd        *porch.Crowd
	certificates listen.Certificates // nil: plain http
	drain        context.Context     // ends when streams and held calls have to
	stop         context.CancelFunc
}

// Open connects the services and opens the doors. It listens nowhere yet. A database
// that isn't there it makes, and one of an older version it brings up to date.
func Open(ctx context.Context, c config.Config, with With) (*Server, error) {
	services, err := connect(ctx, c, with, migrates)
	if err != nil {
		return nil, err
	}
	s := &Server{Services: services}
	if s.certificates, err = openCertificates(c, s.with); err != nil {
		return nil, errors.Join(err, services.Close())
	}
	for _, open := range []error{hidden("seal.key_file", c.KeyFile()), hidden("tls.key", c.TLS.Key)} {
		if open != nil {
			s.with.Log.LogAttrs(ctx, slog.LevelWarn, "a secret is open to others; see: keyturn config check", slog.Any("err", open))
		}
	}
	if err := c.Unseen(); err != nil {
		s.with.Log.LogAttrs(ctx, slog.LevelWarn, "everybody has the proxy's address; see: keyturn config check", slog.Any("err", err))
	}
	trusted, err := proxies(c)
	if err != nil {
		return nil, errors.Join(err, services.Close())
	}
	s.crowd = porch.NewCrowd(c.Limits.Connections, c.Limits.ConnectionsEach, trusted, s.with.Log)
	s.drain, s.stop = context.WithCancel(context.Background())
	s.runners = s.running()
	if s.handler, err = s.routes(web.Files, trusted); err != nil {
		return nil, errors.Join(err, services.Close())
	}
	return s, nil
}

// routes puts every door at its place, and what all requests pass before them.
func (s *Server) routes(files fs.FS, trusted porch.Proxies) (http.Handler, error) {
	pages, err := page.New(files, s.Origin, s.name, "door", "signin", "portal", "help")
	if err != nil {
		return nil, err
	}
	pages.Offer(s.config.Languages)
	for lang, name := range s.config.Organisation {
		pages.NameIn(lang, name)
	}
	app := later(func() http.Handler { return phoneApp(files, s.config.Languages[0]) })
	in := s.signIn(pages)
	entrance := in.Routes()
	doors := []Door{
		{"/", s.portal(in).Routes()},
		{"/sign-in", entrance},
		{"/sign-in/", entrance},
		{"/sign-out", entrance},
		{"/p", app},
		{"/p/", app},
		{"/help/", later(func() http.Handler { return s.help(files, pages) })},
		{"/v1/", s.deviceAPI().Routes()},
	}
	mux := http.NewServeMux()
	if s.with.Doors != nil {
		doors = append(doors, s.with.Doors(s.Services, in.Door)...)
	}
	for _, d := range doors {
		mux.Handle(d.Path, d.Handler)
	}
	turns := porch.NewTurns(s.config.Limits.ConnectionsEach, s.busy(pages), s.with.Log)
	guard := &porch.Guard{HSTS: porch.HSTS(s.config.TLS.HSTS, s.Origin), Draining: s.drain, Log: s.with.Log}
	return guard.Before(trusted.See(turns.Share(porch.Sized(mux, s.tooLong(pages))), s.with.Log)), nil
}

// busy answers whoever is one too many: a phone by the code that it knows.
func (s *Server) busy(pages *page.Renderer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.says(pages, http.StatusServiceUnavailable))
	mux.HandleFunc("/v1/", s.deviceAPI().Busy)
	return mux
}

// tooLong says that a header is too long: mostly cookies of other programs of the
// domain, which the person alone can delete.
func (s *Server) tooLong(pages *page.Renderer) http.Handler {
	return s.says(pages, http.StatusRequestHeaderFieldsTooLarge)
}

// says answers with the page of a status.
func (s *Server) says(pages *page.Renderer, status int) http.Handler {
	say := func(w http.ResponseWriter, r *http.Request, status int) {
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "3")
		}
		if err := pages.Error(w, r, status, ""); err != nil {
			s.with.Log.LogAttrs(r.Context(), slog.LevelError, "page can't be shown", slog.Any("err", err))
		}
	}
	return pages.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say(w, r, status)
	}), say)
}

// Again reads what may have changed beside the server: certificates and places. What is
// in use stays in use if it can't be read, and the log says so.
func (s *Server) Again() {
	if s.certificates != nil {
		s.certificates.Look(true)
	}
	if s.book != nil {
		s.book.Again()
	}
}

// phoneApp opens the embedded app. It panics on an error, which any test would show.
func phoneApp(files fs.FS, lang string) http.Handler {
	app, err := phoneapp.Open(files, locale.Files, lang)
	if err != nil {
		panic(err)
	}
	return app.Routes()
}

// help reads the guides, which every test of them reads too.
func (s *Server) help(files fs.FS, pages *page.Renderer) http.Handler {
	h, err := help.Open(files, pages, help.Settings{Limits: s.limits, PIN: s.pin(), Unlocks: unlocks(s.config),
		CheckCode: s.config.Activation.CheckCode == "required", Push: s.Push != nil})
	if err != nil {
		panic(err)
	}
	h.Log = s.with.Log
	return h.Routes()
}

// door is what the doors for people share.
func (s *Server) door(pages *page.Renderer) *door.Door {
	return &door.Door{Page: pages, Sessions: s.Sessions, Accounts: s.Accounts, Approvals: s.Approvals, Visits: s.Visits,
		Limits: s.limits, Places: s.places, Draining: s.drain, Log: s.with.Log, Now: s.with.Now}
}

func (s *Server) signIn(pages *page.Renderer) *signin.SignIn {
	return &signin.SignIn{Door: s.door(pages), Accounts: s.Accounts, Sessions: s.Sessions, Devices: s.Devices, Activations: s.Activations,
		Approvals: s.Approvals, Ways: s.Approvals, Number: policy.Number(s.config.Number), Phone: s.pretend()}
}

func (s *Server) portal(in *signin.SignIn) *portal.Portal {
	return &portal.Portal{Door: in.Door, SignIn: in, Accounts: s.Accounts, Sessions: s.Sessions, Devices: s.Devices, Notifications: s.Devices,
		Activations: s.Activations, Approvals: s.Approvals, History: s.Store, Number: policy.Number(s.config.Number), Phone: s.pretend()}
}

// pretend is where the phone app is for people without a phone; empty outside the demo.
func (s *Server) pretend() string {
	if s.with.Pretend {
		return s.Origin + "/p/"
	}
	return ""
}

func (s *Server) deviceAPI() *deviceapi.API {
	return &deviceapi.API{Origin: s.Origin, Devices: s.Devices, PINs: s.Devices, Activations: s.Activations, Approvals: s.Approvals, Notices: s.Notices,
		Limits: s.limits, Server: s.info(), Now: s.with.Now, Log: s.with.Log, Draining: s.drain}
}

// info is what the server says of itself, spec §14. Without pushes there is no key
// for them.
func (s *Server) info() keyturn.ServerInfo {
	return keyturn.ServerInfo{Name: s.name, Names: s.config.Organisation, Origin: s.Origin, Version: s.with.Version, Versions: []string{"v1"}, VAPIDKey: s.vapidKey,
		Unlock: unlocks(s.config), PIN: s.pin(), Languages: s.config.Languages}
}
