package main

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"keyturn/locale"
	"keyturn/test/browser"
)

// TestMain goes to the top folder, where the command is run. With -short, which is for
// the desk, it leaves everything out.
func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("left out with -short")
		os.Exit(0)
	}
	if err := os.Chdir("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// inspectors look at each state of each screen. They share one walk, because
// walking costs more than looking.
var inspectors = []look{accessible, legible}

// Every screen in every state, in both languages, passes what each inspector asks.
// A finding is an error; a story that can't go on is fatal.
func TestScreens(t *testing.T) {
	browser.Needed(t)
	figures := newComparison(t)
	inspectors := append(inspectors, figures.look)
	told := 0
	t.Cleanup(func() { // when the last story was told
		if told == len(parts)*len(locale.Languages()) {
			figures.all(t)
		}
	})
	for _, p := range parts {
		for _, lang := range locale.Languages() {
			t.Run(p.name+"/"+lang, func(t *testing.T) {
				told++
				t.Parallel()
				p.story(t, func(t testing.TB, w *browser.Window, name, lang string, sizes ...size) {
					t.Helper()
					for _, inspect := range inspectors {
						inspect(t, w, name, lang, sizes...)
					}
				}, lang)
			})
		}
	}
}
