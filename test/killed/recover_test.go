package killed

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/phone"
)

// comings are the arrows of spec §12 that give an account another phone, by an event
// that nothing else in the flow writes: the transaction that makes a phone active
// pauses the lost one, or removes the one that is moved.
var comings = []struct {
	kind audit.Kind
	flow func(p *person)
}{
	{audit.RecoveryMade, (*person).comeBack},
	{audit.RecoverySaved, (*person).comeBack},
	{audit.RecoveryWrong, (*person).comeBack},
	{audit.RecoveryUsed, (*person).comeBack},
	{audit.DeviceSuspended, (*person).comeBack},
	{audit.DeviceRemoved, (*person).move},
}

// Killed just before or just after the commit of any of them, the person goes on:
// there is one phone that can answer, and the other one can't. Attack A61, R-034.
func TestKilledComings(t *testing.T) {
	from := ready.of(t)
	for _, c := range comings {
		for _, when := range []string{"before", "after"} {
			moment := when + " " + string(c.kind)
			t.Run(moment, func(t *testing.T) {
				t.Parallel()
				p := newPerson(t, from.start(t, moment, nil), from)
				old := p.phone
				c.flow(p)
				p.approve()
				p.node.diedOnce()
				p.onePhone(old)
			})
		}
	}
}

// onePhone checks that the older phone can't answer, and that nothing happened twice.
func (p *person) onePhone(old *phone.Phone) {
	p.t.Helper()
	if d, err := old.State(p.t.Context(), old.Accounts()[0].Device); err == nil && d.State == "active" {
		p.t.Errorf("the older phone still answers: %+v", d)
	}
	seen := map[string]int{}
	for _, ev := range p.node.record(p.node.account()) {
		switch ev.Kind {
		case audit.ActivationDone:
			seen["set-up"]++
		case audit.DeviceSuspended, audit.DeviceRemoved:
			seen["end of the older phone"]++
		case audit.RecoveryUsed:
			seen["code "+ev.Detail["left"]]++
		}
	}
	if seen["set-up"] != 2 || seen["end of the older phone"] != 1 {
		p.t.Errorf("happened: %v", seen)
	}
	for what, times := range seen {
		if strings.HasPrefix(what, "code ") && times != 1 {
			p.t.Errorf("two codes were spent as one: %v", seen)
		}
	}
}

// comeBack signs in by a recovery code, if the answer gets lost by the next one, and
// sets up another phone.
func (p *person) comeBack() {
	codes := p.codes()
	wrong := keyturn.NewRecoveryCode().String()
	for _, code := range append([]string{wrong}, codes...) {
		g := p.signIn()
		if g.path != "/sign-in/wait" {
			p.t.Fatalf("the sign-in leads to %s", g.path)
		}
		g = p.post("/sign-in/recovery", url.Values{"request": {g.request()}, "code": {code}}, "/phones/lost")
		if g.path != "/phones/lost" || !g.has(`id="which"`) {
			continue
		}
		lost := regexp.MustCompile(`dev_[A-Z2-7]{26}`).FindString(g.html)
		p.otherPhone(p.post("/phones/lost", url.Values{"device": {lost}}, "/phones/activation"))
		return
	}
	p.t.Fatal("no recovery code works")
}

// codes makes the first list, or, if the answer that had it got lost, a new one by an
// approval, and shows that it was saved.
func (p *person) codes() []string {
	p.t.Helper()
	g := p.post("/recovery-codes", nil, "/recovery-codes")
	for range 5 {
		if list := regexp.MustCompile(`name="listed" value="([^"]+)"`).FindAllStringSubmatch(g.html, 8); len(list) == 8 {
			codes := make([]string, 8)
			for i, m := range list {
				codes[i] = m[1]
			}
			p.post("/recovery-codes/check", url.Values{"listed": codes, "code": {codes[3]}}, "/")
			p.post("/recovery-codes/check", url.Values{"listed": codes, "code": {codes[3]}}, "/")
			return codes
		}
		if g.has(`action="/recovery-codes"`) { // it was not made
			g = p.post("/recovery-codes", nil, "/recovery-codes")
			continue
		}
		p.post("/recovery-codes/new", nil, "/sign-in/wait")
		g = p.post("/recovery-codes", url.Values{"request": {p.allow()}}, "/recovery-codes")
	}
	p.t.Fatal("no codes are made")
	return nil
}

// move has the old phone allow that another one takes its place.
func (p *person) move() {
	p.approve()
	p.post("/phones/move", url.Values{"have": {"yes"}}, "/sign-in/wait")
	p.allow()
	p.otherPhone(p.get("/phones/activation"))
}

// allow approves the change that waits, and lets the browser go on. It returns the id
// of the request.
func (p *person) allow() string {
	p.t.Helper()
	g := p.get("/sign-in/wait")
	id := g.request()
	p.answer(keyturn.Approve, g.text("number"))
	p.post("/sign-in/redeem", url.Values{"request": {id}}, "/sign-in/wait")
	return id
}

// otherPhone sets up a phone that was never here with the code that a page shows.
func (p *person) otherPhone(g page) {
	p.t.Helper()
	p.keep = &phone.Memory{}
	p.newPhone()
	for range 12 {
		switch {
		case g.text("activation-code") != "":
			p.redeem(g.text("activation-code"))
			g = p.get("/phones/activation")
		case g.has(`id="check-code"`):
			g = p.post("/phones/activation/check", url.Values{"code": {p.digits()}}, "/phones/activation")
		case g.has(`outcome ok`):
			p.settle()
			return
		default:
			g = p.get("/phones/activation")
		}
	}
	p.t.Fatalf("the set-up doesn't end: %s\n%s", g.path, g.html)
}
