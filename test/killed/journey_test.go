package killed

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/server"
	"keyturn/locale"
	"keyturn/phone"
)

// journeys are the flows of spec §6, §8 to §12 as people walk them, from what they have
// at the beginning.
var journeys = []struct {
	name string
	from *kept
	walk func(w *walker)
}{
	{"the first phone is set up, and codes are kept", &fresh, (*walker).firstPhone},
	{"a second account comes to the same phone", &ready, (*walker).secondAccount},
	{"a code is replaced, runs out, is used, and another one works", &fresh, (*walker).codes},
	{"a sign-in is approved with the number, and then without in the known browser", &ready, (*walker).approveTwice},
	{"a sign-in is denied, and begun again", &ready, (*walker).denied},
	{"a sign-in runs out, and is begun again; another one is cancelled", &ready, (*walker).expired},
	{"the QR code is scanned", &ready, (*walker).qr},
	{"a response is typed, after a wrong one", &ready, (*walker).offline},
	{"the phone is set up again with a recovery code", &coded, (*walker).recoverSame},
	{"another phone is set up with a recovery code", &coded, (*walker).recoverOther},
	{"the phone is locked by wrong PINs, and another one set up", &coded, (*walker).locked},
	{"the phone is paused, and allowed again", &ready, (*walker).paused},
	{"a phone is added, and removed", &ready, (*walker).addAndRemove},
	{"Keyturn moves to another phone", &ready, (*walker).move},
	{"new recovery codes are made", &coded, (*walker).newCodes},
	{"the password is changed", &ready, (*walker).newPassword},
	{"the PIN is changed", &ready, (*walker).newPIN},
	{"a sign-in wasn't the person, who says so on the phone", &ready, (*walker).reported},
	{"an earlier sign-in wasn't the person, who says so in the portal and on the phone", &ready, (*walker).alarm},
	{"a browser is forgotten", &ready, (*walker).forget},
	{"an application sends somebody who has no phone yet", &fresh, (*walker).visitFirst},
	{"an application sends somebody, who errs and is late", &ready, (*walker).visitLate},
	{"an application sends somebody who has lost the phone", &coded, (*walker).visitLost},
	{"an application wants more than the session has", &ready, (*walker).visitMore},
	{"somebody goes back to the application", &ready, (*walker).visitLeft},
}

// Every flow goes through in both languages, without JavaScript, by what the pages
// offer, and with the server killed before each step of the person and the phone.
func TestJourneys(t *testing.T) {
	for _, j := range journeys {
		for _, lang := range locale.Languages() {
			t.Run(j.name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				from := j.from.of(t)
				w := newWalker(t, from.start(t, "", nil), from, lang)
				j.walk(w)
			})
		}
	}
}

// signIn types name and password.
func (w *walker) signIn() { w.signInAs(name, password) }

func (w *walker) signInAs(name, password string) {
	w.t.Helper()
	w.open("/")
	w.press("/sign-in", "name", name, "password", password)
}

// approve approves what waits and goes on to where that leads.
func (w *walker) approve(to string) {
	w.t.Helper()
	w.sees("/sign-in/wait", "wait")
	w.answer(keyturn.Approve, "")
	w.wait()
	w.press("/sign-in/redeem")
	if w.at.Path != to {
		w.t.Fatalf("on %s, want %s", w.at.Path, to)
	}
}

// answer answers the request that waits, with the number if the page has one.
func (w *walker) answer(d keyturn.Decision, refused string) {
	w.t.Helper()
	w.answerWith(d, pin, refused)
}

func (w *walker) answerWith(d keyturn.Decision, pin, refused string) {
	w.t.Helper()
	number := ""
	if w.find("number") != nil && d == keyturn.Approve {
		number = w.read("number")
	}
	r := w.waiting()
	w.calls(refused, func() error {
		_, err := w.phone.Answer(w.t.Context(), r, d, number, pin)
		return err
	})
}

// waiting is the one request that waits for the phone.
func (w *walker) waiting() (r phone.Request) {
	w.t.Helper()
	w.calls("", func() error {
		all, err := w.phone.Pending(w.t.Context())
		for _, one := range all {
			if one.State == "waiting" {
				r = one
			}
		}
		return err
	})
	return r
}

// signedIn signs in with the phone.
func (w *walker) signedIn() {
	w.t.Helper()
	w.signIn()
	w.approve("/")
	w.sees("/", "sign-out")
}

// code is the activation code that the page shows.
func (w *walker) code() keyturn.Code {
	w.t.Helper()
	w.sees("/phones/activation", "activation-qr")
	code, err := keyturn.ParseCode(origin, w.read("activation-code"))
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// setUp sets the phone up by the code that the page shows.
func (w *walker) setUp() {
	w.t.Helper()
	code := w.code()
	w.calls("", func() error {
		_, err := w.phone.Look(w.t.Context(), code)
		return err
	})
	w.wait()
	w.activate(code)
}

// activate uses a code and types the digits.
func (w *walker) activate(code keyturn.Code) {
	w.t.Helper()
	var set *phone.Activation
	w.calls("", func() (err error) {
		set, err = w.phone.Activate(w.t.Context(), code, "Desk", pin)
		return err
	})
	w.wait()
	w.press("/phones/activation/check", "code", set.Check)
	w.sees("/phones/activation", "next")
	w.calls("", func() error { return set.Wait(w.t.Context()) })
}

// newPhone takes another phone, on which nothing is.
func (w *walker) newPhone() (old *phone.Phone) {
	w.t.Helper()
	old = w.phone
	w.takePhone(phone.State{})
	return old
}

// keepCodes makes the list and types the one that is asked for.
func (w *walker) keepCodes() {
	w.t.Helper()
	w.press("/recovery-codes")
	w.sees("/recovery-codes", "codes")
	listed := w.listed()
	if len(listed) != 8 {
		w.t.Fatalf("%d codes", len(listed))
	}
	w.press("/recovery-codes/check", "code", listed[w.asked()-1])
	w.sees("/", "sign-out")
}

func (w *walker) listed() (codes []string) {
	form := w.find("saved")
	for _, f := range w.all("input") {
		if w.formOf(f) == form && attr(f, "name") == "listed" {
			codes = append(codes, attr(f, "value"))
		}
	}
	return codes
}

// asked is which code of the list the page asks for.
func (w *walker) asked() int {
	for _, l := range w.all("label") {
		if attr(l, "for") == "code" {
			n, _ := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(text(l))) // none: the list is asked for 0
			return n
		}
	}
	return 0
}

func (w *walker) firstPhone() {
	w.signIn()
	w.setUp()
	w.keepCodes()
	w.press("/sign-out")
	w.signedIn()
}

func (w *walker) secondAccount() {
	w.signInAs(second, password)
	w.setUp()
	if n := len(w.phone.Accounts()); n != 2 {
		w.t.Errorf("%d accounts on the phone", n)
	}
	w.keepCodes()
	w.press("/sign-out")
	w.signInAs(second, password)
	w.approve("/")
}

func (w *walker) codes() {
	w.signIn()
	replaced := w.code()
	w.press("/phones/activation")
	w.refused(replaced)
	late := w.code()
	w.node.later(11 * time.Minute)
	w.refused(late)
	w.wait()
	w.sees("/phones/activation", "next")
	w.press("/phones/activation")
	used := w.code()
	w.activate(used)
	mine := w.newPhone()
	w.refused(used)
	w.phone = mine
	w.keepCodes()
}

// refused has a phone try a code that isn't good any more.
func (w *walker) refused(code keyturn.Code) {
	w.t.Helper()
	w.calls("activation_failed", func() error {
		_, err := w.phone.Look(w.t.Context(), code)
		return err
	})
}

func (w *walker) approveTwice() {
	w.signIn()
	w.read("number")
	w.approve("/")
	w.press("/sign-out")
	w.signIn()
	if w.find("number") != nil {
		w.t.Error("the known browser shows a number")
	}
	w.approve("/")
}

func (w *walker) denied() {
	w.signIn()
	w.answer(keyturn.Deny, "")
	w.wait()
	w.says("outcome.denied.title")
	w.press("/sign-in/again")
	w.approve("/")
}

func (w *walker) expired() {
	w.signIn()
	w.node.later(3 * time.Minute)
	w.wait()
	w.says("outcome.expired.title")
	w.press("/sign-in/again")
	w.press("/sign-in/cancel")
	w.sees("/", "signin")
	w.signedIn()
}

func (w *walker) qr() {
	w.signIn()
	w.press("/sign-in/qr")
	w.sees("/sign-in/qr", "signin-qr")
	link := attr(w.find("signin-qr"), "data-link")
	var r phone.Request
	w.calls("", func() (err error) {
		r, err = w.phone.Scan(w.t.Context(), link)
		return err
	})
	w.wait()
	w.calls("", func() error {
		_, err := w.phone.Answer(w.t.Context(), r, keyturn.Approve, "", pin)
		return err
	})
	w.wait()
	w.press("/sign-in/redeem")
	w.sees("/", "sign-out")
}

func (w *walker) offline() {
	w.signIn()
	w.press("/sign-in/offline")
	w.sees("/sign-in/offline", "respond")
	response, err := w.phone.Respond(w.phone.Accounts()[0].Device, strings.ReplaceAll(w.read("challenge"), " ", ""), pin)
	if err != nil {
		w.t.Fatal(err)
	}
	w.press("/sign-in/response", "response", other(response[:6])+response[6:])
	w.read("problem")
	w.press("/sign-in/response", "response", response)
	w.sees("/", "sign-out")
}

func (w *walker) recoverSame() {
	device := w.phone.Accounts()[0].Device
	w.recover(func() {
		if err := w.phone.Forget(device); err != nil {
			w.t.Fatal(err)
		}
	})
}

func (w *walker) recoverOther() { w.recover(func() { w.newPhone() }) }

// recover signs in with a recovery code and sets up the phone that the person has then.
func (w *walker) recover(then func()) {
	w.t.Helper()
	w.signIn()
	w.follow("/sign-in/recovery")
	w.press("/sign-in/recovery", "code", w.from.codes[0])
	w.sees("/phones/lost", "which")
	w.press("/phones/lost")
	then()
	w.setUp()
	w.follow("/")
	w.press("/sign-out")
	w.signedIn()
}

func (w *walker) locked() {
	w.signIn()
	for range 4 {
		w.answerWith(keyturn.Approve, "9Xw3", "pin_wrong")
	}
	w.answerWith(keyturn.Approve, "9Xw3", "pin_wrong")
	w.wait()
	w.recoverFrom()
}

// recoverFrom goes on with a recovery code from the page that names it.
func (w *walker) recoverFrom() {
	w.t.Helper()
	w.follow("/sign-in/recovery")
	w.press("/sign-in/recovery", "code", w.from.codes[0])
	w.press("/phones/lost")
	w.newPhone()
	w.setUp()
	w.follow("/")
	w.press("/sign-out")
	w.signedIn()
}

func (w *walker) paused() {
	device := w.phone.Accounts()[0].Device
	w.operator(func(s *server.Services) error { return s.Devices.Pause(w.t.Context(), device) })
	w.signIn()
	w.says("outcome.nophone.title")
	w.operator(func(s *server.Services) error { return s.Devices.Resume(w.t.Context(), device) })
	w.signedIn()
}

func (w *walker) addAndRemove() {
	w.signedIn()
	w.follow("/phones")
	w.press("/phones/add")
	w.approve("/phones/activation")
	mine := w.newPhone()
	w.setUp()
	w.follow("/")
	added := w.phone
	w.phone = mine
	w.follow("/phones")
	w.follow("/phones/remove") // the newest stands first
	w.press("/phones/remove")
	w.approve("/phones")
	w.phone = added
	w.calls("device_removed", func() error {
		_, err := w.phone.State(w.t.Context(), w.phone.Accounts()[0].Device)
		return err
	})
}

func (w *walker) move() {
	w.signedIn()
	w.follow("/phones")
	w.follow("/phones/move")
	w.press("/phones/move", "have", "yes")
	w.approve("/phones/activation")
	old := w.newPhone()
	w.setUp()
	w.follow("/")
	w.calls("device_removed", func() error {
		_, err := old.State(w.t.Context(), old.Accounts()[0].Device)
		return err
	})
	w.press("/sign-out")
	w.signedIn()
}

func (w *walker) newCodes() {
	w.signedIn()
	w.press("/recovery-codes/new")
	w.approve("/recovery-codes")
	w.keepCodes()
}

func (w *walker) newPassword() {
	const fresh = "seven herons cross the bay"
	w.signedIn()
	w.follow("/password")
	w.press("/password/ask")
	w.approve("/password")
	w.press("/password", "present", password, "new", fresh, "again", fresh)
	w.says("password.done")
	w.follow("/")
	w.press("/sign-out")
	w.press("/sign-in", "name", name, "password", password)
	w.read("problem")
	w.press("/sign-in", "name", name, "password", fresh)
	w.approve("/")
}

func (w *walker) newPIN() {
	w.calls("", func() error { return w.phone.ChangePIN(w.t.Context(), pin, "k7#Q") })
	w.signIn()
	w.answerWith(keyturn.Approve, pin, "pin_wrong")
	w.answerWith(keyturn.Approve, "k7#Q", "")
	w.wait()
	w.press("/sign-in/redeem")
	w.sees("/", "sign-out")
}

func (w *walker) reported() {
	w.signIn()
	w.answer(keyturn.Report, "")
	w.wait()
	w.says("outcome.denied.title")
	w.signedIn()
	w.read("reports")
}

func (w *walker) alarm() {
	w.signedIn()
	w.press("/sign-out")
	w.signedIn()
	w.follow("/activity")
	w.press("/activity/report")
	w.sees("/activity/reported", "main")
	var told []phone.Notice
	w.calls("", func() (err error) {
		told, err = w.phone.Notices(w.t.Context())
		return err
	})
	if len(told) == 0 {
		w.t.Fatal("the phone isn't told")
	}
	w.calls("", func() error { return w.phone.Alarm(w.t.Context(), told[0], "") })
	w.open("/")
	w.read("reports")
}

func (w *walker) forget() {
	w.signedIn()
	w.press("/browsers/forget?which=this")
	w.press("/sign-out")
	w.signIn()
	w.read("number")
	w.approve("/")
}
