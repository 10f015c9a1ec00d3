package spec_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Each of the fifty questions is answered by tests and pictures that exist.
func TestEveryQuestionHasItsAnswer(t *testing.T) {
	b, err := os.ReadFile("checklist.md")
	if err != nil {
		t.Fatal(err)
	}
	names, stories, samples := tests(t), stories(t), read(t, "../web/phone/test/samples.js")
	asked := 0
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if no, err := strconv.Atoi(strings.TrimSpace(cells[0])); err != nil {
			continue
		} else if asked++; no != asked || len(cells) != 4 {
			t.Fatalf("row %d is number %d and has %d columns", asked, no, len(cells))
		}
		answers := ofRow.FindAllStringSubmatch(cells[2], -1)
		if len(answers) == 0 && !strings.Contains(cells[2], "later") {
			t.Errorf("%d has no answer", asked)
		}
		for _, m := range answers {
			if !has(names, m[1]) {
				t.Errorf("%d names %s: there is no such test", asked, m[1])
			}
		}
		for _, m := range ofRow.FindAllStringSubmatch(cells[3], -1) {
			door, name, _ := strings.Cut(m[1], "/")
			taken := strings.Contains(stories, `"`+name+`"`) || strings.Contains(stories, `"`+m[1]+`"`)
			if door == "phone" {
				taken = strings.Contains(samples, `"`+name+`": `) || strings.Contains(samples, " "+name+": ")
			}
			if !taken {
				t.Errorf("%d names %s: there is no such picture", asked, m[1])
			}
		}
	}
	if asked != 50 {
		t.Errorf("%d questions", asked)
	}
}

// stories is the source of those that show the portal's screens.
func stories(t *testing.T) string {
	t.Helper()
	files, _ := filepath.Glob("../test/figures/*.go") // the pattern is good
	var all strings.Builder
	for _, f := range files {
		all.WriteString(read(t, f))
	}
	return all.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
