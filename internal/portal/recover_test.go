package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
)

// recovered signs a browser in with a recovery code, as far as the question which
// phone is gone.
func recovered(t *testing.T, w *keyturntest.World, p *keyturntest.Person, code string) *keyturntest.Page {
	t.Helper()
	b := w.Browser()
	b.SignIn(p)
	page := b.Get("/sign-in/recovery").Submit("form#recovery", url.Values{"code": {code}})
	if page.Path != "/phones/lost" {
		t.Fatalf("%d at %s\n%s", page.Status, page.Path, page.HTML)
	}
	return page
}

// setUpAgain sets up a phone in a session that a code opened.
func setUpAgain(t *testing.T, w *keyturntest.World, lost *keyturntest.Page) *keyturntest.Phone {
	t.Helper()
	phone := w.Phone("n3w#P")
	page := lost.Submit("form#which", url.Values{"device": {checked(lost)}})
	set := phone.Activate(page.Text("#activation-code"))
	page = page.Reload().Submit("form#check-code", url.Values{"code": {set.Check}})
	if err := set.Wait(t.Context()); err != nil {
		t.Fatalf("%v on\n%s", err, page.HTML)
	}
	return phone
}

// checked is the phone that the page has chosen.
func checked(page *keyturntest.Page) string {
	_, rest, _ := strings.Cut(page.HTML, `name="device" value="`)
	id, rest, _ := strings.Cut(rest, `"`)
	for rest != "" && !strings.HasPrefix(rest, " required checked") {
		_, rest, _ = strings.Cut(rest, `name="device" value="`)
		id, rest, _ = strings.Cut(rest, `"`)
	}
	return id
}

// C3 without JavaScript: password, recovery code, another phone; the lost one is
// paused, and gone after a day. A31 A41 A62.
func TestC3RecoverPlain(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock), keyturntest.Set(func(c *config.Config) { c.Limits.Probation.Duration = 36 * time.Hour }))
	ada := w.Person("ada")
	codes := ada.SetUpWithCodes(pin)
	old := ada.Phone

	lost := recovered(t, w, ada, strings.ToLower(codes[2]))
	b := lost.Browser
	if got := lost.Attr("body", "data-proven"); got != "urn:keyturn:recovery" || !strings.Contains(lost.HTML, "7 codes left") {
		t.Errorf("acr %q\n%s", got, lost.HTML)
	}
	if b.Cookie("keyturn_pending") != "" {
		t.Error("the pending cookie is left")
	}
	for _, path := range []string{"/phones/add", "/phones/move", "/phones/remove", "/phones/rename", "/recovery-codes/new"} {
		if page := b.Post(path, url.Values{"device": {checked(lost)}, "name": {"x"}}); page.Status != http.StatusConflict {
			t.Errorf("A62: POST %s: %d", path, page.Status)
		}
	}
	if page := b.Post("/recovery-codes", nil); page.Status != http.StatusConflict {
		t.Errorf("A62: codes: %d", page.Status)
	}
	if page := b.Post("/phones/lost", nil); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("no phone named: %d", page.Status)
	}
	phone := setUpAgain(t, w, lost)
	if home := b.Get("/"); !strings.Contains(home.HTML, "security settings") || home.Has("a#lost") {
		t.Errorf("home:\n%s", home.HTML)
	}
	if page := b.Get("/phones/lost"); page.Path != "/" {
		t.Errorf("a second phone in this session: %d at %s", page.Status, page.Path)
	}

	ada.Phone = phone
	fresh := ada.SignedIn() // it may sign in
	for path, form := range map[string]url.Values{"/phones/add": nil, "/recovery-codes/new": nil, "/phones/move": {"have": {"yes"}}} {
		if page := fresh.Post(path, form); page.Status != http.StatusConflict || !strings.Contains(page.HTML, "For 36 hours") {
			t.Errorf("A62: on probation, %s: %d\n%s", path, page.Status, page.HTML)
		}
	}
	if _, err := old.Pending(t.Context()); err != nil {
		t.Errorf("the lost phone may read: %v", err)
	}
	clock.Move(35 * time.Hour)
	if _, err := old.Pending(t.Context()); err != nil {
		t.Errorf("an hour before the end: %v", err)
	}
	clock.Move(time.Hour)
	if _, err := old.Pending(t.Context()); !strings.Contains(problem(err), "device_removed") {
		t.Errorf("after probation: %v", err)
	}
	fresh = ada.SignedIn()
	if page := fresh.Post("/phones/add", nil); page.Path != "/sign-in/wait" {
		t.Errorf("after probation: %d at %s", page.Status, page.Path)
	}
}

func problem(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A31 A32: with the right password, and no phone that can answer, the way leads to
// the recovery code, and to nothing else.
func TestA31NoPhoneLeadsToRecovery(t *testing.T) {
	w := keyturntest.Start(t)
	for _, tt := range []struct {
		name, says string
		stop       func(id string) error
	}{
		{"removed", "No phone", func(id string) error { return w.Devices.Remove(t.Context(), id, device.ReasonOperator) }},
		{"paused", "No phone", func(id string) error { return w.Devices.Pause(t.Context(), id) }},
	} {
		ada := w.Person("ada" + tt.name)
		codes := ada.SetUpWithCodes(pin)
		if err := tt.stop(ada.Phone.Accounts()[0].Device); err != nil {
			t.Fatal(err)
		}
		b := w.Browser()
		page := b.SignIn(ada)
		if page.Path != "/sign-in/wait" || !strings.Contains(page.HTML, tt.says) || page.Attr("#next", "href") != "/sign-in/recovery" {
			t.Errorf("%s: %d at %s\n%s", tt.name, page.Status, page.Path, page.HTML)
		}
		if home := b.Get("/"); home.Attr("body", "data-account") != "" {
			t.Errorf("%s: signed in", tt.name)
		}
		lost := recovered(t, w, ada, codes[0])
		phone := setUpAgain(t, w, lost)
		ada.Phone = phone
		ada.SignedIn()
	}
}

// D3: a list is made anew after an approval; the older one ends; two left are said. A25.
func TestA25NewCodes(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	old := ada.SetUpWithCodes(pin)
	b := ada.SignedIn()
	if home := b.Get("/"); !strings.Contains(home.HTML, "saved your recovery codes") {
		t.Errorf("nobody asks for the list that was put off:\n%s", home.HTML)
	}
	if page := b.Post("/recovery-codes", nil); page.Status != http.StatusConflict {
		t.Errorf("without an approval: %d", page.Status)
	}
	b.Post("/recovery-codes/new", nil)
	page := ada.Approve(b)
	if page.Path != "/recovery-codes" || !page.Has("form#next") {
		t.Fatalf("%s\n%s", page.Path, page.HTML)
	}
	id := page.Attr("input", "value")
	if got := ada.SignedIn().Post("/recovery-codes", url.Values{"request": {id}}); got.Status != http.StatusConflict {
		t.Errorf("A25: in another session: %d", got.Status)
	}
	list := page.Submit("form#next", nil)
	fresh := list.Values(`name="listed" value="`)
	if list.Status != 200 || len(fresh) != 24 || fresh[0] == old[0] {
		t.Fatalf("%d with %d codes", list.Status, len(fresh))
	}
	if again := b.Post("/recovery-codes", url.Values{"request": {id}}); again.Status != http.StatusConflict {
		t.Errorf("A25: a second list by one approval: %d", again.Status)
	}
	if gone := b.Get("/recovery-codes"); !strings.Contains(gone.HTML, "can&#39;t be shown again") || strings.Contains(gone.HTML, fresh[0]) {
		t.Errorf("a refresh:\n%s", gone.HTML)
	}
	file := b.Post("/recovery-codes/file", url.Values{"listed": fresh[:8]})
	if !strings.Contains(file.HTML, "8  "+fresh[7]) || !strings.HasPrefix(file.Header["Content-Disposition"][0], "attachment") || strings.Contains(file.HTML, "ada") {
		t.Errorf("file %v:\n%s", file.Header, file.HTML)
	}
	if page := b.Post("/recovery-codes/file", url.Values{"listed": append(fresh[:7:7], "<script>alert()")}); page.Status != http.StatusNotFound {
		t.Errorf("a file of something else: %d", page.Status)
	}
	if page := b.Post("/recovery-codes/check", url.Values{"listed": fresh[:8], "code": {fresh[3]}}); page.Path != "/" || strings.Contains(page.HTML, "saved your") {
		t.Errorf("saved: %s", page.Path)
	}
	used := w.Browser()
	used.SignIn(ada)
	if got := used.Get("/sign-in/recovery").Submit("form#recovery", url.Values{"code": {old[0]}}); got.Status != http.StatusForbidden {
		t.Errorf("a code of the older list: %d", got.Status)
	}
	for _, code := range fresh[:6] {
		recovered(t, w, ada, code)
	}
	if home := ada.SignedIn().Get("/"); !strings.Contains(home.HTML, "Only 2 recovery codes left") {
		t.Errorf("home:\n%s", home.HTML)
	}
}

// C4 without JavaScript: with the old phone in hand, which works until the check code
// is right, and is told where the account went.
func TestC4MovePlain(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	codes := ada.SetUpWithCodes(pin)
	old := ada.Phone
	b := ada.SignedIn()
	page := b.Get("/phones/move")
	if !strings.Contains(page.HTML, "Pixel 9") {
		t.Fatalf("%s", page.HTML)
	}
	if page := b.Post("/phones/move", url.Values{"have": {"yes"}}); page.Path != "/sign-in/wait" {
		t.Fatalf("%d at %s\n%s", page.Status, page.Path, page.HTML)
	}
	if again := b.Get("/phones/move"); again.Attr("#running", "href") != "/sign-in/wait" {
		t.Errorf("a second tab:\n%s", again.HTML)
	}
	r := old.Waiting()
	if added, name := keyturn.ParsePhoneMessage(r.Challenge.Message); r.Challenge.Action != keyturn.MovePhone || name != "Pixel 9" || added.IsZero() {
		t.Errorf("the phone is asked %s %q", r.Challenge.Action, r.Challenge.Message)
	}
	page = ada.Approve(b)
	if page.Path != "/phones/activation" || !strings.Contains(page.HTML, "Step 2 of 3") {
		t.Fatalf("%s\n%s", page.Path, page.HTML)
	}
	if again := b.Get("/phones/move"); again.Attr("#running", "href") != "/phones/activation" {
		t.Errorf("a second tab:\n%s", again.HTML)
	}
	fresh := w.Phone("n3w#P")
	set := fresh.Activate(page.Text("#activation-code"))
	if _, err := old.Pending(t.Context()); err != nil {
		t.Errorf("before the check code: %v", err)
	}
	page = page.Reload()
	if !strings.Contains(page.HTML, "Step 3 of 3") {
		t.Errorf("%s", page.HTML)
	}
	page = page.Submit("form#check-code", url.Values{"code": {set.Check}})
	if !strings.Contains(page.HTML, "no longer approves") {
		t.Errorf("%s", page.HTML)
	}
	if _, err := old.Pending(t.Context()); !strings.Contains(problem(err), "device_removed") {
		t.Errorf("after it: %v", err)
	}
	if ended := old.Accounts()[0].Ended; ended != device.ReasonMoved {
		t.Errorf("the old phone was told %q", ended)
	}
	if err := set.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	ada.Phone = fresh
	b = ada.SignedIn()
	lostPhone(t, w, b, ada, codes[0])
}

// lostPhone answers the question of a move with "it's lost": the password, which is not
// in the session, and a code, one page each. Until both are right the session is what it was.
func lostPhone(t *testing.T, w *keyturntest.World, b *keyturntest.Browser, p *keyturntest.Person, code string) {
	t.Helper()
	page := b.Post("/phones/move", url.Values{"have": {"no"}})
	if page.Has("form#recovery") || !strings.Contains(page.HTML, `name="name" value="`+p.Name+`"`) {
		t.Fatalf("A31: a session and no password:\n%s", page.HTML)
	}
	page = page.Submit("form#form", url.Values{"password": {"not the password"}})
	if page.Status != http.StatusForbidden || !strings.Contains(page.HTML, `name="lost" value="yes"`) {
		t.Fatalf("a wrong password: %d\n%s", page.Status, page.HTML)
	}
	page = page.Submit("form#form", url.Values{"password": {p.Password}})
	if page.Path != "/sign-in/recovery" || b.Get("/phones").Status != http.StatusOK {
		t.Fatalf("the right one: %s\n%s", page.Path, page.HTML)
	}
	if page = page.Submit("form#recovery", url.Values{"code": {code}}); page.Path != "/phones/lost" {
		t.Errorf("the code: %s\n%s", page.Path, page.HTML)
	}
	if proven := b.Get("/").Attr("body", "data-proven"); proven != "urn:keyturn:recovery" {
		t.Errorf("the session is %s", proven)
	}
}

// A88: another phone of the account isn't asked, and can't allow, that one is moved.
func TestA88OnlyTheOldPhoneMoves(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	first := ada.Phone
	b := ada.SignedIn()
	b.Post("/phones/add", nil)
	page := ada.Approve(b)
	second := w.Phone("n3w#P")
	set := second.Activate(page.Text("#activation-code"))
	page.Reload().Submit("form#check-code", url.Values{"code": {set.Check}})
	if err := set.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Post("/phones/move", url.Values{"have": {"yes"}, "device": {first.Accounts()[0].Device}})
	asked, err := second.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range asked {
		if r.State == "waiting" {
			t.Errorf("the other phone is asked %s", r.Challenge.Action)
		}
	}
	ada.Phone = first
	if page := ada.Approve(b); page.Path != "/phones/activation" {
		t.Errorf("the old one allows: %s", page.Path)
	}
}

// With one phone per account Add is Move, and says which phone it replaces.
func TestOnePhone(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Phones.Max = 1 }))
	ada := w.Person("ada")
	codes := ada.SetUpWithCodes(pin)
	b := ada.SignedIn()
	if page := b.Get("/phones"); !strings.Contains(page.HTML, "A new one replaces Pixel 9") {
		t.Errorf("%s", page.HTML)
	}
	if page := b.Post("/phones/add", nil); page.Path != "/phones/move" || !strings.Contains(page.HTML, "replaces Pixel 9") {
		t.Errorf("%s\n%s", page.Path, page.HTML)
	}
	lost := recovered(t, w, ada, codes[0]) // recovery too makes no second one
	ada.Phone = setUpAgain(t, w, lost)
	ada.SignedIn()
	again := recovered(t, w, ada, codes[1]) // nor does one after the other
	setUpAgain(t, w, again)
}

// A62 what a recovery code opens is the set-up of one phone: its session changes no
// password, reports nothing, which would end the honest person's session, and uses up
// none of the changes that the account may ask for.
func TestA62RecoverySessionOpensNothingElse(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	codes := ada.SetUpWithCodes(pin)
	honest := ada.SignedIn()
	lost := recovered(t, w, ada, codes[0])
	for _, path := range []string{"/password/ask", "/password", "/browsers/forget", "/activity/report", "/phones/add",
		"/phones/move", "/phones/remove", "/phones/rename", "/recovery-codes/new"} {
		for range 6 {
			if page := lost.Browser.Post(path, url.Values{"request": {"req_AAAAAAAAAAAAAAAAAAAAAAAAAA"}}); page.Status != http.StatusConflict {
				t.Errorf("%s: %d at %s", path, page.Status, page.Path)
			}
		}
	}
	if page := honest.Get("/"); page.Attr("body", "data-account") != "ada" {
		t.Error("the person's own session has ended")
	}
	for _, page := range []*keyturntest.Page{honest.Get("/phones/lost"), honest.Post("/phones/lost", nil)} {
		if page.Status != http.StatusNotFound {
			t.Errorf("without a recovery code: %d at %s", page.Status, page.Path)
		}
	}
	if page := honest.Post("/phones/add", nil); page.Path != "/sign-in/wait" {
		t.Errorf("the person can't change anything: %d at %s", page.Status, page.Path)
	}
}
