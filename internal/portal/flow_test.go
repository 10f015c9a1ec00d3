package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

const pin = "7Kq#2"

// A code of mine has ended: the page knows why, and a new one is one press away.
func TestNewCode(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	old := page.Text("#activation-code")
	form := url.Values{"activation": {page.Values(`name="activation" value="`)[0]}}
	page = b.Post("/phones/activation", form)
	fresh := page.Text("#activation-code")
	if fresh == old {
		t.Error("no new code")
	}
	if page = b.Post("/phones/activation", form); page.Text("#activation-code") != fresh {
		t.Error("the same form twice made two codes")
	}
	if _, err := w.Phone(pin).Phone.Activate(t.Context(), must(keyturn.ParseCode(w.Origin, old)), "Pixel 9", pin); err == nil {
		t.Error("the older code is still good")
	}
	if page = page.Reload(); !strings.Contains(page.HTML, "An older code was tried on a phone") {
		t.Error("the page doesn't say that an older code was tried")
	}
	clock.Move(10*time.Minute + time.Second)
	if page = page.Reload(); !strings.Contains(page.HTML, "This code has expired") || page.Has("#activation-code") {
		t.Errorf("after its time:\n%s", page.HTML)
	}
	page.Submit("form#next", nil)
	page = b.Post("/phones/activation/cancel", nil)
	if !strings.Contains(page.HTML, "Set-up was cancelled") {
		t.Errorf("cancelled:\n%s", page.HTML)
	}
}

// Three wrong check codes cancel; one that isn't six digits costs no try.
func TestCheckCode(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	set := w.Phone(pin).Activate(page.Text("#activation-code"))
	wrong := "000000"
	if set.Check == wrong {
		wrong = "000001"
	}
	for _, tt := range []struct{ typed, says string }{
		{"12345", "That&#39;s 5 digits"}, {"１２３", "That&#39;s 3 digits"}, {"", "That&#39;s 0 digits"},
		{wrong, "2 tries left"}, {wrong[:3] + " " + wrong[3:], "1 try left"},
	} {
		page = b.Post("/phones/activation/check", url.Values{"code": {tt.typed}})
		if page.Status != 422 || !strings.Contains(page.HTML, tt.says) || page.Attr("input#code", "value") != tt.typed {
			t.Errorf("%q: %d, want %s\n%s", tt.typed, page.Status, tt.says, page.HTML)
		}
	}
	page = b.Post("/phones/activation/check", url.Values{"code": {wrong}})
	if page.Status != 200 || !strings.Contains(page.HTML, "Nothing was activated. Get a new code") {
		t.Errorf("the third wrong one: %d\n%s", page.Status, page.HTML)
	}
	page = b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	if !strings.Contains(page.HTML, "Set-up was cancelled") {
		t.Error("the right one counts after three wrong ones")
	}
	if page = page.Submit("form#next", nil); !page.Has("#activation-code") {
		t.Errorf("no new code without signing out: %s", page.Path)
	}
}

// The codes are in one answer only. The page's own list is what the check compares with.
func TestRecoveryCodes(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	list := b.Get("/phones/activation").Submit("form#next", nil)
	codes := list.Values(`name="listed" value="`)
	if list.Status != 200 || len(codes) != 24 { // the check's, the file's and the language switch's
		t.Fatalf("%d with %d codes\n%s", list.Status, len(codes), list.HTML)
	}
	if again := b.Post("/recovery-codes", nil); again.Status != 409 || strings.Contains(again.HTML, codes[0]) {
		t.Errorf("a second time: %d", again.Status)
	}
	form := url.Values{"listed": codes[:8], "code": {codes[0]}}
	if page := b.Post("/recovery-codes/check", form); page.Status != 422 || !strings.Contains(page.HTML, codes[7]) {
		t.Errorf("another code than the fourth: %d", page.Status)
	}
	form.Set("language", "zh-Hans")
	if page := b.Post("/recovery-codes/check", form); page.Status != 200 || page.Attr("html", "lang") != "zh-Hans" || !strings.Contains(page.HTML, codes[7]) {
		t.Errorf("in another language: %d", page.Status)
	}
	form.Del("language")
	form.Set("code", strings.ToLower(strings.ReplaceAll(codes[3], "-", " ")))
	if page := b.Post("/recovery-codes/check", form); page.Path != "/" {
		t.Errorf("the fourth code: %d at %s", page.Status, page.Path)
	}
	form["listed"] = []string{"<script>"}
	if page := b.Post("/recovery-codes/check", form); page.Status != 404 {
		t.Errorf("no codes: %d", page.Status)
	}
	if home := b.Get("/"); !strings.Contains(home.HTML, "8 个") && !strings.Contains(home.HTML, "8") {
		t.Errorf("home:\n%s", home.HTML)
	}
}

// A phone is added and removed after an approval.
func TestPhones(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)

	page := b.Post("/phones/add", nil)
	if page.Path != "/sign-in/wait" || !strings.Contains(page.HTML, "Add a phone") {
		t.Fatalf("adding leads to %s\n%s", page.Path, page.HTML)
	}
	page = ada.Approve(b)
	if page.Path != "/phones/activation" {
		t.Fatalf("after the approval: %s\n%s", page.Path, page.HTML)
	}
	second := w.Phone(pin)
	set := second.Activate(page.Text("#activation-code"))
	page = b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	if strings.Contains(page.HTML, `action="/recovery-codes"`) {
		t.Error("a further phone gets recovery codes")
	}

	page = b.Get("/phones")
	ids := page.Values(`href="/phones/remove?device=`)
	if len(ids) != 2 {
		t.Fatalf("%d phones\n%s", len(ids), page.HTML)
	}
	page = b.Post("/phones/rename", url.Values{"device": {ids[0]}, "name": {"  Ada's <new> phone "}})
	if page.Path != "/phones" || !strings.Contains(page.HTML, "Ada&#39;s &lt;new&gt; phone") {
		t.Errorf("renamed: %s\n%s", page.Path, page.HTML)
	}
	if page = b.Post("/phones/rename", url.Values{"device": {ids[0]}, "name": {"a\nb"}}); page.Status != 422 {
		t.Errorf("a name with a line feed: %d", page.Status)
	}

	page = b.Get("/phones/remove?device=" + ids[0])
	if !strings.Contains(page.HTML, "Remove Ada&#39;s &lt;new&gt; phone?") || strings.Contains(page.HTML, "no other phone") {
		t.Errorf("the question:\n%s", page.HTML)
	}
	page = b.Post("/phones/remove", url.Values{"device": {ids[0]}})
	if page.Path != "/sign-in/wait" || !strings.Contains(page.HTML, "Remove Ada&#39;s &lt;new&gt; phone") {
		t.Errorf("removing: %s\n%s", page.Path, page.HTML)
	}
	page = ada.Approve(b)
	if page.Path != "/phones" || !strings.Contains(page.HTML, "was removed") || len(page.Values(`href="/phones/remove?device=`)) != 1 {
		t.Errorf("removed: %s\n%s", page.Path, page.HTML)
	}
	if page = b.Get("/phones/remove?device=" + ids[1]); !strings.Contains(page.HTML, "no other phone") {
		t.Error("the last phone is like any other")
	}
}

// With the check code off, a phone is ready as soon as it has finished.
func TestWithoutCheckCode(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Activation.CheckCode = "off" }))
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	w.Phone(pin).Activate(page.Text("#activation-code"))
	if page = page.Reload(); !strings.Contains(page.HTML, `action="/recovery-codes"`) {
		t.Errorf("not done:\n%s", page.HTML)
	}
}

// On a phone's own browser the QR code is a link.
func TestOnAPhone(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36")
	page := b.SignIn(w.Person("ada"))
	code := strings.ReplaceAll(page.Text("#activation-code"), "-", "")
	if page.Has("#activation-qr") || !strings.Contains(page.HTML, `href="`+w.Origin+"/p/#"+code+`"`) {
		t.Errorf("on a phone:\n%s", page.HTML)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
