package page

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"keyturn/locale"
)

const languageCookie = "keyturn_lang" // no secret, and no sign of who somebody is

// Language is that of the person: what they have just chosen, or chose before,
// else what their browser asks for.
func (p *Renderer) Language(r *http.Request) string {
	if chosen := r.PostForm.Get("language"); known(chosen) {
		return chosen
	}
	if c, err := r.Cookie(languageCookie); err == nil && known(c.Value) {
		return c.Value
	}
	if lang, ok := r.Context().Value(suggested{}).(string); ok {
		return lang
	}
	return locale.Match(r.Header.Get("Accept-Language"), p.offered...)
}

// suggested marks a request with the language that an application asked for.
type suggested struct{}

// Suggest returns r with the language that an application asked for, and keeps that for the
// pages that follow, unless the person has chosen one or it is none of ours.
func (p *Renderer) Suggest(w http.ResponseWriter, r *http.Request, lang string) *http.Request {
	if c, err := r.Cookie(languageCookie); err == nil && known(c.Value) || !known(lang) {
		return r
	}
	p.setLanguage(w, lang)
	return r.WithContext(context.WithValue(r.Context(), suggested{}, lang))
}

// Switched reports whether a form was posted for its language only: the page is
// to be shown again, and nothing is to be done.
func Switched(r *http.Request) bool { return known(r.PostForm.Get("language")) }

// PostLanguage keeps the choice and shows the same page again.
func (p *Renderer) PostLanguage(w http.ResponseWriter, r *http.Request) error {
	p.keepLanguage(w, r, p.Language(r))
	http.Redirect(w, r, helpIn(p.Language(r), local(r.PostForm.Get("back"))), http.StatusSeeOther)
	return nil
}

func (p *Renderer) keepLanguage(w http.ResponseWriter, r *http.Request, lang string) {
	if Switched(r) {
		p.setLanguage(w, lang)
	}
}

func (p *Renderer) setLanguage(w http.ResponseWriter, lang string) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
		Secure: !p.plain, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// A tongue is a language that people choose, by its own name.
type tongue struct{ Lang, Name string }

// spoken are all that there are.
func spoken() (all []tongue) {
	for _, lang := range locale.Languages() {
		all = append(all, tongue{lang, locale.For(lang).T("page.language.own")})
	}
	return all
}

// back is where the language switch of the page that answers r leads: to the
// same page, if it was only shown.
func back(r *http.Request) string {
	if r.Method == http.MethodPost {
		return "/"
	}
	return r.URL.RequestURI()
}

// local refuses to lead to another site: "//evil.example" and "/\evil.example"
// are addresses of other hosts, and so is the former with a tab in it, which browsers
// leave out. With any other control character an answer would have no valid header.
func local(back string) string {
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.Contains(back, `\`) || strings.ContainsFunc(back, unicode.IsControl) {
		return "/"
	}
	return back
}

// helpIn is the same page of the help in a language, which its address names. Any other
// address stays as it is.
func helpIn(lang, back string) string {
	rest, ok := strings.CutPrefix(back, "/help/")
	if before, page, cut := strings.Cut(rest, "/"); ok && cut && known(before) {
		return "/help/" + lang + "/" + page
	}
	return back
}

func known(lang string) bool { return slices.Contains(locale.Languages(), lang) }
