package main

import (
	"io/fs"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"keyturn/internal/phoneapp"
	"keyturn/locale"
	"keyturn/spec"
	"keyturn/test/browser"
)

// gallery shows the phone app's screens, each state of which has a name in
// web/phone/test/samples.js.
func gallery(t testing.TB, look look, lang string) {
	w := &browser.NewDesktop(t, lang).Window
	w.Open(serveGallery(t) + "/p/test/gallery.html?lang=" + lang)
	w.Sees("[data-shown=yes] a")
	names := browser.Eval[[]string](w, `[...document.querySelectorAll("#app li a")].map((a) => a.textContent)`)
	for _, name := range names {
		showSample(w, name)
		look(t, w, "phone/"+name, lang, mobile, small)
	}
}

// showSample shows one state; the page doesn't load again.
func showSample(w *browser.Window, name string) {
	browser.Eval[bool](w, `(async () => {
	  delete document.documentElement.dataset.shown;
	  location.hash = "`+name+`";
	  while (!document.documentElement.dataset.shown) await new Promise((r) => setTimeout(r, 5));
	  scrollTo(0, 0);
	  return true; })()`)
}

// serveGallery serves the phone app of this folder with its gallery and returns
// the address, which ends with the test.
func serveGallery(t testing.TB) string {
	t.Helper()
	source := os.DirFS("web")
	app, err := phoneapp.Open(source, locale.Files, locale.English)
	if err != nil {
		t.Fatalf("%v (is this the top folder?)", err)
	}
	tests, err := fs.Sub(source, "phone/test")
	if err != nil {
		t.Fatal(err)
	}
	if err := app.ServeTests(tests, spec.Vectors()); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(app.Routes())
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
}
