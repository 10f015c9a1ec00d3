package phoneapp_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"rsc.io/qr"
)

// shown is what the fake camera sees; scan.test.js expects it.
const shown = "http://localhost/p/#0QTC13462CXD2PHN"

// The app's own scanner reads a QR code from the camera and from a photo.
func TestScanner(t *testing.T) {
	code, err := qr.Encode(shown, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	film := filepath.Join(t.TempDir(), "camera.y4m")
	if err := os.WriteFile(film, y4m(code, 640, 480, 10), 0o600); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", app(t).Routes())
	mux.HandleFunc("/p/test/qr.png", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(code.PNG())
	})
	mux.HandleFunc("/p/test/two.png", func(w http.ResponseWriter, r *http.Request) {
		_ = png.Encode(w, beside(t, code))
	})
	mux.HandleFunc("/p/test/own.png", func(w http.ResponseWriter, r *http.Request) {
		own, err := qr.Encode("http://"+r.Host+"/p/#0QTC13462CXD2PHN", qr.M)
		if err != nil {
			t.Error(err)
		}
		_ = png.Encode(w, beside(t, own))
	})
	ctx := chromium(t, chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-file-for-fake-video-capture", film))
	run(ctx, t, serve(t, mux)+"/p/test/?only=scan")
}

// beside shows a code to the right of somebody else's.
func beside(t *testing.T, code *qr.Code) image.Image {
	t.Helper()
	other, err := qr.Encode("https://www.example.com/menu", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	left, right := other.Image(), code.Image()
	both := image.NewGray(image.Rect(0, 0, left.Bounds().Dx()+right.Bounds().Dx(), right.Bounds().Dy()))
	draw.Draw(both, both.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(both, left.Bounds(), left, image.Point{}, draw.Src)
	draw.Draw(both, right.Bounds().Add(image.Pt(left.Bounds().Dx(), 0)), right, image.Point{}, draw.Src)
	return both
}

// y4m films a code in the middle of a grey picture.
func y4m(code *qr.Code, width, height, frames int) []byte {
	luma := bytes.Repeat([]byte{180}, width*height)
	scale := height * 7 / 10 / (code.Size + 8) // a margin of 4 modules
	side := (code.Size + 8) * scale
	left, top := (width-side)/2, (height-side)/2
	for y := range side {
		for x := range side {
			value := byte(235)
			if code.Black(x/scale-4, y/scale-4) {
				value = 16
			}
			luma[(top+y)*width+left+x] = value
		}
	}
	var film bytes.Buffer
	fmt.Fprintf(&film, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420mpeg2\n", width, height)
	for range frames {
		film.WriteString("FRAME\n")
		film.Write(luma)
		film.Write(bytes.Repeat([]byte{128}, width*height/2))
	}
	return film.Bytes()
}
