package browser

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/device"
)

// A Phone is a browser with a phone's screen, touch and name, a camera, and an
// unlock of its own.
type Phone struct {
	Window
	kind          chromedp.Device
	origin        string
	profile       string
	film          string // file that the camera plays
	stop          func()
	authenticator webauthn.AuthenticatorID
	standalone    bool
	more          []chromedp.ExecAllocatorOption
	registration  serviceworker.RegistrationID // of the app's worker; empty: not known yet
}

// NewAndroid returns an Android phone that may open pages of origin; the app is not
// installed. More may be [Shade.Under].
func NewAndroid(t testing.TB, lang, origin string, more ...chromedp.ExecAllocatorOption) *Phone {
	return newPhone(t, lang, origin, device.Pixel5, false, more...)
}

// NewIPhone returns an iPhone on whose Home Screen the app was put: it shows the
// app's pages standalone.
func NewIPhone(t testing.TB, lang, origin string, more ...chromedp.ExecAllocatorOption) *Phone {
	return newPhone(t, lang, origin, device.IPhone13, true, more...)
}

// NewPhone returns an Android phone or an iPhone.
func NewPhone(t testing.TB, lang, origin string, android bool, more ...chromedp.ExecAllocatorOption) *Phone {
	t.Helper()
	if android {
		return NewAndroid(t, lang, origin, more...)
	}
	return NewIPhone(t, lang, origin, more...)
}

func newPhone(
	t testing.TB, lang, origin string, kind chromedp.Device, standalone bool, more ...chromedp.ExecAllocatorOption,
) *Phone {
	t.Helper()
	dir := folder(t)
	p := &Phone{Window: Window{t: t, lang: lang, touch: true}, kind: kind, origin: origin, standalone: standalone, more: more,
		profile: filepath.Join(dir, "profile"), film: filepath.Join(dir, "camera.y4m")}
	p.Camera(nothing())
	p.start()
	return p
}

// start starts the phone's browser on its profile, with keys in its unlock.
func (p *Phone) start(keys ...*webauthn.Credential) {
	p.t.Helper()
	p.ctx, p.stop = start(p.t, p.profile, append([]chromedp.ExecAllocatorOption{acceptLanguage(p.lang),
		chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", p.film)}, p.more...)...)
	p.do("be a phone", chromedp.Emulate(p.kind))
	if p.standalone { // what the Home Screen of an iPhone does to a page
		p.BeforeEachPage(`Object.defineProperty(navigator, "standalone", {get: () => true})`)
	}
	p.Allow("camera", true)
	p.addAuthenticator(keys)
}

// Restart ends the phone's browser and starts it again: what was kept is there,
// what was only in memory is not.
func (p *Phone) Restart() {
	p.t.Helper()
	keys := p.keys()
	p.stop()
	p.start(keys...)
}

// Copy ends the phone's browser, copies all that it keeps, and returns a second phone
// with the copy. Both start again.
func (p *Phone) Copy() *Phone {
	p.t.Helper()
	p.stop()
	second := *p
	dir := folder(p.t)
	second.profile, second.film = filepath.Join(dir, "profile"), filepath.Join(dir, "camera.y4m")
	if err := os.CopyFS(second.profile, stored{os.DirFS(p.profile)}); err != nil {
		p.t.Fatalf("copy of the profile: %v", err)
	}
	second.Camera(nothing())
	p.start()
	second.start()
	return &second
}

// stored is a profile without the links that say that it is in use.
type stored struct{ fs.FS }

// ReadDir implements [fs.ReadDirFS].
func (s stored) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), "Singleton") }), err
}

// Allow answers the browser's question for a permission beforehand.
func (p *Phone) Allow(permission string, yes bool) {
	p.t.Helper()
	setting := browser.PermissionSettingDenied
	if yes {
		setting = browser.PermissionSettingGranted
	}
	p.permission(permission, setting)
}

func (p *Phone) permission(permission string, setting browser.PermissionSetting) {
	p.t.Helper()
	_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: permission}, Setting: setting, Origin: p.origin})
	if err != nil {
		p.failed("permission for %s: %v", permission, err)
	}
}

// keys are those that the phone's unlock keeps.
func (p *Phone) keys() []*webauthn.Credential {
	p.t.Helper()
	got, err := chromedp.Call(p.ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: p.authenticator})
	if err != nil {
		p.failed("authenticator: %v", err)
	}
	return got.Credentials
}

// addAuthenticator gives the phone an unlock of its own whose person always is
// the right one.
func (p *Phone) addAuthenticator(keys []*webauthn.Credential) {
	p.t.Helper()
	off := false
	_, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{EnableUI: &off})
	if err != nil {
		p.failed("authenticator: %v", err)
	}
	got, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{Protocol: "ctap2", Transport: "internal", HasResidentKey: true,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
			HasCmtgKey: true}}) // or it takes no key: each says whether it has such ones
	if err != nil {
		p.failed("authenticator: %v", err)
	}
	p.authenticator = got.AuthenticatorID
	for _, key := range keys {
		key.ActiveCmtgKeyIndex = nil // of none
		if _, err := chromedp.Call(p.ctx, webauthn.AddCredential, webauthn.AddCredentialParams{
			AuthenticatorID: p.authenticator, Credential: key}); err != nil {
			p.failed("authenticator: %v", err)
		}
	}
}

// Recognizes says whether the phone's unlock recognises the person from now on.
func (p *Phone) Recognizes(yes bool) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{
		AuthenticatorID: p.authenticator, IsUserVerified: yes})
	if err != nil {
		p.failed("authenticator: %v", err)
	}
}

// The camera's picture, in pixels.
const (
	cameraWidth  = 1280
	cameraHeight = 960
)

// Camera points the camera at a picture, such as [Window.Shot] of the page that
// shows the QR code. The browser reads it whenever the camera is turned on.
func (p *Phone) Camera(shot []byte) {
	p.t.Helper()
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		p.t.Fatalf("camera: %v", err)
	}
	if err := os.WriteFile(p.film+".new", film(img), 0o644); err != nil {
		p.t.Fatalf("camera: %v", err)
	}
	if err := os.Rename(p.film+".new", p.film); err != nil { // never half a film
		p.t.Fatalf("camera: %v", err)
	}
}

// film is a YUV4MPEG2 video of a still: the picture in the middle, as large as
// it fits, in shades of grey.
func film(img image.Image) []byte {
	b := img.Bounds()
	scale := min(float64(cameraWidth)/float64(b.Dx()), float64(cameraHeight)/float64(b.Dy()))
	left, top := (cameraWidth-scale*float64(b.Dx()))/2, (cameraHeight-scale*float64(b.Dy()))/2
	frame := make([]byte, cameraWidth*cameraHeight*3/2)
	for i := range frame {
		frame[i] = 128
	}
	for y := range cameraHeight {
		for x := range cameraWidth {
			sx, sy := int((float64(x)-left)/scale), int((float64(y)-top)/scale)
			if at := (image.Point{sx, sy}).Add(b.Min); sx >= 0 && sy >= 0 && at.In(b) {
				grey := color.GrayModel.Convert(img.At(at.X, at.Y)).(color.Gray).Y
				frame[y*cameraWidth+x] = 16 + byte(int(grey)*219/255)
			}
		}
	}
	var out bytes.Buffer
	out.WriteString("YUV4MPEG2 W" + strconv.Itoa(cameraWidth) + " H" + strconv.Itoa(cameraHeight) + " F10:1 Ip A1:1 C420mpeg2\n")
	for range 5 {
		out.WriteString("FRAME\n")
		out.Write(frame)
	}
	return out.Bytes()
}

// nothing is what the camera sees before it is pointed at something.
func nothing() []byte {
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = 128
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // into memory
	return out.Bytes()
}
