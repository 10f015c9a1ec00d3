package spec_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	defence   = regexp.MustCompile(`(?m)^#ifndef (\w+)`)
	checked   = regexp.MustCompile(`(?m)^check (\w+) +\w+ +(?:holds|fails) (\w+)`)
	ofModel   = regexp.MustCompile("model `(\\w+)`((?:, \\w+=0)+)")
	ofDefence = regexp.MustCompile(`(\w+)=0`)
)

// Each defence of a model is taken out by a check of model/run; and what attacks.md
// says of the models is checked there.
func TestModels(t *testing.T) {
	run, err := os.ReadFile("model/run")
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string]bool{}
	for _, m := range checked.FindAllStringSubmatch(string(run), -1) {
		checks[m[1]+" "+m[2]] = true
	}
	if there := defences(t); !slices.Equal(there, slices.Sorted(maps.Keys(checks))) {
		t.Errorf("model/run takes out\n%s\nand the models have\n%s",
			strings.Join(slices.Sorted(maps.Keys(checks)), "\n"), strings.Join(there, "\n"))
	}
	table, err := os.ReadFile("attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ofModel.FindAllStringSubmatch(string(table), -1) {
		for _, d := range ofDefence.FindAllStringSubmatch(m[2], -1) {
			if !checks[m[1]+" "+d[1]] {
				t.Errorf("attacks.md names model %s without %s, which no check is about", m[1], d[1])
			}
		}
	}
}

// defences lists those of all models, as "model DEFENCE".
func defences(t *testing.T) (all []string) {
	t.Helper()
	models, err := filepath.Glob("model/*.pml")
	if err != nil || len(models) < 6 {
		t.Fatalf("%d models, %v", len(models), err)
	}
	for _, file := range models {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range defence.FindAllStringSubmatch(string(text), -1) {
			all = append(all, strings.TrimSuffix(filepath.Base(file), ".pml")+" "+m[1])
		}
	}
	slices.Sort(all)
	return all
}
