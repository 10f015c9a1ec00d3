package keyturntest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"path"
	"regexp"
	"sync"
	"testing"
)

// heaviest is how many bytes a page may be: as it travels, with its styles, its
// drawings and its modules, pictures of the help apart.
const heaviest = 30 << 10

var (
	file     = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)
	imported = regexp.MustCompile(`(?:from|import)[ (]*"(\.[^"]+)"`)
	files    sync.Map // what was fetched, by address: loaded
)

// weigh fails the test if a page is too heavy. So every page that any test looks
// at is weighed.
func (b *Browser) weigh(p *Page) {
	b.t.Helper()
	all := map[string]int{}
	for _, found := range file.FindAllStringSubmatch(p.HTML, -1) {
		b.load(found[1], all)
	}
	sum := len(p.HTML) // not compressed: see package page
	for _, size := range all {
		sum += size
	}
	if sum > heaviest {
		b.t.Errorf("%s weighs %d bytes, %d of them HTML, want at most %d: %v", p.Path, sum, len(p.HTML), heaviest, all)
	}
}

// load adds a file and what it imports.
func (b *Browser) load(address string, all map[string]int) {
	b.t.Helper()
	if _, there := all[address]; there {
		return
	}
	f := loaded{}
	if kept, there := files.Load(address); there {
		f = kept.(loaded)
	} else {
		f = b.fetch(address)
		files.Store(address, f)
	}
	all[address] = f.size
	for _, name := range f.imports {
		b.load(path.Join(path.Dir(address), name), all)
	}
}

// loaded is a file as it came.
type loaded struct {
	size    int
	imports []string
}

func (b *Browser) fetch(address string) loaded {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.origin+address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip") // said here, it is left as it came
	answer, err := (&http.Client{Transport: b.client.Transport}).Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close() // it is read
	sent, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %s, %v", address, answer.Status, err)
	}
	return loaded{len(sent), imports(b.t, sent, answer.Header.Get("Content-Encoding"))}
}

// imports are the neighbours that a module names.
func imports(t testing.TB, text []byte, encoding string) (names []string) {
	t.Helper()
	if encoding == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if text, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range imported.FindAllSubmatch(text, -1) {
		names = append(names, string(m[1]))
	}
	return names
}
