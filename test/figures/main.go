// Command figures takes a picture of every screen in every state: of the phone
// app from its gallery, of the portal from a running server whose people are
// played. Somebody who changes a style looks at all of them before and after.
//
//	go run ./test/figures                  all, into screenshots/
//	go run ./test/figures phone setup      some parts
//	go run ./test/figures -readme          docs/keyturn.webp
//
// A picture is named SCREEN-STATE.LANGUAGE.SIZE.THEME.png. A page that is longer
// than the screen makes a longer picture. The exit status is 1 if a screen can't
// be reached, or can be scrolled sideways. It is run in the top folder and needs
// Chromium.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// A part is a story that shows screens in one language.
type part struct {
	name  string
	story func(t testing.TB, look look, lang string)
}

// parts in the order of a person's first day.
var parts = []part{
	{"phone", gallery},
	{"signin", portal(signIn)},
	{"setup", portal(setUp)},
	{"limits", portal(limits)},
	{"check", portal(checkAndDone)},
	{"wait", portal(wait)},
	{"ladder", portal(ladder)},
	{"outcome", portal(outcomes)},
	{"phones", portal(phones)},
	{"recovery", portal(recovery)},
	{"moves", portal(moves)},
	{"notify", notify},
	{"trouble", portal(trouble)},
	{"told", told},
	{"help", portal(guides)},
}

func main() {
	out := flag.String("out", "screenshots", "folder for the pictures")
	readme := flag.Bool("readme", false, "write docs/keyturn.webp instead")
	flag.Parse()
	var err error
	if *readme {
		err = try(func(t testing.TB) { takeReadme(t, "docs/keyturn.webp") })
	} else {
		err = takeAll(*out, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

// takeAll takes the named parts, or all. One that fails doesn't stop the others.
func takeAll(dir string, wanted []string) error {
	a := &album{dir: dir}
	var failed []error
	for _, p := range parts {
		if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
			continue
		}
		for _, lang := range []string{"en", "zh-Hans"} {
			if err := try(func(t testing.TB) { p.story(t, a.take, lang) }); err != nil {
				failed = append(failed, fmt.Errorf("%s in %s: %w", p.name, lang, err))
			}
		}
	}
	fmt.Printf("%d pictures in %s\n", a.written, dir)
	if len(a.wide) > 0 {
		failed = append(failed, errors.New("wider than the screen: "+strings.Join(a.wide, ", ")))
	}
	return errors.Join(failed...)
}
