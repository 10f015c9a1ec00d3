package scanner_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"keyturn/internal/phoneapp"
	"keyturn/locale"
	"keyturn/test/browser"
)

const file = "../../docs/scanner.md"

var write = flag.Bool("write", false, "write "+file+" anew")

// sizes are pixels of the picture for a module of the code.
var sizes = []float64{2, 3, 5, 10}

// worse are rows in which zbarimg may read more.
var worse = map[string]bool{"strong moiré": true}

// patience is for all pictures, with other work on the machine.
const patience = 15 * time.Minute

// A count is how many pictures of a cell were read: by the app, and by zbarimg.
type count struct{ own, zbar int }

// The page says what the scanner reads, and no row of it is worse than zbarimg's.
func TestScannerReadsWhatOthersRead(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	read := app(t)
	rows := make([][]count, len(distortions))
	for i, d := range distortions {
		own, zbar := 0, 0
		for _, px := range sizes {
			var c count
			for seed, text := range texts {
				picture := taken(t, d, shot{text, px, uint64(seed)})
				c.own += one(read(picture, text))
				seen, _ := browser.ReadCodes(t, picture) // an error: there is none
				c.zbar += one(strings.Contains(seen, text))
			}
			rows[i] = append(rows[i], c)
			own, zbar = own+c.own, zbar+c.zbar
		}
		if own < zbar && !worse[d.name] {
			t.Errorf("%s: %d are read, by zbarimg %d: %v", d.name, own, zbar, rows[i])
		}
	}
	compare(t, document(rows))
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// taken is a picture as a PNG file.
func taken(t *testing.T, d distortion, s shot) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, d.make(s)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// app opens the phone app's decoder in a browser. What it returns reports whether
// it finds a text in a photo.
func app(t *testing.T) func(picture []byte, text string) bool {
	t.Helper()
	web := os.DirFS("../../web")
	a, err := phoneapp.Open(web, locale.Files, locale.English)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var shown []byte
	mux := http.NewServeMux()
	mux.Handle("/", a.Routes())
	mux.HandleFunc("/p/picture.png", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(shown)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	ctx, stop := context.WithTimeout(browser.Start(t), patience)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/p/manifest.webmanifest")); err != nil {
		t.Fatal(err)
	}
	return func(picture []byte, text string) bool {
		mu.Lock()
		shown = picture
		mu.Unlock()
		found, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`(async () => {
			const { readPhoto } = await import("/p/lib/decode.js");
			for await (const texts of readPhoto(await (await fetch("/p/picture.png")).blob())) if (texts.includes(%q)) return true;
			return false;
		})()`, text), chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
}

// compare holds the page to account, or writes it.
func compare(t *testing.T, page string) {
	t.Helper()
	if *write {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if kept, err := fs.ReadFile(os.DirFS("../../docs"), "scanner.md"); err != nil || string(kept) != page {
		t.Errorf("docs/scanner.md is of another scanner (-write writes it anew): %v\n%s", err, page)
	}
}

// document is the page.
func document(rows [][]count) string {
	var s strings.Builder
	s.WriteString("# What the scanner reads\n\n" +
		"QR codes as the portal draws them, an activation's and a sign-in's, at so many pixels for a module, as a camera might see them:\n" +
		"how many of the two the phone app's own decoder reads in a photo, and after the stroke how many zbarimg 0.23 reads. The pictures\n" +
		"are computed by `test/scanner`, whose test fails if a row of ours is worse than zbarimg's, but for strong moiré; this page is written\n" +
		"by `go test ./test/scanner -write`. A browser's own detector is asked first and isn't measured here.\n\n" +
		"| the code | 2 px | 3 px | 5 px | 10 px | all |\n|---|---|---|---|---|---|\n")
	var sum count
	for i, d := range distortions {
		var all count
		fmt.Fprintf(&s, "| %s ", d.name)
		for _, c := range rows[i] {
			all = count{all.own + c.own, all.zbar + c.zbar}
			fmt.Fprintf(&s, "| %d / %d ", c.own, c.zbar)
		}
		fmt.Fprintf(&s, "| **%d** / %d |\n", all.own, all.zbar)
		sum = count{sum.own + all.own, sum.zbar + all.zbar}
	}
	fmt.Fprintf(&s, "| all %d pictures | | | | | **%d** / %d |\n", len(distortions)*len(sizes)*len(texts), sum.own, sum.zbar)
	return s.String()
}
