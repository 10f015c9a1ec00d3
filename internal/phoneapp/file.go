package phoneapp

import (
	"io/fs"
	"path"
	"strings"

	"keyturn/internal/page"
)

// kinds are the files that are served. Notes and settings of tools are not.
var kinds = map[string]string{
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".json":        "application/json",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".webp":        "image/webp",
	".webmanifest": "application/manifest+json",
}

// newFile makes the file of a name. Names carry no hash, so a browser asks each
// time; the service worker spares the app even that.
func newFile(name string, text []byte) page.File { return page.NewFile(kinds[path.Ext(name)], text) }

// read adds the files of a folder under a path below /p/.
func read(into map[string]page.File, from fs.FS, folder, under string) error {
	return fs.WalkDir(from, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name == "phone/test" {
			return fs.SkipDir
		}
		if d.IsDir() || !served(name) {
			return nil
		}
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		switch {
		case path.Ext(name) == ".css":
			text = stripStyle(text)
		case path.Ext(name) == ".js" && !strings.Contains(name, "vendor/") && folder != ".":
			text = []byte(strip(string(text)))
		}
		rest := name
		if folder != "." {
			rest = strings.TrimPrefix(name, folder+"/")
		}
		into[path.Join(under, rest)] = newFile(name, text)
		return nil
	})
}

// served tells whether a file is for browsers. Settings of tools aren't, nor the
// portal's templates in folder shared.
func served(name string) bool {
	kind := path.Ext(name)
	if strings.HasPrefix(name, "phone/") && kind == ".json" || strings.HasPrefix(name, "shared/") && kind == ".html" {
		return false
	}
	return kinds[kind] != ""
}
