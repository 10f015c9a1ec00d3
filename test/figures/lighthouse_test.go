package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/internal/demo"
	"keyturn/internal/need"
	"keyturn/test/browser"
)

// lighthouse is the folder in which test/all has npm install Lighthouse.
func lighthouse(t *testing.T) string {
	dir := filepath.Join(os.TempDir(), "keyturn-lighthouse")
	if _, err := os.Stat(filepath.Join(dir, "node_modules/lighthouse/package.json")); err != nil {
		need.Missing(t, "lighthouse", "lighthouse is not installed")
	}
	return dir
}

// loaded is a page that Lighthouse loads, as lighthouse.mjs takes it.
type loaded struct {
	URL     string         `json:"url"`
	On      string         `json:"on"`
	Cookies []*http.Cookie `json:"cookies"`
	Shows   string         `json:"shows"`
}

// TestLighthouse: Lighthouse gives 100 of 100 for accessibility and best practices to the
// pages that everybody comes by, each in one of the languages. What it finds beyond TestScreens
// is what a page does while it loads, such as an error in the console.
func TestLighthouse(t *testing.T) {
	dir := lighthouse(t)
	browser.Needed(t)
	s := newWorld(t)
	pages := s.everyday()
	asked, err := json.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	node := exec.CommandContext(t.Context(), "node", "test/figures/lighthouse.mjs", dir, browser.Debugged(t, "zh-Hans"))
	node.Stdin, node.Stderr = bytes.NewReader(asked), &said
	answer, err := node.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	var results []struct {
		Scores map[string]int
		Found  []string
	}
	if err := json.Unmarshal(answer, &results); err != nil || len(results) != len(pages) {
		t.Fatalf("%d results for %d pages: %v", len(results), len(pages), err)
	}
	for i, r := range results {
		page := strings.TrimPrefix(pages[i].URL, s.origin) + " on " + pages[i].On
		t.Logf("%s: %v", page, r.Scores)
		for _, category := range []string{"accessibility", "best-practices"} {
			if r.Scores[category] != 100 {
				t.Errorf("%s has %d for %s", page, r.Scores[category], category)
			}
		}
		for _, found := range r.Found {
			t.Errorf("%s: %s", page, found)
		}
	}
}

// everyday are the pages that everybody comes by. The browser's language is 简体中文; those in
// English are in the browser of somebody who has chosen it.
func (s *stage) everyday() []loaded {
	signedIn, waiting, settingUp := s.newVisitor(), s.newVisitor(), s.newVisitor()
	signedIn.activate("Mei's iPhone")
	waiting.signIn()
	settingUp.signInAs(demo.People()[1])
	english := s.newVisitor()
	for _, v := range []*visitor{english, signedIn} {
		v.post("/language", url.Values{"language": {"en"}})
	}
	return []loaded{
		english.loads("/", "computer", "html[lang=en] #signin"),
		settingUp.loads("/phones/activation", "computer", "html[lang=zh-Hans] #activation-qr"),
		waiting.loads("/sign-in/wait", "computer", "html[lang=zh-Hans] #wait"),
		signedIn.loads("/", "computer", "html[lang=en] .home"),
		s.newVisitor().loads("/help/zh-Hans/", "computer", "html[lang=zh-Hans] .help"),
		english.loads("/help/en/activate-iphone-qr", "android", "html[lang=en] #step-5"),
		s.newVisitor().loads("/p/", "android", "html[lang=zh-Hans] [data-kind=android]"),
		s.newVisitor().loads("/p/", "iphone", "html[lang=zh-Hans] [data-kind=ios]"),
		s.newVisitor().loads("/p/", "installed", `html[lang=zh-Hans] [data-t="first.title"]`),
	}
}

// loads is a page that is loaded with the visitor's cookies.
func (v *visitor) loads(path, on, shows string) loaded {
	v.s.t.Helper()
	at := must(url.Parse(v.s.origin + path))(v.s.t)
	return loaded{URL: at.String(), On: on, Cookies: v.client.Jar.Cookies(at), Shows: shows}
}
