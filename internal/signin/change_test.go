package signin_test

import (
	"net/url"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// A25: an approval of a sign-in opens no change of phones, and a change that was
// asked for in one session isn't made in another.
func TestA25ApprovalOfTheVeryChange(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	if page := b.Post("/phones/activation", nil); page.Has("#activation-code") {
		t.Error("a sign-in that was just approved makes a code")
	}
	page := b.Post("/phones/add", nil)
	ada.Phone.Approve("")
	other := ada.SignedIn()
	b.SetCookie("keyturn_session", other.Cookie("keyturn_session"))
	if page = b.Post("/sign-in/redeem", url.Values{"request": {page.Request()}}); page.Has("#activation-code") {
		t.Error("another session makes the code")
	}
}

// A88: the phone that the approved request names is removed, whatever a form says.
func TestA88RemovesWhatWasApproved(t *testing.T) {
	w := keyturntest.Start(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	b := ada.SetUp(pin)
	bobs := bob.SetUp(pin)
	theirs := bobs.Get("/phones").Values(`href="/phones/remove?device=`)[0]
	if page := b.Post("/phones/remove", url.Values{"device": {theirs}}); page.Status != 404 {
		t.Errorf("another account's phone: %d", page.Status)
	}
	mine := b.Get("/phones").Values(`href="/phones/remove?device=`)[0]
	page := b.Post("/phones/remove", url.Values{"device": {mine}})
	ada.Phone.Approve(page.Text("#number"))
	page = b.Post("/sign-in/redeem", url.Values{"request": {page.Request()}, "device": {theirs}, "target": {theirs}})
	if page.Path != "/phones" || len(page.Values(`href="/phones/remove?device=`)) != 0 {
		t.Errorf("removed: %s\n%s", page.Path, page.HTML)
	}
	if len(bobs.Get("/phones").Values(`href="/phones/remove?device=`)) != 1 {
		t.Error("bob's phone is gone")
	}
}

func TestCancelledChangeChangesNothing(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	page := b.Post("/phones/add", nil)
	page = b.Post("/sign-in/cancel", url.Values{"request": {page.Request()}})
	if page.Path != "/phones" {
		t.Errorf("cancelled: %s", page.Path)
	}
	page = b.Post("/phones/add", nil)
	if _, err := ada.Phone.Answer(t.Context(), ada.Phone.Waiting(), keyturn.Deny, "", ""); err != nil {
		t.Fatal(err)
	}
	if page = page.Reload(); !strings.Contains(page.HTML, "Not approved") || !strings.Contains(page.HTML, `href="/phones"`) {
		t.Errorf("denied:\n%s", page.HTML)
	}
}

// A sign-in is 确认, everything else is 批准: the two are different words, on every page of a
// request.
func TestChangesAreApprovedInChinese(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	b.Header.Set("Accept-Language", "zh-Hans")
	wait := b.Post("/phones/add", nil)
	pages := []*keyturntest.Page{wait, wait.Press("/sign-in/qr"), wait.Press("/sign-in/offline")}
	ada.Phone.Refuse(keyturn.Deny)
	ended := wait.Reload()
	for _, page := range append(pages, ended) {
		if strings.Contains(page.HTML, "确认") || page.Has("a#recovery") {
			t.Errorf("%s of a change:\n%s", page.Path, page.HTML)
		}
	}
	if !strings.Contains(ended.HTML, "未获批准") {
		t.Errorf("denied:\n%s", ended.HTML)
	}
}
