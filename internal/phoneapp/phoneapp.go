// Package phoneapp serves the phone app under /p/: its files as they stand in
// folder web, the catalogues, a manifest in the person's language, and shell.js,
// the list of what the service worker keeps for use without a network.
//
// Anyone may have these files: nothing in them depends on who asks. Whoever asks
// for anything else below /p/ gets 404. The device API that the app calls is
// package deviceapi.
package phoneapp

import (
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"keyturn/internal/page"
	"keyturn/locale"
)

// App is the phone app, read and compressed once. It never changes, so any
// number of goroutines may use it.
type App struct {
	files     map[string]page.File // by path below /p/
	manifests map[string]page.File // by language
	tests     map[string]page.File
	languages []string // that there are, the default first
	version   string   // of all files together
}

// Open reads the app from web, which has the folders phone and shared (package
// web), and its words from the catalogues (package locale). lang is that of whoever asks
// for none of them.
func Open(web, words fs.FS, lang string) (*App, error) {
	others := slices.DeleteFunc(locale.Languages(), func(l string) bool { return l == lang })
	a := &App{files: map[string]page.File{}, languages: append([]string{lang}, others...)}
	for _, from := range []struct {
		files        fs.FS
		folder, path string
	}{
		{web, "phone", ""},
		{web, "shared", "shared"},
	} {
		if err := read(a.files, from.files, from.folder, from.path); err != nil {
			return nil, fmt.Errorf("phone app: %w", err)
		}
	}
	index, ok := a.files["index.html"]
	if !ok {
		return nil, fmt.Errorf("phone app: phone/index.html is missing")
	}
	index, err := withoutScript(index)
	if err != nil {
		return nil, fmt.Errorf("phone app: index.html: %w", err)
	}
	delete(a.files, "index.html")
	if err := a.listLanguages(); err != nil {
		return nil, fmt.Errorf("phone app: %w", err)
	}
	a.files[""] = a.preload(index)
	if err := a.readWords(words); err != nil {
		return nil, fmt.Errorf("phone app: %w", err)
	}
	a.version = a.hash()
	a.files[""] = versioned(a.files[""], a.version)
	a.files["shell.js"] = newFile("shell.js", a.shell())
	a.manifests = manifests(a.files)
	return a, nil
}

// ServeTests makes the app serve, below /p/test/, the pages in tests and the
// vectors too. Only tests call it, before [App.Routes].
func (a *App) ServeTests(tests, vectors fs.FS) error {
	a.tests = map[string]page.File{}
	if err := read(a.tests, tests, ".", "test"); err != nil {
		return err
	}
	a.tests["test/"] = a.tests["test/index.html"]
	return read(a.tests, vectors, ".", "test/vectors")
}

// Routes returns all that the app serves: GET and HEAD below /p/.
func (a *App) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /p", http.RedirectHandler("/p/", http.StatusPermanentRedirect))
	mux.HandleFunc("GET /p/manifest.webmanifest", a.getManifest)
	mux.HandleFunc("GET /p/{path...}", a.getFile)
	return secure(mux)
}

// getFile serves one of the app's files, or of its tests if they are served.
func (a *App) getFile(w http.ResponseWriter, r *http.Request) {
	path := r.PathValue("path")
	if code, escaped := strings.CutPrefix(path, "#"); escaped {
		toFragment(w, code)
		return
	}
	f, ok := a.files[path]
	if !ok {
		f, ok = a.tests[path]
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Keyturn-App", a.version) // the worker keeps files of its own version only
	f.ServeHTTP(w, r)
}

// toFragment leads an address whose # somebody's program has escaped to the app, with
// the code where no server gets to see it. What can't be a code is left behind.
func toFragment(w http.ResponseWriter, code string) {
	to := "/p/"
	if !strings.ContainsFunc(code, func(r rune) bool { return !strings.ContainsRune(codeSigns, r) }) {
		to += "#" + code
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// codeSigns are those of activation codes and of the links of sign-ins (spec §5, §9.3).
const codeSigns = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_."

// getManifest serves the manifest in the language of the browser: the name and
// description that the system shows of an installed app come from it.
func (a *App) getManifest(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept-Language")
	a.manifests[locale.Match(r.Header.Get("Accept-Language"), a.languages...)].ServeHTTP(w, r)
}

// scanner tells whether a file is only needed to read a QR code. It is loaded, and
// kept by the worker, when somebody first scans.
func scanner(path string) bool {
	return strings.HasPrefix(path, "vendor/qr/") || path == "lib/scan.js" || path == "lib/decode.js" || path == "lib/light.js"
}
