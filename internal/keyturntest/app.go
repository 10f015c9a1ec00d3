package keyturntest

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"time"

	"keyturn/internal/door"
	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/server"
	"keyturn/internal/token"
)

// An App stands for an application and the door by which it joins, until there is a real
// one: it sends browsers to sign in at /test-app, and gets its answer as a query of its own
// address.
type App struct {
	Name string // such as "Wiki"
	Next string // its address, on another origin

	*door.Door
	visits *entry.Visits
}

// AppPath is where an [App] sends browsers. The query says what it demands: "acr", "login"
// (of this moment), "silent", "name", "language", and how the application is called: "app".
const AppPath = "/test-app"

// Doors is for [server.With].
func (a App) Doors(s *server.Services, d *door.Door) []server.Door {
	a.Door, a.visits = d, s.Visits
	mux := http.NewServeMux()
	mux.Handle("GET "+AppPath, d.Anyone(a.begin))
	mux.Handle("GET "+AppPath+"/answer", d.Anyone(a.answer))
	surface := d.Surface(mux, nil)
	return []server.Door{{Path: AppPath, Handler: surface}, {Path: AppPath + "/", Handler: surface}}
}

func (a App) begin(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := entry.Visit{App: cmp.Or(q.Get("app"), a.Name), Name: q.Get("name"), Language: q.Get("language"), Door: AppPath + "/answer", Next: a.Next,
		Demand: entry.Demand{ACR: policy.ACR(q.Get("acr")), Silent: q.Has("silent")}}
	if q.Has("login") {
		v.Since = a.Now().Truncate(time.Second)
	}
	v, cookie, err := a.visits.Begin(r.Context(), v, a.Token(r, page.Visitor))
	if err != nil {
		return err
	}
	a.Keep(w, page.Visitor, cookie, a.Limits.VisitLife)
	return door.See(w, r, door.Onward(v.ID))
}

// answer gives the application its answer, once.
func (a App) answer(w http.ResponseWriter, r *http.Request) error {
	v, err := a.Visit(r, r.URL.Query().Get("visit"))
	if err != nil {
		return err
	}
	if v.State == entry.Left {
		return a.GoOn(w, r, v.App, v.Next+"?error=left")
	}
	step, s, err := a.Step(r, v)
	switch {
	case err != nil:
		return err
	case step != entry.GoOn && step != entry.Refuse:
		return door.See(w, r, door.Onward(v.ID))
	}
	err = a.visits.Finish(r.Context(), v.ID, token.Token(a.Page.Cookie(r, page.Visitor)))
	if errors.Is(err, entry.ErrEnded) {
		return door.See(w, r, door.Onward(v.ID))
	}
	if err != nil {
		return err
	}
	if step == entry.Refuse {
		return a.GoOn(w, r, v.App, v.Next+"?error=refused")
	}
	return a.GoOn(w, r, v.App, v.Next+"?"+url.Values{"who": {s.Who.Name}, "acr": {string(s.Proven.ACR())}}.Encode())
}
