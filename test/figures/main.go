// Command figures takes a picture of every screen in every state: of the phone
// app from its gallery, of the portal from a running server whose people are
// played. Somebody who changes a style looks at all of them before and after.
//
//	go run ./test/figures                  all, into screenshots/
//	go run ./test/figures phone setup      some parts
//	go run ./test/figures -readme          docs/keyturn.webp
//	go run ./test/figures -guides          the figures of the guides, web/help/figures
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

	"keyturn/internal/config"
	"keyturn/locale"
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
	{"visit", portal(visit)},
	{"setup", portal(setUp, func(c *config.Config) { c.Activation.Grace.Duration = grace })},
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
	guides := flag.Bool("guides", false, "take the figures of the guides instead")
	flag.Parse()
	if err := run(*out, *readme, *guides, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func run(out string, readme, guides bool, wanted []string) error {
	switch {
	case readme:
		return try(func(t testing.TB) { takeReadme(t, "docs/keyturn.webp") })
	case guides:
		return takeGuides(wanted)
	}
	a := &album{dir: out}
	err := tellAll(wanted, a.take)
	fmt.Printf("%d pictures in %s\n", a.written, out)
	if len(a.wide) > 0 {
		err = errors.Join(err, errors.New("wider than the screen: "+strings.Join(a.wide, ", ")))
	}
	return err
}

// tellAll tells the named parts, or all, to a look. One that fails doesn't stop the others.
func tellAll(wanted []string, look look) error {
	var failed []error
	for _, p := range parts {
		if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
			continue
		}
		for _, lang := range locale.Languages() {
			if err := try(func(t testing.TB) { p.story(t, look, lang) }); err != nil {
				failed = append(failed, fmt.Errorf("%s in %s: %w", p.name, lang, err))
			}
		}
	}
	return errors.Join(failed...)
}
