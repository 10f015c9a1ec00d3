package keyturntest_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/internal/mail/mailtest"
	"keyturn/phone"
)

// A home is a person with two phones, the newer one on probation if asked.
type home struct {
	*keyturntest.World
	ada     *keyturntest.Person
	browser *keyturntest.Browser
	newer   *keyturntest.Phone
}

func twoPhones(t *testing.T, probation bool, options ...keyturntest.Option) home {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keyturn.db")
	w := keyturntest.Start(t, append(options, keyturntest.In("sqlite:"+file, file+".key"))...)
	h := home{World: w, ada: w.PersonAt("ada", "ada@example.org")}
	h.browser = h.ada.SetUp(pin)
	signIn(h.browser, h.ada)
	h.newer = beside(t, w, h.ada, h.browser)
	if probation {
		db, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(10000)")
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), "UPDATE device SET probation = $1 WHERE id = $2", time.Now().Add(24*time.Hour).Unix(), h.newer.Accounts()[0].Device)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// notice is the one notice that a phone has.
func notice(t *testing.T, p *keyturntest.Phone, kind string) phone.Notice {
	t.Helper()
	all := must(p.Notices(t.Context()))
	if len(all) != 1 || all[0].Kind != kind {
		t.Fatalf("notices %+v, want one %s", all, kind)
	}
	return all[0]
}

func kinds(t *testing.T, p *keyturntest.Phone) (all []string) {
	t.Helper()
	for _, n := range must(p.Notices(t.Context())) {
		all = append(all, n.Kind)
	}
	return all
}

// letterTo are the letters to an address.
func letterTo(all []mailtest.Letter, to string) (some []string) {
	for _, l := range all {
		if slices.Contains(l.To, to) {
			some = append(some, l.Data)
		}
	}
	return some
}

// The other phone hears of a new one, the new one doesn't; seen, it is over.
func TestNotice(t *testing.T) {
	h := twoPhones(t, false)
	n := notice(t, h.ada.Phone, "phone_added")
	if n.Detail != "Pixel 9" || n.Account != "ada" || len(n.Reference) != 8 || n.Pause {
		t.Errorf("notice %+v", n)
	}
	if got := kinds(t, h.newer); len(got) != 0 {
		t.Errorf("the new phone is told %v", got)
	}
	for range 2 {
		if err := h.ada.Phone.Acknowledge(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if got := kinds(t, h.ada.Phone); len(got) != 0 {
		t.Errorf("it is still there: %v", got)
	}
}

// A held call is answered when there is something to be told.
func TestNoticeWakes(t *testing.T) {
	h := twoPhones(t, false)
	if err := h.ada.Phone.Acknowledge(t.Context(), notice(t, h.ada.Phone, "phone_added")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	woken := make(chan struct{}, 10)
	go func() {
		_ = h.ada.Phone.Listen(ctx, deviceOf(h.ada), func([]phone.Request) error { woken <- struct{}{}; return nil })
	}()
	<-woken // it listens
	if err := h.World.Devices.Remove(t.Context(), h.newer.Accounts()[0].Device, device.ReasonRemoved); err != nil {
		t.Fatal(err)
	}
	select {
	case <-woken:
	case <-time.After(20 * time.Second): // after 25 the call ends by itself
		t.Fatal("it sleeps on")
	}
	notice(t, h.ada.Phone, "phone_removed")
}

// A89: an alarm without the unlock stops pushes and changes and tells everyone, but
// suspends nobody; a wrong PIN is counted; with the right one the phone on probation is
// paused, and what it has opened ends.
func TestA89AlarmNeedsTheUnlock(t *testing.T) {
	s := mailtest.Start(t)
	h := twoPhones(t, true, keyturntest.Mail(s))
	added := h.newer.Accounts()[0].Device
	n := notice(t, h.ada.Phone, "phone_added")
	if !n.Pause {
		t.Fatal("the phone doesn't say that it could pause the new one")
	}
	before := len(s.Wait(t, 2))

	if err := h.ada.Phone.Alarm(t.Context(), n, ""); err != nil {
		t.Fatal(err)
	}
	a := must(h.Accounts.Account(t.Context(), h.ada.ID))
	if !a.Quiet.After(time.Now().Add(29*time.Minute)) || a.Held {
		t.Errorf("quiet until %v, held %t", a.Quiet, a.Held)
	}
	state := func() device.State { return must(h.Store.Device(t.Context(), added)).State }
	if state() != device.Active {
		t.Errorf("without the unlock the new phone is %s", state())
	}
	if got := kinds(t, h.newer); !slices.Equal(got, []string{"alarm"}) {
		t.Errorf("the other phone is told %v", got)
	}
	letters := s.Wait(t, before+2)
	if len(letterTo(letters[before:], "ada@example.org")) != 1 || len(letterTo(letters[before:], "operator@example.org")) != 1 {
		t.Errorf("letters %+v", letters[before:])
	}

	var problem *keyturn.Problem
	if err := h.ada.Phone.Alarm(t.Context(), n, "wrong1"); !errors.As(err, &problem) || problem.Code != "pin_wrong" || *problem.TriesLeft != 4 {
		t.Errorf("a wrong PIN: %v", err)
	}
	if state() != device.Active {
		t.Errorf("after a wrong PIN the new phone is %s", state())
	}
	if err := h.ada.Phone.Alarm(t.Context(), n, pin); err != nil {
		t.Fatal(err)
	}
	if d := must(h.Store.Device(t.Context(), added)); d.State != device.Suspended || d.Reason != device.ReasonAlarm {
		t.Errorf("the new phone is %s %s", d.State, d.Reason)
	}
	if a := must(h.Accounts.Account(t.Context(), h.ada.ID)); !a.Held {
		t.Error("changes go on")
	}
	if len(events(t, h, audit.AlarmRaised)) != 1 {
		t.Error("one alarm is raised more than once")
	}
	if page := h.browser.Post("/phones/activation", nil); page.Has("#activation-code") {
		t.Error("a code is made after the alarm")
	}
}

// A62: an alarm from a phone that is suspended itself, such as the lost one, pauses the
// new one too; a locked phone can only report.
func TestA62AlarmFromThePausedPhone(t *testing.T) {
	for _, tt := range []struct {
		state device.State
		code  string
	}{{device.Suspended, ""}, {device.PINLocked, "pin_locked"}} {
		t.Run(string(tt.state), func(t *testing.T) {
			h := twoPhones(t, true)
			n := notice(t, h.ada.Phone, "phone_added")
			if tt.state == device.Suspended {
				ev := audit.Event{Kind: audit.DeviceSuspended, At: time.Now(), Account: h.ada.ID, Detail: map[string]string{"reason": device.ReasonLost}}
				if err := h.Store.Suspend(t.Context(), deviceOf(h.ada), device.ReasonLost, ev); err != nil {
					t.Fatal(err)
				}
			} else {
				for range 5 {
					_ = h.ada.Phone.Alarm(t.Context(), n, "wrong1")
				}
			}
			if got := must(h.Store.Device(t.Context(), deviceOf(h.ada))).State; got != tt.state {
				t.Fatalf("it is %s", got)
			}
			var problem *keyturn.Problem
			err := h.ada.Phone.Alarm(t.Context(), notice(t, h.ada.Phone, "phone_added"), pin)
			if tt.code == "" && err != nil || tt.code != "" && (!errors.As(err, &problem) || problem.Code != tt.code) {
				t.Errorf("with the unlock: %v", err)
			}
			want := map[bool]device.State{true: device.Suspended, false: device.Active}[tt.code == ""]
			if d := must(h.Store.Device(t.Context(), h.newer.Accounts()[0].Device)); d.State != want {
				t.Errorf("the new phone is %s, want %s", d.State, want)
			}
			if tt.code == "" {
				return
			}
			if err := h.ada.Phone.Alarm(t.Context(), n, ""); err != nil {
				t.Errorf("a report by a locked phone: %v", err)
			}
			if len(events(t, h, audit.AlarmRaised)) != 1 {
				t.Error("nothing was raised")
			}
		})
	}
}

// A81: an alarm that was recorded on its way and is sent again is judged once: a wrong
// one takes one try, and a right one sets nothing back.
func TestA81RecordedAlarm(t *testing.T) {
	h := twoPhones(t, true)
	n := notice(t, h.ada.Phone, "phone_added")
	path := "/v1/notices/" + itoa(n.Number)
	left := func() int { return 5 - must(h.Store.Device(t.Context(), deviceOf(h.ada))).WrongPINs }
	again := func(pin string) (code string) {
		s, nonce := signerOf(h.ada.Phone, pin), h.Devices.Nonce()
		text := must(keyturn.AlarmText(h.Origin, s.dev.ID, n.Number, nonce))
		proof := &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(s.kk, text)}
		recorded := s.call(t, path, nonce, keyturn.NoticeReply{Action: "alarm", Proof: proof})
		for range 5 {
			_, answer := recorded.send(t, h.Client(), h.Origin)
			code = codeOf(answer)
		}
		return code
	}
	for i := range 3 {
		if code := again("wrong1"); code != "pin_wrong" || left() != 4-i {
			t.Fatalf("a wrong one 5 times: %s, %d tries left, want %d", code, left(), 4-i)
		}
	}
	if code := again(pin); code != "" || left() != 5 {
		t.Fatalf("a right one: %s, %d left", code, left())
	}
	again("wrong1")
	s, nonce := signerOf(h.ada.Phone, pin), h.Devices.Nonce()
	text := must(keyturn.AlarmText(h.Origin, s.dev.ID, n.Number, nonce))
	other := keyturn.NoticeReply{Action: "alarm", Proof: &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(s.kk, text+"x")}}
	_, _ = s.call(t, path, nonce, other).send(t, h.Client(), h.Origin)
	if left() != 3 {
		t.Fatalf("%d tries left", left())
	}
	right := keyturn.NoticeReply{Action: "alarm", Proof: &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(s.kk, text)}}
	if _, answer := s.call(t, path, nonce, right).send(t, h.Client(), h.Origin); codeOf(answer) != "pin_wrong" || left() != 3 {
		t.Errorf("the right MAC under a text that was judged: %s, %d left", answer, left())
	}
}

// What isn't a notice of the device, or isn't a reply, changes nothing.
func TestNoticeForms(t *testing.T) {
	h := twoPhones(t, false)
	n := notice(t, h.ada.Phone, "phone_added")
	other := h.Person("ben")
	other.SetUp(pin)
	mine, theirs, newer := signerOf(h.ada.Phone, pin), signerOf(other.Phone, pin), signerOf(h.newer, pin)
	proof := &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(mine.kk, "x")}
	for _, tt := range []struct {
		name string
		by   signer
		path string
		in   any
	}{
		{"another account's", theirs, itoa(n.Number), keyturn.NoticeReply{Action: "alarm"}},
		{"not told to this phone", newer, itoa(n.Number), keyturn.NoticeReply{Action: "alarm"}},
		{"a number that nobody has", mine, "999999", keyturn.NoticeReply{Action: "seen"}},
		{"a number with a zero before it", mine, "0" + itoa(n.Number), keyturn.NoticeReply{Action: "seen"}},
		{"no number", mine, "x", keyturn.NoticeReply{Action: "seen"}},
		{"another action", mine, itoa(n.Number), keyturn.NoticeReply{Action: "approve"}},
		{"seen with a proof", mine, itoa(n.Number), keyturn.NoticeReply{Action: "seen", Proof: proof}},
		{"a member too many", mine, itoa(n.Number), map[string]string{"action": "seen", "all": "yes"}},
	} {
		if status, answer := tt.by.call(t, "/v1/notices/"+tt.path, h.Devices.Nonce(), tt.in).send(t, h.Client(), h.Origin); status != http.StatusBadRequest || codeOf(answer) != "bad_request" {
			t.Errorf("%s: %d %s", tt.name, status, answer)
		}
	}
	notice(t, h.ada.Phone, "phone_added")
	if len(events(t, h, audit.AlarmRaised)) != 0 {
		t.Error("an alarm was raised")
	}
}

// A42: whoever activates the first phone with a stolen password is told of to the
// account's address, by a letter that is written with the activation itself.
func TestA42FirstPhoneIsTold(t *testing.T) {
	s := mailtest.Start(t)
	w := keyturntest.Start(t, keyturntest.Mail(s))
	ada := w.PersonAt("ada", "ada@example.org")
	ada.SetUp(pin)
	got := letterTo(s.Wait(t, 1), "ada@example.org")
	if len(got) != 1 {
		t.Fatalf("letters %v", s.Letters())
	}
	for _, secret := range []string{pin, ada.Password} {
		if strings.Contains(got[0], secret) {
			t.Errorf("the letter has a secret:\n%s", got[0])
		}
	}
}

// A66: a phone whose name plays a header, or the log, stays a word of its letter.
func TestA66NamesInLetters(t *testing.T) {
	s := mailtest.Start(t)
	h := twoPhones(t, false, keyturntest.Mail(s))
	s.Wait(t, 2)
	if err := h.World.Devices.Rename(t.Context(), h.ada.ID, h.newer.Accounts()[0].Device, "Bcc: eve@example.org, <b>שלום"); err != nil {
		t.Fatal(err)
	}
	if err := h.World.Devices.Remove(t.Context(), h.newer.Accounts()[0].Device, device.ReasonRemoved); err != nil {
		t.Fatal(err)
	}
	for _, letter := range s.Wait(t, 4)[2:] { // renamed, and removed
		head, _, _ := strings.Cut(letter.Data, "\r\n\r\n")
		_, page, _ := strings.Cut(letter.Data, "text/html")
		if len(letter.To) != 1 || strings.Contains(head, "eve@") || strings.Contains(page, "<b>") || !strings.Contains(page, "&lt;b&gt") {
			t.Errorf("to %v\n%s", letter.To, letter.Data)
		}
	}
}

// A104: a session renames the phone of the person to what another one is called. Both
// phones and the address hear of it, and whoever is asked to remove one sees when it was
// added: no name changes that.
func TestA104RenamedPhone(t *testing.T) {
	s, clock := mailtest.Start(t), keyturntest.NewClock()
	h := twoPhones(t, false, keyturntest.Mail(s), keyturntest.At(clock))
	if err := h.ada.Phone.Acknowledge(t.Context(), notice(t, h.ada.Phone, "phone_added")); err != nil {
		t.Fatal(err)
	}
	s.Wait(t, 2)
	id := h.newer.Accounts()[0].Device
	was := must(h.Store.Device(t.Context(), id))
	clock.Move(time.Hour / 2)
	h.browser.Post("/phones/rename", url.Values{"device": {id}, "name": {"Old phone"}})
	for _, p := range []*keyturntest.Phone{h.ada.Phone, h.newer} {
		if n := notice(t, p, "phone_renamed"); n.Detail != "Old phone" || n.From != was.Name {
			t.Errorf("told %+v", n)
		}
	}
	if all := letterTo(s.Wait(t, 3), "ada@example.org"); !strings.Contains(all[2], "Old phone") || !strings.Contains(all[2], was.Name) {
		t.Errorf("letters %v", all)
	}
	wait := h.browser.Post("/phones/remove", url.Values{"device": {id}})
	if !strings.Contains(wait.HTML, "Remove Old phone<") {
		t.Errorf("the page says:\n%s", wait.HTML)
	}
	if c := h.ada.Phone.Waiting().Challenge; c.Message != keyturn.PhoneMessage(was.Added, "Old phone") {
		t.Errorf("the phone is asked %q", c.Message)
	}
}

// events are those of a kind about the person.
func events(t *testing.T, h home, kind audit.Kind) []audit.Event {
	t.Helper()
	return slices.DeleteFunc(must(h.Store.About(t.Context(), h.ada.ID)), func(e audit.Event) bool { return e.Kind != kind })
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// A112: whoever has an account's address changed, or its name, doesn't keep the person from
// hearing of it: the letter goes to the address before, and every phone is told. The phone
// then has the new name, which signs in; the old one is nobody's.
func TestA112EditedAccountIsTold(t *testing.T) {
	s := mailtest.Start(t)
	w := keyturntest.Start(t, keyturntest.Mail(s))
	ada := w.PersonAt("ada", "ada@example.org")
	b := ada.SetUp(pin)
	s.Wait(t, 1)
	if err := errors.Join(w.Accounts.SetEmail(t.Context(), ada.ID, "eve@example.net"), w.Accounts.SetEmail(t.Context(), ada.ID, "eve@example.net")); err != nil {
		t.Fatal(err)
	}
	if letters := s.Wait(t, 2)[1:]; len(letterTo(letters, "ada@example.org")) != 1 {
		t.Errorf("letters %+v, want one to the address before", letters)
	}
	if err := errors.Join(w.Accounts.SetEmail(t.Context(), ada.ID, "ada@example.org"), w.Accounts.Rename(t.Context(), ada.ID, "ada.lovelace")); err != nil {
		t.Fatal(err)
	}
	if letters := letterTo(s.Wait(t, 4), "ada@example.org"); !strings.Contains(strings.Join(letters, ""), "ada.lovelace") {
		t.Errorf("letters %v", letters)
	}
	if got := kinds(t, ada.Phone); !slices.Equal(got, []string{"account_renamed", "email_changed", "email_changed"}) {
		t.Errorf("the phone is told %v", got)
	}
	if got := ada.Phone.Accounts()[0].Name; got != "ada.lovelace" {
		t.Errorf("the phone calls the account %s", got)
	}
	if b.Get("/").Attr("body", "data-account") != "ada.lovelace" {
		t.Error("the session ended, or has the old name")
	}
	if page := w.Browser().SignIn(ada); page.Status != http.StatusForbidden {
		t.Errorf("the old name: %d", page.Status)
	}
	ada.Name = "ADA.Lovelace"
	if page := w.Browser().SignIn(ada); page.Path != "/sign-in/wait" || ada.Phone.Waiting().Challenge.Name != "ada.lovelace" {
		t.Errorf("the new name: %s, %q", page.Path, ada.Phone.Waiting().Challenge.Name)
	}
}
