package killed

import (
	"net/url"
	"testing"

	"keyturn"
	"keyturn/internal/audit"
)

// moments are the arrows of spec §6.7 and §8.7 by the event that each writes, and
// what a person does on the way to it. Afterwards everyone sets up the phone, if
// there is none, and signs in with it.
var moments = []struct {
	kind  audit.Kind
	first func(p *person)
}{
	{audit.ActivationBegun, nothing},
	{audit.ActivationLooked, nothing},
	{audit.ActivationRedeemed, nothing},
	{audit.ActivationChecking, nothing},
	{audit.ActivationTried, nothing},
	{audit.ActivationDone, nothing},
	{audit.ActivationFailed, wrongFinish},
	{audit.ActivationCancelled, cancelSetUp},
	{audit.ActivationReplaced, newCode},
	{audit.RequestBegun, nothing},
	{audit.RequestProlonged, before((*person).prolong)},
	{audit.NumberTried, nothing},
	{audit.NumberWrong, before((*person).wrongNumber)},
	{audit.RequestFailed, before((*person).wrongNumbers)},
	{audit.RequestApproved, nothing},
	{audit.RequestDenied, before((*person).deny)},
	{audit.RequestReported, before((*person).report)},
	{audit.RequestCancelled, before((*person).cancel)},
	{audit.RequestReplaced, before((*person).again)},
	{audit.RequestRedeemed, nothing},
	{audit.PINTried, nothing},
}

// Killed just before or just after the commit of any arrow, the server comes back
// and the flow finishes: nothing is lost and nothing happens twice.
func TestKilled(t *testing.T) {
	for _, m := range moments {
		for _, when := range []string{"before", "after"} {
			t.Run(when+" "+string(m.kind), func(t *testing.T) {
				t.Parallel()
				n := start(t, when+" "+string(m.kind))
				n.awake(t.Context())
				p := newPerson(t, n)
				m.first(p)
				p.setUp()
				p.approve()
				n.mu.Lock()
				died := n.died
				n.mu.Unlock()
				if died != 1 {
					t.Errorf("the server died %d times, want once: the moment was not reached", died)
				}
				p.once()
			})
		}
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
			audit.ActivationReplaced, audit.RequestApproved, audit.RequestDenied, audit.RequestReported, audit.RequestFailed,
			audit.RequestCancelled, audit.RequestReplaced, audit.RequestRedeemed:
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

// before sets up the phone, and then does f.
func before(f func(*person)) func(*person) {
	return func(p *person) {
		p.setUp()
		f(p)
	}
}

// wrongFinish opens the app again in the middle of a set-up and types another PIN.
func wrongFinish(p *person) {
	g := p.signIn()
	code, err := keyturn.ParseCode(p.node.origin, g.text("activation-code"))
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

func cancelSetUp(p *person) {
	p.signIn()
	p.post("/phones/activation/cancel", nil, "/phones/activation")
}

func newCode(p *person) {
	p.signIn()
	p.post("/phones/activation", nil, "/phones/activation")
}

func (p *person) prolong() {
	g := p.signIn()
	p.post("/sign-in/prolong", url.Values{"request": {g.request()}}, "/sign-in/wait")
}

// other is a number that is not the one shown.
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

func (p *person) again() {
	p.signIn()
	p.signIn()
}
