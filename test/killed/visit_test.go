package killed

import (
	"net/url"
	"time"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/internal/policy"
)

// The application that sends people here. Its site is asked nothing: what it gets stands in
// the link that leads there.
const (
	appName    = "Wiki"
	appAddress = "https://wiki.example.org/answer"
)

// visit comes from the application, which demands a class.
func (w *walker) visit(acr policy.ACR) {
	w.t.Helper()
	w.open(keyturntest.AppPath + "?" + url.Values{"acr": {string(acr)}}.Encode())
}

// arrives goes on to the application with an answer.
func (w *walker) arrives(answer url.Values) {
	w.t.Helper()
	w.sees(keyturntest.AppPath+"/answer", "onward")
	if got, want := attr(w.find("onward"), "href"), appAddress+"?"+answer.Encode(); got != want {
		w.t.Errorf("led to %s, want %s", got, want)
	}
}

func as(acr policy.ACR) url.Values { return url.Values{"who": {name}, "acr": {string(acr)}} }

// askAgain has the phone asked once more, and approves.
func (w *walker) askAgain() {
	w.t.Helper()
	w.sees("/sign-in", "ask")
	w.press("/sign-in/ask")
	w.answer(keyturn.Approve, "")
	w.wait()
	w.press("/sign-in/redeem")
}

func (w *walker) visitFirst() {
	w.visit(policy.AAL2Offline)
	w.press("/sign-in", "name", name, "password", password)
	w.setUp()
	w.press("/recovery-codes")
	w.press("/recovery-codes/check", "code", w.listed()[w.asked()-1])
	w.askAgain()
	w.arrives(as(policy.AAL2))
}

func (w *walker) visitLate() {
	w.visit(policy.AAL2Offline)
	w.press("/sign-in", "name", name, "password", "not this")
	w.read("problem")
	w.press("/sign-in", "name", name, "password", password)
	w.node.later(3 * time.Minute)
	w.wait()
	w.says("outcome.expired.title")
	w.press("/sign-in/again")
	w.answer(keyturn.Deny, "")
	w.wait()
	w.press("/sign-in/again")
	w.press("/sign-in/cancel")
	w.sees("/sign-in", "signin")
	w.press("/sign-in", "name", name, "password", password)
	w.answer(keyturn.Approve, "")
	w.wait()
	w.press("/sign-in/redeem")
	w.arrives(as(policy.AAL2))
}

func (w *walker) visitLost() {
	w.visit(policy.AAL2Offline)
	w.press("/sign-in", "name", name, "password", password)
	w.follow("/sign-in/recovery")
	w.press("/sign-in/recovery", "code", w.from.codes[0])
	w.sees("/phones/lost", "which")
	w.press("/phones/lost")
	w.newPhone()
	w.setUp()
	w.follow("/sign-in")
	w.askAgain()
	w.arrives(as(policy.AAL2))
}

func (w *walker) visitMore() {
	w.signedIn()
	w.press("/sign-out")
	w.signedIn() // the browser is known by now
	w.visit(policy.AAL2Known)
	w.arrives(as(policy.AAL2Known))
	w.visit(policy.AAL2)
	w.askAgain()
	w.arrives(as(policy.AAL2))
}

func (w *walker) visitLeft() {
	w.visit(policy.AAL2Offline)
	w.press("/sign-in", "name", name, "password", "not this")
	w.press("/sign-in/leave")
	w.arrives(url.Values{"error": {"left"}})
}
