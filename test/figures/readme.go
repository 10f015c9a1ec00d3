package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"keyturn/test/browser"
)

// mostReadme is how large the picture of the README may be, in bytes: it is
// loaded by everybody who opens the project's page.
const mostReadme = 60 << 10

// compose is a function of a page: it draws the portal's window and the phone
// beside each other and returns a WebP.
const compose = `async (portal, phone) => {
  const load = async (data) => createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
  const canvas = document.createElement("canvas"), c = canvas.getContext("2d");
  [canvas.width, canvas.height] = [1600, 900];
  c.fillStyle = "#DCE8E6";
  c.fillRect(0, 0, 1600, 900);
  c.imageSmoothingQuality = "high";
  const show = (picture, x, y, w, h, round, rim) => {
    c.save();
    c.shadowColor = "rgb(21 32 43 / .25)"; c.shadowBlur = 28; c.shadowOffsetY = 8;
    c.beginPath(); c.roundRect(x - rim, y - rim, w + 2 * rim, h + 2 * rim, round + rim); c.fillStyle = "#15202B"; c.fill();
    c.restore();
    c.save();
    c.beginPath(); c.roundRect(x, y, w, h, round); c.clip(); c.drawImage(picture, x, y, w, h);
    c.restore();
  };
  const [left, right] = [await load(portal), await load(phone)];
  const high = 820, wide = high * right.width / right.height;
  show(left, 40, 50, 1080, 800, 12, 1);
  show(right, 1360 - wide / 2, 40, wide, high, 36, 10);
  return canvas.toDataURL("image/webp", .8).split(",")[1];
}`

// takeReadme writes the picture of the README: the portal shows a QR code, and
// the phone a request.
func takeReadme(t testing.TB, path string) {
	s := newStage(t, nil, "en")
	s.signIn()
	s.code()
	portal := whole(&s.desk.Window, size{900, 667, 1.2}, false)

	w := &s.desk.Window
	w.Open(serveGallery(t) + "/p/test/gallery.html")
	showSample(w, "request")
	phone := whole(w, mobile, false)

	w.Open("about:blank")
	drawn := browser.Eval[string](w, fmt.Sprintf("(%s)(%q, %q)", compose,
		base64.StdEncoding.EncodeToString(portal), base64.StdEncoding.EncodeToString(phone)))
	picture, err := base64.StdEncoding.DecodeString(strings.TrimSpace(drawn))
	if err != nil || len(picture) == 0 || len(picture) > mostReadme {
		t.Fatalf("a picture of %d bytes, at most %d are wanted: %v", len(picture), mostReadme, err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s: %d bytes\n", path, len(picture))
}
