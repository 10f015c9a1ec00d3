package phoneapp

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"strings"

	"keyturn/internal/page"
)

// part is the first part of a key that stands in a module, such as "home" of
// "home.add", also where the rest is put together: `error.${code}`.
var part = regexp.MustCompile("[\"'`]([a-z]+)\\.")

// readWords adds the catalogues, of which it takes the parts that the app's
// modules name: the portal's and the guides' sentences stay with the server.
func readWords(files map[string]page.File, words fs.FS) error {
	parts := map[string]bool{}
	for name, f := range files {
		if path.Ext(name) == ".js" {
			for _, found := range part.FindAllSubmatch(f.Plain, -1) {
				parts[string(found[1])] = true
			}
		}
	}
	catalogues, err := fs.Glob(words, "*.json")
	if err != nil {
		return err
	}
	for _, name := range catalogues {
		text, err := fs.ReadFile(words, name)
		if err != nil {
			return err
		}
		var sentences map[string]json.RawMessage
		if err := json.Unmarshal(text, &sentences); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		maps.DeleteFunc(sentences, func(key string, _ json.RawMessage) bool {
			first, _, _ := strings.Cut(key, ".")
			return !parts[first]
		})
		files["locale/"+name] = newFile(name, script(sentences))
	}
	return nil
}
