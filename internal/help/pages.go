package help

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"keyturn/internal/page"
	"keyturn/locale"
)

// guidePage is everything that help/guide.html shows.
type guidePage struct {
	page.Frame
	Guide *guide
	Host  string
}

// startPage is everything that help/start.html shows.
type startPage struct {
	page.Frame
	Host    string
	Missing bool // the address has no guide
	Query   string
	Found   []result
	Finder  finder
	Groups  []group
}

// A group is a heading and the guides below it.
type group struct {
	Title  page.Sentence
	Guides []*guide
}

// A finder is the three questions, and what is answered so far.
type finder struct {
	Phone, Account, Way string
	Asked               bool // something was answered, but not everything
}

// Routes returns the whole surface of the help.
func (h *Help) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /help/{$}", h.call(h.getStart))
	mux.Handle("GET /help/{lang}/{$}", h.call(h.getStart))
	mux.Handle("GET /help/{lang}/{slug}", h.call(h.getGuide))
	mux.Handle("GET /help/figures/{lang}/{file}", h.call(h.getPicture))
	mux.Handle("GET /help/{rest...}", h.call(func(w http.ResponseWriter, r *http.Request) error { return h.missing(w, r, h.page.Language(r)) }))
	return h.page.Guard(mux, func(w http.ResponseWriter, r *http.Request, status int) { h.fail(r, h.page.Error(w, r, status, "")) })
}

func (h *Help) call(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.fail(r, f(w, r)) })
}

// fail logs what no page could show.
func (h *Help) fail(r *http.Request, err error) {
	if err != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.String("route", r.Pattern), slog.Any("err", err))
	}
}

// render makes the page of every guide.
func (h *Help) render() error {
	for _, lang := range locale.Languages() {
		h.kept[lang] = map[string]page.Kept{}
		for slug, g := range h.guides[lang] {
			shown := guidePage{Frame: h.frame(lang, slug), Guide: g, Host: h.page.Host()}
			kept, err := h.page.Keep(lang, "help/guide", shown)
			if err != nil {
				return err
			}
			h.kept[lang][slug] = kept
		}
	}
	return nil
}

// frame leads the language switch back to this page, in the language that is chosen. help.js
// adds the step.
func (h *Help) frame(lang, slug string) page.Frame {
	return page.Frame{Switch: page.Switch{Action: "/language", Fields: []page.Field{{Name: "back", Value: "/help/" + lang + "/" + slug}}}}
}

// getGuide shows a guide.
func (h *Help) getGuide(w http.ResponseWriter, r *http.Request) error {
	lang := r.PathValue("lang")
	kept, ok := h.kept[lang][r.PathValue("slug")]
	if !ok {
		return h.missing(w, r, lang)
	}
	kept.ServeHTTP(w, r)
	return nil
}

// getStart shows the finder, the list of guides, and what was searched for.
func (h *Help) getStart(w http.ResponseWriter, r *http.Request) error {
	lang := r.PathValue("lang")
	if lang == "" {
		lang = h.page.Language(r)
	}
	if h.guides[lang] == nil {
		return h.missing(w, r, lang)
	}
	q := r.URL.Query()
	shown := h.start(lang)
	shown.Finder = finder{Phone: q.Get("phone"), Account: q.Get("account"), Way: q.Get("way")}
	if slug := shown.Finder.slug(); slices.Contains(order[:8], slug) {
		http.Redirect(w, r, "/help/"+lang+"/"+slug, http.StatusSeeOther)
		return nil
	}
	shown.Finder.Asked = q.Has("phone") || q.Has("account") || q.Has("way")
	if shown.Query = clip(q.Get("q")); shown.Query != "" {
		shown.Found = h.search(lang, shown.Query)
		shown.Switch.Fields[0].Value += "?" + r.URL.RawQuery
	}
	return h.page.RenderIn(w, lang, http.StatusOK, "help/start", shown)
}

// start is the page without a question.
func (h *Help) start(lang string) startPage {
	s := startPage{Frame: h.frame(lang, ""), Host: h.page.Host()}
	for _, g := range []struct {
		title page.Sentence
		slugs []string
	}{{page.Say("guide.group.first"), order[:4]}, {page.Say("guide.group.more"), order[4:8]}, {page.Say("guide.group.use"), order[8:]}} {
		list := group{Title: g.title}
		for _, slug := range g.slugs {
			list.Guides = append(list.Guides, h.guides[lang][slug])
		}
		s.Groups = append(s.Groups, list)
	}
	return s
}

// slug is the guide that three answers lead to.
func (f finder) slug() string { return fmt.Sprintf("%s-%s-%s", f.Account, f.Phone, f.Way) }

// missing is the page for an address without a guide. It offers the search.
func (h *Help) missing(w http.ResponseWriter, r *http.Request, lang string) error {
	if h.guides[lang] == nil {
		lang = h.page.Language(r)
	}
	shown := h.start(lang)
	shown.Missing = true
	return h.page.RenderIn(w, lang, http.StatusNotFound, "help/start", shown)
}

// getPicture sends a picture. Its address holds the hash of its bytes, so that a
// browser keeps it; whoever asks without one asks again.
func (h *Help) getPicture(w http.ResponseWriter, r *http.Request) error {
	lang, file := r.PathValue("lang"), r.PathValue("file")
	if !slices.Contains(locale.Languages(), lang) || path.Ext(file) != ".webp" || strings.ContainsAny(file, `/\`) {
		return h.missing(w, r, lang)
	}
	image, err := fs.ReadFile(h.files, "help/figures/"+lang+"/"+file)
	if err != nil {
		return h.missing(w, r, lang)
	}
	head, hash := w.Header(), hashOf(image)
	head.Set("Cache-Control", "no-cache")
	if r.URL.RawQuery == hash {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	head.Set("Content-Type", "image/webp")
	head.Set("ETag", `"`+hash+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(image))
	return nil
}
