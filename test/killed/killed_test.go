package killed

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/push/pushtest"
	"keyturn/phone"
)

// A moment is an arrow of spec §6.7 or §8.7 by the event that it writes, where the same
// event has several by the state that they leave, and what a person does on the way to
// it. Afterwards everyone sets up the phone, if there is none, and signs in with it.
type moment struct {
	kind  audit.Kind
	from  string
	first func(p *person)
}

// firsts are those of people who have no phone yet.
var firsts = []moment{
	{audit.ActivationBegun, "", nothing},
	{audit.ActivationLooked, "", nothing},
	{audit.ActivationRedeemed, "", nothing},
	{audit.ActivationChecking, "", nothing},
	{audit.ActivationTried, "", nothing},
	{audit.ActivationDone, "", nothing},
	{audit.ActivationFailed, "", wrongFinish},
	{audit.ActivationCancelled, "waiting", after(waiting, (*person).cancelSetUp)},
	{audit.ActivationCancelled, "redeemed", after((*person).redeemed, (*person).cancelSetUp)},
	{audit.ActivationCancelled, "checking", after((*person).checking, (*person).cancelSetUp)},
	{audit.ActivationCancelled, "checking, by wrong digits", after((*person).checking, (*person).wrongDigits)},
	{audit.ActivationReplaced, "waiting", after(waiting, (*person).newCode)},
	{audit.ActivationReplaced, "redeemed", after((*person).redeemed, (*person).newCode)},
	{audit.ActivationReplaced, "checking", after((*person).checking, (*person).newCode)},
	{audit.ActivationExpired, "waiting", after(waiting, (*person).lateLook)},
	{audit.ActivationExpired, "redeemed", after((*person).redeemed, (*person).lateFinish)},
	{audit.ActivationExpired, "checking", after((*person).checking, (*person).lateDigits)},
}

// laters are those of people who have one.
var laters = []moment{
	{audit.RequestBegun, "", nothing},
	{audit.NumberTried, "", nothing},
	{audit.RequestApproved, "", nothing},
	{audit.RequestRedeemed, "", nothing},
	{audit.PINTried, "", nothing},
	{audit.RequestProlonged, "", (*person).prolong},
	{audit.NumberWrong, "", (*person).wrongNumber},
	{audit.RequestFailed, "", (*person).wrongNumbers},
	{audit.QRMade, "", (*person).scan},
	{audit.NumberTried, "with a QR secret", (*person).scan},
	{audit.RequestApproved, "by a QR secret", (*person).scan},
	{audit.ChallengeMade, "", (*person).respond},
	{audit.ResponseTried, "", (*person).respond},
	{audit.RequestApproved, "by a response", (*person).respond},
	{audit.RequestRedeemed, "by a response", (*person).respond},
	{audit.ResponseWrong, "", (*person).wrongResponse},
	{audit.RequestFailed, "by wrong responses", (*person).wrongResponses},
	{audit.OfflineOff, "", after((*person).wrongResponses, (*person).wrongResponses)},
	{audit.RequestDenied, "", (*person).deny},
	{audit.RequestReported, "", (*person).report},
	{audit.RequestCancelled, "", (*person).cancel},
	{audit.RequestCancelled, "approved", (*person).reportBeside},
	{audit.RequestReplaced, "", (*person).again},
	{audit.RequestExpired, "waiting", (*person).lateCancel},
	{audit.RequestExpired, "waiting, by the next", (*person).lateAgain},
	{audit.RequestExpired, "approved", (*person).lateRedeem},
	{audit.PushRegistered, "", (*person).subscribe},
	{audit.PushSent, "", (*person).subscribe},
	{audit.PushOff, "", after((*person).subscribe, (*person).unsubscribe)},
	{audit.PushLost, "", (*person).lose410},
	{audit.PasswordChanged, "", (*person).newPassword},
	{audit.SignInReported, "", (*person).reportLater},
	{audit.AlarmRaised, "", (*person).alarm},
	{audit.BrowserForgot, "", (*person).forgetBrowser},
	{audit.PINBegun, "", (*person).changePIN},
	{audit.PINTried, "changing it", (*person).changePIN},
	{audit.PINChanged, "", (*person).changePIN},
}

// Killed just before or just after the commit of any arrow, the server comes back
// and the flow finishes: nothing is lost and nothing happens twice.
func TestKilled(t *testing.T) {
	for _, m := range firsts {
		m.run(t, fresh.of(t))
	}
	for _, m := range laters {
		m.run(t, ready.of(t))
	}
}

// run kills a server on a copy of an installation.
func (m moment) run(t *testing.T, from *kept) {
	for _, when := range []string{"before", "after"} {
		at := when + " " + string(m.kind)
		t.Run(strings.TrimSpace(at+" "+m.from), func(t *testing.T) {
			t.Parallel()
			p := newPerson(t, from.start(t, at, nil), from)
			m.first(p)
			p.setUp()
			p.approve()
			p.node.diedOnce()
			p.once()
		})
	}
}

// once checks in the record that no arrow that can happen once happened twice, and
// that every approval has its event.
func (p *person) once() {
	p.t.Helper()
	seen := map[string]int{}
	active := 0
	for _, ev := range p.node.record(p.node.account()) {
		switch ev.Kind {
		case audit.ActivationDone, audit.ActivationRedeemed, audit.ActivationChecking, audit.ActivationFailed, audit.ActivationCancelled,
			audit.ActivationReplaced, audit.ActivationExpired, audit.RequestApproved, audit.RequestDenied, audit.RequestReported,
			audit.RequestFailed, audit.RequestCancelled, audit.RequestReplaced, audit.RequestExpired, audit.RequestRedeemed:
			seen[string(ev.Kind)+" "+ev.Subject]++
		}
		if ev.Kind == audit.ActivationDone {
			active++
		}
	}
	for what, times := range seen {
		if times != 1 {
			p.t.Errorf("%s happened %d times", what, times)
		}
	}
	if active != 1 {
		p.t.Errorf("%d set-ups ended with an active phone, want 1", active)
	}
}

func nothing(*person) {}

// after does one thing, and then another.
func after(first, then func(*person)) func(*person) {
	return func(p *person) {
		first(p)
		then(p)
	}
}

// waiting, redeemed and checking bring a set-up as far as that.
func waiting(p *person) { p.signIn() }

func (p *person) redeemed() {
	p.lose = "/v1/activations/finish"
	p.redeem(p.signIn().text("activation-code"))
	p.lose = ""
}

func (p *person) checking() { p.redeem(p.signIn().text("activation-code")) }

// wrongFinish opens the app again in the middle of a set-up and types another PIN.
func wrongFinish(p *person) {
	g := p.signIn()
	code, err := keyturn.ParseCode(origin, g.text("activation-code"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.lose = "/v1/activations/finish"
	_, err = p.phone.Activate(p.t.Context(), code, "Desk", pin)
	p.tolerable(err)
	p.lose = ""
	p.newPhone()
	_, err = p.phone.Resume(p.t.Context(), "wrong1")
	p.tolerable(err)
}

// subscribe has the phone get pushes, from a service that takes none: what the server
// does about it happens beside the sign-in.
func (p *person) subscribe() {
	p.insist(func(id string) error { return p.register(id, p.node.pushes.Subscribe()) })
}

func (p *person) unsubscribe() {
	p.insist(func(id string) error {
		_, err := p.phone.Unregister(p.t.Context(), id)
		return err
	})
}

// lose410 has the phone get pushes from a service that doesn't know it any more, and
// tests it until that is known.
func (p *person) lose410() {
	b := p.node.pushes.Subscribe()
	p.insist(func(id string) error { return p.register(id, b) })
	b.Forget()
	p.insist(func(id string) error {
		_, err := p.phone.TestPush(p.t.Context(), id)
		var problem *keyturn.Problem
		if errors.As(err, &problem) && problem.Code == "push_refused" {
			return nil
		}
		if errors.As(err, &problem) && problem.Code == "too_many" {
			p.node.later(time.Minute)
			return phone.ErrUnsure
		}
		return err
	})
}

func (p *person) register(device string, b *pushtest.Browser) error {
	_, err := p.phone.Register(p.t.Context(), device, b.Subscription())
	return err
}

// insist repeats a call of the phone until an answer comes.
func (p *person) insist(call func(device string) error) {
	p.t.Helper()
	for range 10 {
		err := call(p.phone.Accounts()[0].Device)
		if err == nil {
			return
		}
		if !errors.Is(err, phone.ErrUnsure) {
			p.t.Fatal(err)
		}
	}
	p.t.Fatal("no answer comes")
}

// changePIN changes the PIN; cut off, the app is opened again and says which it is.
func (p *person) changePIN() {
	p.t.Helper()
	for range 3 {
		err := p.phone.ChangePIN(p.t.Context(), p.pin, "k7#Q")
		if errors.Is(err, phone.ErrUnsettled) {
			p.newPhone()
			var outcome phone.PINOutcome
			if outcome, err = p.phone.Settle(p.t.Context()); err == nil && outcome != phone.PINChanged {
				continue
			}
		}
		if err == nil {
			p.pin = "k7#Q"
			return
		}
		if !errors.Is(err, phone.ErrKept) {
			p.tolerable(err)
		}
	}
	p.t.Fatal("the PIN can't be changed")
}

func (p *person) cancelSetUp() {
	p.post("/phones/activation/cancel", nil, "/phones/activation")
}

func (p *person) wrongDigits() {
	for range 3 {
		p.post("/phones/activation/check", url.Values{"code": {other(p.digits())}}, "/phones/activation")
	}
}

func (p *person) newCode() {
	p.post("/phones/activation", nil, "/phones/activation")
}

// That time is over is written by who comes too late, §6.7.
func (p *person) lateLook() {
	shown := p.get("/phones/activation").text("activation-code")
	p.node.later(15 * time.Minute)
	p.redeem(shown)
}

func (p *person) lateFinish() {
	p.node.later(3 * time.Minute)
	_, err := p.phone.Resume(p.t.Context(), pin)
	p.tolerable(err)
}

func (p *person) lateDigits() {
	digits := p.digits()
	p.node.later(15 * time.Minute)
	p.post("/phones/activation/check", url.Values{"code": {digits}}, "/phones/activation")
}

func (p *person) prolong() {
	g := p.signIn()
	p.post("/sign-in/prolong", url.Values{"request": {g.request()}}, "/sign-in/wait")
}

// other is not the number that is shown.
func other(number string) string {
	if number == "000000" {
		return "000001"
	}
	return "000000"
}

func (p *person) wrongNumber() {
	g := p.signIn()
	p.answer(keyturn.Approve, other(g.text("number")))
}

func (p *person) wrongNumbers() {
	g := p.signIn()
	for range 3 {
		p.answer(keyturn.Approve, other(g.text("number")))
	}
}

// scan signs in by the QR code.
func (p *person) scan() {
	p.rung("/sign-in/qr", "signin-qr", func(g page) page {
		r, err := p.phone.Scan(p.t.Context(), g.attr("signin-qr", "data-link"))
		if err == nil {
			_, err = p.phone.Answer(p.t.Context(), r, keyturn.Approve, "", p.pin)
		}
		p.tolerable(err)
		return p.get("/sign-in/wait")
	})
}

// respond signs in by the response of a phone without a network.
func (p *person) respond() {
	p.rung("/sign-in/offline", "challenge", func(g page) page { return p.types(g, p.pin) })
}

// rung asks for a code of the ladder until the sign-in has ended well; what the
// page shows is then done.
func (p *person) rung(path, shown string, do func(page) page) {
	p.t.Helper()
	g := p.signIn()
	looked := false
	for range 12 {
		switch {
		case g.has(`data-proven="urn:keyturn:aal2`):
			return
		case g.has(`id="redeem"`):
			g = p.post("/sign-in/redeem", url.Values{"request": {g.request()}}, "/")
		case g.has(`id="` + shown + `"`):
			g = do(g)
		case g.has(`id="wait"`):
			g = p.post(path, url.Values{"request": {g.request()}}, path)
		case g.path == "/" && !looked: // an answer was lost: the waiting page may say more
			g, looked = p.get("/sign-in/wait"), true
		default: // and if the cookie of the session was in it, the person signs in again
			g, looked = p.signIn(), false
		}
	}
	p.t.Fatalf("the sign-in doesn't end: %s", g.path)
}

// types sends the response to the challenge code of a page.
func (p *person) types(g page, pin string) page {
	p.t.Helper()
	response, err := p.phone.Respond(p.phone.Accounts()[0].Device, strings.ReplaceAll(g.text("challenge"), " ", ""), pin)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.post("/sign-in/response", url.Values{"request": {g.request()}, "response": {response}}, "/sign-in/wait")
}

func (p *person) wrongResponse() {
	g := p.signIn()
	p.types(p.challenged(g), "9Xw3")
}

// wrongResponses types five wrong ones, which end the request. A try that was taken
// when the server went down is gone: if it was the last, time ends the request.
func (p *person) wrongResponses() {
	g := p.challenged(p.signIn())
	for range 5 {
		if g.has(`id="respond"`) {
			p.types(g, "9Xw3")
			g = p.get("/sign-in/offline")
		}
	}
}

func (p *person) challenged(g page) page {
	for !g.has(`id="respond"`) {
		g = p.post("/sign-in/offline", url.Values{"request": {g.request()}}, "/sign-in/offline")
	}
	return g
}

func (p *person) deny() {
	p.signIn()
	p.answer(keyturn.Deny, "")
}

func (p *person) report() {
	p.signIn()
	p.answer(keyturn.Report, "")
}

func (p *person) cancel() {
	g := p.signIn()
	p.post("/sign-in/cancel", url.Values{"request": {g.request()}}, "/")
}

// reportBeside reports one sign-in while another one is approved and not redeemed.
func (p *person) reportBeside() {
	g := p.signIn()
	p.answer(keyturn.Approve, g.text("number"))
	p.signIn()
	for range 2 { // no answer came: again
		p.answer(keyturn.Report, "")
	}
	for _, ev := range p.node.record(g.request()) {
		if ev.Kind == audit.RequestCancelled {
			return
		}
	}
	p.t.Error("the approved sign-in isn't cancelled")
}

func (p *person) again() {
	p.signIn()
	p.signIn()
}

func (p *person) lateCancel() {
	g := p.signIn()
	p.node.later(3 * time.Minute)
	p.post("/sign-in/cancel", url.Values{"request": {g.request()}}, "/sign-in/wait")
}

func (p *person) lateAgain() {
	p.signIn()
	p.node.later(3 * time.Minute)
	p.signIn()
}

func (p *person) lateRedeem() {
	g := p.signIn()
	p.answer(keyturn.Approve, g.text("number"))
	p.node.later(3 * time.Minute)
	p.post("/sign-in/redeem", url.Values{"request": {g.request()}}, "/sign-in/wait")
}
