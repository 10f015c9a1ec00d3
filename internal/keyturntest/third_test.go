package keyturntest_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"keyturn/internal/keyturntest"
	"keyturn/internal/need"
)

// A third language costs a catalogue, a folder of guides and one line. Here they are laid
// over the tree, made of the English ones with every letter a wide one, and the tests that
// walk through each language find it like the two that there are.
func TestThirdLanguage(t *testing.T) {
	need.Built(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	write(t, overlay, string(must(json.Marshal(map[string]any{"Replace": third(t, root)}))))
	for _, packages := range [][]string{
		{"-run", "^TestEveryLanguage$", "./internal/keyturntest", "./cmd/keyturn", "./cmd/keyturn-phone"},
		{"-run", "^Test(LanguagesFit|SameKeysAndValues|LinesSayWhatTheJSONSays|Languages|LanguagesAreEqual|BlocksAreEqual|EveryGuideIsThere)$", "./locale", "./internal/help"},
	} {
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"test", "-overlay", overlay, "-v"}, packages...)...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		} else if packages[1] == "^TestEveryLanguage$" && strings.Count(string(out), "--- PASS: TestEveryLanguage/"+keyturntest.MadeUp+" ") != 3 {
			t.Errorf("nobody walked in it:\n%s", out)
		}
	}
}

// third are the files of the language, by where they would stand.
func third(t *testing.T, root string) map[string]string {
	t.Helper()
	files, dir := map[string]string{}, t.TempDir()
	add := func(name, text string) {
		files[filepath.Join(root, name)] = filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		write(t, files[filepath.Join(root, name)], text)
	}
	const before, line = "\t{\"zh-Hans\", \"zh-CN\"},\n", "\t{\"" + keyturntest.MadeUp + "\", \"\"},\n"
	list := string(must(os.ReadFile(filepath.Join(root, "locale/languages.go"))))
	if strings.Count(list, before) != 1 {
		t.Fatal("the list is another one now")
	}
	add("locale/languages.go", strings.Replace(list, before, before+line, 1))
	add("locale/"+keyturntest.MadeUp+".json", wide(string(must(os.ReadFile(filepath.Join(root, "locale/en.json")))), inCatalogue))
	for _, pattern := range []string{"*.md", "blocks/*.md"} {
		for _, name := range must(filepath.Glob(filepath.Join(root, "web/help/en", pattern))) {
			own := strings.Replace(strings.TrimPrefix(name, root+"/"), "/en/", "/"+keyturntest.MadeUp+"/", 1)
			add(own, wide(string(must(os.ReadFile(name))), inGuide))
		}
	}
	for _, name := range must(filepath.Glob(filepath.Join(root, "web/help/figures/en/*"))) {
		files[strings.Replace(name, "/en/", "/"+keyturntest.MadeUp+"/", 1)] = name
	}
	return files
}

var (
	// What stays as it is: keys and values of a catalogue; heads, names and links of a guide.
	inCatalogue = regexp.MustCompile(`"[a-z][\w.]*": |\{\{\.\w+\}\}|\\.`)
	inGuide     = regexp.MustCompile(`(?m)^(figure|steps|problems|illustrated|next|when|else): .*$|^ *figure: .*$|^(title|need|search): |\{[^}]*\}|\]\([^)]*\)`)
)

// wide makes every letter a wide one (ａ) but those in what stays.
func wide(text string, stays *regexp.Regexp) string {
	var out strings.Builder
	at := 0
	for _, found := range append(stays.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		out.WriteString(strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				return r - 'A' + 'Ａ'
			}
			return r
		}, text[at:found[0]]) + text[found[0]:found[1]])
		at = found[1]
	}
	return out.String()
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
