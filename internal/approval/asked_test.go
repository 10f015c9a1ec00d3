package approval_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// attempt is a sign-in of the phone's account in a browser that nobody knows.
func (w *world) attempt(p *phone) approval.Attempt {
	return approval.Attempt{
		Account: p.Account, Name: p.AccountName, App: "Mail", Action: keyturn.SignIn,
		Browser: "Firefox on Windows", IP: "192.0.2.7", Place: "Lyon, France", Password: w.Now(), Revision: 1,
	}
}

// asked is a request with what its browser holds and shows.
type asked struct {
	approval.Request
	handle approval.Handle
	digits string
}

// ask makes a request in a new browser, which wants a number.
func (w *world) ask(p *phone) asked {
	w.t.Helper()
	return w.begin(w.attempt(p))
}

// askKnown makes one in a known browser, which wants nothing.
func (w *world) askKnown(p *phone) asked {
	w.t.Helper()
	a := w.attempt(p)
	a.Known = true
	return w.begin(a)
}

func (w *world) begin(a approval.Attempt) asked {
	w.t.Helper()
	r, h, err := w.Begin(w.t.Context(), a)
	if err != nil {
		w.t.Fatal(err)
	}
	st, err := w.Status(w.t.Context(), h)
	if err != nil {
		w.t.Fatal(err)
	}
	return asked{r, h, string(st.Digits)}
}

// shown is the challenge that a phone gets for a request, or "" if it gets none.
func (w *world) shown(p *phone, id string) string {
	w.t.Helper()
	pending, err := w.Pending(w.t.Context(), p.Device, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(pending.Requests, func(r keyturn.PendingRequest) bool { return r.Request == id })
	if i < 0 {
		return ""
	}
	return pending.Requests[i].Challenge
}

// answer is what a phone answers if the person approves and does everything right.
func (w *world) answer(p *phone, q asked) keyturn.Answer {
	w.t.Helper()
	return keyturn.Answer{
		Origin: origin, Request: q.ID, Device: p.ID, Challenge: keyturn.Hash(w.shown(p, q.ID)),
		Decision: keyturn.Approve, Carried: q.Carry, Value: q.digits, Unlock: p.Unlock, Counter: p.next.Add(1),
	}
}

// sign makes a reply of an answer, or of a text that isn't one.
func (p *phone) sign(t testing.TB, a keyturn.Answer) keyturn.Reply {
	t.Helper()
	text, err := a.Text()
	if err != nil {
		t.Fatal(err)
	}
	return p.signText(t, text, a.Decision == keyturn.Approve)
}

func (p *phone) signText(t testing.TB, text string, unlock bool) keyturn.Reply {
	t.Helper()
	signature, err := keyturn.Sign(p.key, text)
	if err != nil {
		t.Fatal(err)
	}
	r := keyturn.Reply{Text: text, Signature: signature}
	switch {
	case unlock && p.auth != nil:
		proof := p.auth.Assert(text)
		r.Proof = &proof
	case unlock:
		r.Proof = &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(p.kk, text)}
	}
	return r
}

// send answers with what spoil makes of a good approval.
func (w *world) send(p *phone, q asked, spoil ...func(*keyturn.Answer)) (approval.State, error) {
	w.t.Helper()
	a := w.answer(p, q)
	for _, f := range spoil {
		f(&a)
	}
	return w.post(p, q, p.sign(w.t, a))
}

func (w *world) post(p *phone, q asked, r keyturn.Reply) (approval.State, error) {
	return w.Answer(w.t.Context(), p.Device, q.ID, r, keyturn.NewReference())
}

// approve approves, with the number if one is wanted.
func (w *world) approve(p *phone, q asked) {
	w.t.Helper()
	if state, err := w.send(p, q); state != approval.Approved || err != nil {
		w.t.Fatalf("approving: %q, %v", state, err)
	}
}

// What spoils an answer.

func deny(a *keyturn.Answer) {
	a.Decision, a.Carried, a.Value, a.Unlock = keyturn.Deny, keyturn.CarryNone, "", keyturn.UnlockNone
}

func report(a *keyturn.Answer) {
	deny(a)
	a.Decision = keyturn.Report
}

// slip is a number that isn't on the screen.
func slip(a *keyturn.Answer) {
	digit := "0"
	if a.Value[0] == '0' {
		digit = "1"
	}
	a.Value = digit + a.Value[1:]
}

// wrongPIN is the proof that a phone makes of a wrong PIN: another key, as good as any.
func wrongPIN(r *keyturn.Reply) { r.Proof.MAC = keyturn.MAC(key32(), r.Text) }

// row returns a request as it stands.
func (w *world) row(id string) approval.Request {
	w.t.Helper()
	r, err := w.db.DB.Request(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// left checks what a request has come to.
func (w *world) left(id string, state approval.State, tries int) {
	w.t.Helper()
	if r := w.row(id); r.State != state || r.Tries != tries {
		w.t.Errorf("request is %s after %d tries, want %s after %d", r.State, r.Tries, state, tries)
	}
}

// told counts the events of a kind about a request.
func (w *world) told(id string, kind audit.Kind) int {
	w.t.Helper()
	events, err := w.db.About(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, ev := range events {
		if ev.Kind == kind {
			n++
		}
	}
	return n
}

// like reports whether err is want, or the same with the same fields.
func like(err, want error) bool {
	if want == nil || errors.Is(err, want) {
		return err == nil || want != nil
	}
	return fmt.Sprint(bare(err)) == fmt.Sprint(bare(want))
}

// bare is an error with fields, found inside others.
func bare(err error) any {
	var (
		gone   *approval.Gone
		number *approval.WrongNumber
		pin    *device.WrongPIN
		end    *device.Gone
		wrong  *approval.WrongResponse
	)
	switch {
	case errors.As(err, &gone):
		return *gone
	case errors.As(err, &number):
		return *number
	case errors.As(err, &pin):
		return *pin
	case errors.As(err, &end):
		return end.Reason
	case errors.As(err, &wrong):
		return *wrong
	}
	return err
}
