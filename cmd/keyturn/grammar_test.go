package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// A right line of any command is read by the grammar of that command alone, and as all of
// the grammar would read it.
func TestOneCommandIsReadAlone(t *testing.T) {
	options := []kong.Option{kong.Name("keyturn"), kong.Vars{"version": "1.2.3"}}
	for _, leaf := range whole(options).parser.Model.Leaves(true) {
		for _, more := range []string{"", "-o json --lang zh-Hans", "--pin.min=7 --config k.toml -q"} {
			line := slices.Concat(strings.Fields(more), strings.Fields(leaf.Path()), positionals(leaf))
			g, all := alone(line, options), whole(options)
			if g == nil {
				t.Errorf("%q is no command's", line)
				continue
			}
			read, err := g.parser.Parse(line)
			want, same := all.parser.Parse(line)
			if err != nil || same != nil {
				t.Fatalf("%q: alone %v, by the whole %v", line, err, same)
			}
			got, wanted := read.Selected().Target.Interface(), want.Selected().Target.Interface()
			if !reflect.DeepEqual(got, wanted) || g.switches != all.switches || !maps.Equal(g.given.values(), all.given.values()) {
				t.Errorf("%q: alone %+v %+v, by the whole %+v %+v", line, g.switches, got, all.switches, wanted)
			}
		}
	}
}

// positionals are values for what a command has to be given.
func positionals(leaf *kong.Node) (words []string) {
	for _, p := range leaf.Positional {
		word, _, _ := strings.Cut(p.Enum+",", ",")
		if word == "" {
			word = "mei.chen"
		}
		words = append(words, word)
	}
	return words
}

// A line that isn't right, or asks for help, hears what all of the grammar says to it.
func TestWrongLineIsReadByTheWhole(t *testing.T) {
	var written strings.Builder
	options := []kong.Option{kong.Name("keyturn"), kong.Vars{"version": "1.2.3"}, kong.Writers(&written, &written), kong.Exit(func(int) { panic("kong ends the process") })}
	for _, line := range []string{"serve --pin.mni=7", "version serve", "account", "account ad", "serve --listen", "-o yaml version", "config check x"} {
		args := strings.Fields(line)
		_, _, err := read(args, options)
		if _, want := whole(options).parser.Parse(args); err == nil || err.Error() != want.Error() {
			t.Errorf("%q: %v, want %v", line, err, want)
		}
	}
	for _, line := range []string{"serve --help", "-h account add", "complete -- serve"} {
		if g := alone(strings.Fields(line), options); g != nil {
			if _, err := g.parser.Parse(strings.Fields(line)); err == nil {
				t.Errorf("%q is read alone", line)
			}
		}
	}
}
