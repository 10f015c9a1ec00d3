package portal_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// withCodes sets somebody's phone up and returns their recovery codes.
func withCodes(t *testing.T, p *keyturntest.Person) []string {
	t.Helper()
	list := p.SetUp(pin).Get("/phones/activation").Submit("form#next", nil)
	codes := all(list.HTML, `name="listed" value="`)
	if len(codes) < 8 {
		t.Fatalf("no codes on\n%s", list.HTML)
	}
	return codes[:8]
}

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
	codes := withCodes(t, ada)
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
	fresh := signedIn(t, w, ada) // it may sign in
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
	fresh = signedIn(t, w, ada)
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

// D7 says what was typed, and what is wrong with it. A45 A61.
func TestA45RecoveryField(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Limits.Recoveries.Most = 2 }))
	ada := w.Person("ada")
	codes := withCodes(t, ada)
	b := w.Browser()
	b.SignIn(ada)
	page := b.Get("/sign-in/recovery")
	hashes := 0
	w.Accounts.Hashed = func() { hashes++ }
	cut, swapped := codes[0][:12], codes[0][1:2]+codes[0][:1]+codes[0][2:]
	if swapped == codes[0] {
		swapped = codes[0][:15] + other(codes[0][15:16]) + codes[0][16:]
	}
	for _, tt := range []struct{ name, typed, says string }{
		{"nothing", "", "that&#39;s 0"},
		{"cut", cut, "that&#39;s 11"},
		{"a slip", swapped, "looks wrong"},
		{"an activation code", keyturn.NewCode().String(), "activation code"},
		{"its link", keyturn.NewCode().Link(w.Origin), "activation code"},
	} {
		got := page.Submit("form#recovery", url.Values{"code": {tt.typed}})
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.HTML, tt.says) || got.Attr("input#code", "value") != tt.typed {
			t.Errorf("%s: %d, want %q in\n%s", tt.name, got.Status, tt.says, got.HTML)
		}
	}
	if hashes != 0 {
		t.Errorf("%d tries", hashes)
	}
	if got := page.Submit("form#recovery", url.Values{"code": {"x"}, "language": {"zh-Hans"}}); got.Status != 200 || got.Attr("html", "lang") != "zh-Hans" || got.Attr("input#code", "value") != "x" {
		t.Errorf("in another language: %d", got.Status)
	}
	unknown := keyturn.NewRecoveryCode().String()
	for range 2 {
		if got := page.Submit("form#recovery", url.Values{"code": {unknown}, "language": {""}}); got.Status != http.StatusForbidden || !strings.Contains(got.HTML, `class="ref"`) {
			t.Errorf("unknown: %d\n%s", got.Status, got.HTML)
		}
	}
	if got := page.Submit("form#recovery", url.Values{"code": {codes[0]}}); got.Status != http.StatusTooManyRequests {
		t.Errorf("the third: %d", got.Status)
	}
	if got := w.Browser().Post("/sign-in/recovery", url.Values{"code": {codes[0]}, "request": {request(b.Get("/sign-in/wait"))}}); got.Status != http.StatusNotFound {
		t.Errorf("A62: a code without the password: %d", got.Status)
	}
}

// other is another symbol of the alphabet.
func other(symbol string) string {
	if symbol == "7" {
		return "8"
	}
	return "7"
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
		codes := withCodes(t, ada)
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
		signedIn(t, w, ada)
	}
}

// D3: a list is made anew after an approval; the older one ends; two left are said. A25.
func TestA25NewCodes(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	old := withCodes(t, ada)
	b := signedIn(t, w, ada)
	if home := b.Get("/"); !strings.Contains(home.HTML, "saved your recovery codes") {
		t.Errorf("nobody asks for the list that was put off:\n%s", home.HTML)
	}
	if page := b.Post("/recovery-codes", nil); page.Status != http.StatusConflict {
		t.Errorf("without an approval: %d", page.Status)
	}
	b.Post("/recovery-codes/new", nil)
	page := approve(t, b, ada)
	if page.Path != "/recovery-codes" || !page.Has("form#next") {
		t.Fatalf("%s\n%s", page.Path, page.HTML)
	}
	id := page.Attr("input", "value")
	if got := signedIn(t, w, ada).Post("/recovery-codes", url.Values{"request": {id}}); got.Status != http.StatusConflict {
		t.Errorf("A25: in another session: %d", got.Status)
	}
	list := page.Submit("form#next", nil)
	fresh := all(list.HTML, `name="listed" value="`)
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
	if home := signedIn(t, w, ada).Get("/"); !strings.Contains(home.HTML, "Only 2 recovery codes left") {
		t.Errorf("home:\n%s", home.HTML)
	}
}

// C4 without JavaScript: with the old phone in hand, which works until the check code
// is right, and is told where the account went.
func TestC4MovePlain(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	codes := withCodes(t, ada)
	old := ada.Phone
	b := signedIn(t, w, ada)
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
	page = approve(t, b, ada)
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
	b = signedIn(t, w, ada)
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
	b := signedIn(t, w, ada)
	b.Post("/phones/add", nil)
	page := approve(t, b, ada)
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
	if page := approve(t, b, ada); page.Path != "/phones/activation" {
		t.Errorf("the old one allows: %s", page.Path)
	}
}

// With one phone per account Add is Move, and says which phone it replaces.
func TestOnePhone(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Phones.Max = 1 }))
	ada := w.Person("ada")
	codes := withCodes(t, ada)
	b := signedIn(t, w, ada)
	if page := b.Get("/phones"); !strings.Contains(page.HTML, "A new one replaces Pixel 9") {
		t.Errorf("%s", page.HTML)
	}
	if page := b.Post("/phones/add", nil); page.Path != "/phones/move" || !strings.Contains(page.HTML, "replaces Pixel 9") {
		t.Errorf("%s\n%s", page.Path, page.HTML)
	}
	lost := recovered(t, w, ada, codes[0]) // recovery too makes no second one
	ada.Phone = setUpAgain(t, w, lost)
	signedIn(t, w, ada)
	again := recovered(t, w, ada, codes[1]) // nor does one after the other
	setUpAgain(t, w, again)
}

// A62 what a recovery code opens is the set-up of one phone: its session changes no
// password, reports nothing, which would end the honest person's session, and uses up
// none of the changes that the account may ask for.
func TestA62RecoverySessionOpensNothingElse(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	codes := withCodes(t, ada)
	honest := signedIn(t, w, ada)
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
	if page := honest.Post("/phones/add", nil); page.Path != "/sign-in/wait" {
		t.Errorf("the person can't change anything: %d at %s", page.Status, page.Path)
	}
}

// A62, A89 an alarm with the unlock holds the account whatever became of the phone that a
// recovery code set up: whoever has that phone could get it locked, paused as a copy, or
// removed, so that there is nothing left to pause. The old phone stays.
func TestA62AlarmAfterTheNewPhoneStopped(t *testing.T) {
	for _, tt := range []struct {
		how  string
		stop func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person, code string)
	}{
		{"active", func(*testing.T, *keyturntest.World, *keyturntest.Person, string) {}},
		{"locked", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person, _ string) {
			page := w.Browser().SignIn(ada)
			for range 5 {
				_, _ = ada.Phone.Answer(t.Context(), ada.Phone.Waiting(), keyturn.Approve, page.Text("#number"), "wrong1") // refused, and counted
			}
		}},
		{"removed by itself", func(t *testing.T, _ *keyturntest.World, ada *keyturntest.Person, _ string) {
			phone := ada.Phone
			if err := phone.Remove(t.Context(), phone.Accounts()[0].Device, phone.PIN); err != nil {
				t.Fatal(err)
			}
		}},
		{"lost to a further one", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person, code string) {
			setUpAgain(t, w, recovered(t, w, ada, code))
		}},
	} {
		t.Run(tt.how, func(t *testing.T) {
			clock := keyturntest.NewClock()
			w := keyturntest.Start(t, keyturntest.At(clock))
			ada := w.Person("ada")
			codes := withCodes(t, ada)
			old := ada.Phone
			lost := recovered(t, w, ada, codes[0])
			ada.Phone = setUpAgain(t, w, lost)
			thief := signedIn(t, w, ada)
			tt.stop(t, w, ada, codes[1])
			alarmed := 0
			told, err := old.Notices(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range told {
				if n.Kind == "phone_added" && n.Pause {
					alarmed++
					if err := old.Alarm(t.Context(), n, pin); err != nil {
						t.Fatal(err)
					}
				}
			}
			if a, err := w.Accounts.Account(t.Context(), ada.ID); err != nil || alarmed == 0 || !a.Held {
				t.Errorf("%d alarms, held: %t, %v", alarmed, a.Held, err)
			}
			for name, b := range map[string]*keyturntest.Browser{"the new phone's": thief, "the recovery code's": lost.Browser} {
				if proven := b.Get("/").Attr("body", "data-proven"); proven != "" {
					t.Errorf("%s session goes on: %s", name, proven)
				}
			}
			clock.Move(25 * time.Hour)
			_ = w.Browser().SignIn(ada) // which writes down what has gone
			d, err := w.Store.Device(t.Context(), old.Accounts()[0].Device)
			if err != nil || d.State != device.Suspended {
				t.Errorf("the old phone is %s, %s, %v", d.State, d.Reason, err)
			}
		})
	}
}

// A62 whoever has the password and one recovery code has others too, and would come again
// when the half hour after an alarm is over. An alarm with the unlock ends the codes, and
// stops what came by them; one without it doesn't, nor one about a list that is gone.
func TestA62AlarmEndsTheCodes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		sets   bool // the thief has set up a phone by then
		pin    string
		status int // of another code
		held   bool
	}{
		{"before a phone came", false, pin, http.StatusForbidden, false},
		{"after a phone came", true, pin, http.StatusConflict, true},
		{"without the unlock", false, "", http.StatusOK, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := keyturntest.NewClock()
			w := keyturntest.Start(t, keyturntest.At(clock))
			ada := w.Person("ada")
			codes := withCodes(t, ada)
			lost := recovered(t, w, ada, codes[0])
			if tt.sets {
				setUpAgain(t, w, lost)
			}
			if err := ada.Phone.Alarm(t.Context(), usedCode(t, ada), tt.pin); err != nil {
				t.Fatal(err)
			}
			if proven := lost.Browser.Get("/").Attr("body", "data-proven"); proven != "" {
				t.Errorf("the thief's session goes on: %s", proven)
			}
			clock.Move(31 * time.Minute)
			b := w.Browser()
			b.SignIn(ada)
			again := b.Get("/sign-in/recovery").Submit("form#recovery", url.Values{"code": {codes[1]}})
			if again.Status != tt.status {
				t.Errorf("the thief comes again: %d at %s, want %d", again.Status, again.Path, tt.status)
			}
			if a, err := w.Accounts.Account(t.Context(), ada.ID); err != nil || a.Held != tt.held {
				t.Errorf("held: %t, %v, want %t", a.Held, err, tt.held)
			}
			if tt.held || tt.pin == "" {
				return
			}
			mine := signedIn(t, w, ada)
			if home := mine.Get("/"); !strings.Contains(home.HTML, "0 recovery codes") {
				t.Errorf("the person isn't told:\n%s", home.HTML)
			}
			mine.Post("/recovery-codes/new", nil)
			if made := approve(t, mine, ada).Submit("form#next", nil); !made.Has("#codes") {
				t.Errorf("the person makes no new ones: %d at %s", made.Status, made.Path)
			}
		})
	}
}

// A phone that itself came by a code isn't stopped by its own alarm, and a list that is
// newer than the use isn't ended.
func TestA62AlarmByThePhoneThatCame(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	codes := withCodes(t, ada)
	ada.Phone = setUpAgain(t, w, recovered(t, w, ada, codes[0]))
	recovered(t, w, ada, codes[1]) // somebody else
	theirs := usedCode(t, ada)
	if err := ada.Phone.Alarm(t.Context(), theirs, ada.Phone.PIN); err != nil {
		t.Fatal(err)
	}
	d, err := w.Store.Device(t.Context(), ada.Phone.Accounts()[0].Device)
	if err != nil || d.State != device.Active {
		t.Errorf("its own phone is %s, %v", d.State, err)
	}
	clock.Move(25 * time.Hour)
	mine := signedIn(t, w, ada)
	mine.Post("/recovery-codes/new", nil)
	approve(t, mine, ada).Submit("form#next", nil)
	for _, n := range must(ada.Phone.Notices(t.Context())) {
		if n.Number == theirs.Number || n.Kind == "recovery_used" && n.Pause {
			t.Errorf("an old use would end the new list: %+v", n)
		}
	}
	if err := ada.Phone.Alarm(t.Context(), theirs, ada.Phone.PIN); err != nil {
		t.Fatal(err)
	}
	if l, err := w.Accounts.RecoveryCodes(t.Context(), ada.ID); err != nil || l.Left != 8 {
		t.Errorf("%d codes are left, %v", l.Left, err)
	}
}

// usedCode is what a phone was told last of a recovery code.
func usedCode(t *testing.T, p *keyturntest.Person) phone.Notice {
	t.Helper()
	told, err := p.Phone.Notices(t.Context())
	i := slices.IndexFunc(told, func(n phone.Notice) bool { return n.Kind == "recovery_used" })
	if err != nil || i < 0 || !told[i].Pause {
		t.Fatalf("told %+v, %v", told, err)
	}
	return told[i]
}
