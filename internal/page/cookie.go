package page

import (
	"net/http"
	"time"
)

// A Cookie proves something, or that a browser keeps cookies at all. With the prefix __Host- no other host
// can plant it, and no plain connection can read it. Its name has the port of the origin, if that
// names one: browsers keep one jar for all ports of a host (RFC 6265 §8.5), and another server there
// would sign people out by signing them in. That keeps servers apart that mean well; one that
// doesn't can still read and write what is another's.
type Cookie string

// The cookies of spec §9.
const (
	Pending      Cookie = "keyturn_pending" // who began a request
	SignedIn     Cookie = "keyturn_session"
	KnownBrowser Cookie = "keyturn_browser" // replaces the number only, never the phone
	Visitor      Cookie = "keyturn_visit"   // by which a browser has the sign-ins that applications sent it to
	Trial        Cookie = "keyturn_trial"   // set with a form, to see whether it comes back with it
)

// Keeps reports whether a browser keeps cookies: one of ours has come back.
func (p *Renderer) Keeps(r *http.Request) bool {
	for _, c := range []Cookie{Trial, Pending, SignedIn, KnownBrowser, Visitor} {
		if p.Cookie(r, c) != "" {
			return true
		}
	}
	return false
}

// cookieName drops the prefix on http://localhost: a browser refuses it there.
func (p *Renderer) cookieName(c Cookie) string {
	name := string(c)
	if p.port != "" {
		name += "_" + p.port
	}
	if p.plain {
		return name
	}
	return "__Host-" + name
}

// Cookie is the value of a cookie, empty if the browser has none.
func (p *Renderer) Cookie(r *http.Request, c Cookie) string {
	found, err := r.Cookie(p.cookieName(c))
	if err != nil {
		return ""
	}
	return found.Value
}

// SetCookie gives a browser a cookie for some time. SameSite is Lax, not Strict:
// applications send people here from other sites.
func (p *Renderer) SetCookie(w http.ResponseWriter, c Cookie, value string, life time.Duration) {
	p.setCookie(w, c, value, int(life.Seconds()))
}

// ClearCookie takes a cookie away.
func (p *Renderer) ClearCookie(w http.ResponseWriter, c Cookie) { p.setCookie(w, c, "", -1) }

func (p *Renderer) setCookie(w http.ResponseWriter, c Cookie, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: p.cookieName(c), Value: value, Path: "/", MaxAge: age,
		Secure: !p.plain, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
