package approval_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
	"keyturn/internal/policy"
)

// challenge asks for a request's challenge code.
func (w *world) challenge(q asked) string {
	w.t.Helper()
	if err := w.ShowChallenge(w.t.Context(), q.handle); err != nil {
		w.t.Fatal(err)
	}
	return w.row(q.ID).Challenge
}

// right is the response of a phone to the request's challenge code.
func (w *world) right(p *phone, q asked) string {
	w.t.Helper()
	response, err := w.devices.Expect(w.device(p.ID), w.row(q.ID).Challenge)
	if err != nil {
		w.t.Fatal(err)
	}
	return response
}

// not is another response.
func not(response string) string {
	return string('0'+(response[0]-'0'+1)%10) + response[1:]
}

func (w *world) respond(q asked, typed string) error {
	return w.Respond(w.t.Context(), q.handle, typed)
}

// The response of any phone of the account approves, however it is typed, and says
// by which phone and how.
func TestRespond(t *testing.T) {
	w := start(t)
	one := w.ada()
	two := w.beside(one)
	for _, tt := range []struct {
		name  string
		phone *phone
		typed func(response string) string
	}{
		{"as it is shown", one, func(r string) string { return r[:4] + " " + r[4:] }},
		{"of the other phone", two, func(r string) string { return r }},
		{"full-width, with dashes", one, func(r string) string {
			return strings.Map(func(c rune) rune { return c - '0' + '０' }, r[:4]) + "-" + r[4:] + "\u00a0"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := w.ask(one)
			w.challenge(q)
			if err := w.respond(q, tt.typed(w.right(tt.phone, q))); err != nil {
				t.Fatal(err)
			}
			r := w.row(q.ID)
			if r.State != approval.Approved || r.Way != policy.ByOffline || r.Device != tt.phone.ID || r.By != tt.phone.Name || r.Number != nil {
				t.Errorf("%+v", r)
			}
			_, proven, err := w.redeem(q)
			if err != nil || proven.ACR() != "urn:keyturn:aal2-offline" || strings.Join(proven.AMR(), " ") != "pwd otp mfa pin" {
				t.Errorf("%v %v, %v", proven.ACR(), proven.AMR(), err)
			}
		})
	}
	if d := w.device(one.ID); d.WrongPINs != 0 {
		t.Errorf("%d wrong PINs", d.WrongPINs)
	}
}

// What isn't a response costs nothing, what is wrong costs one try of five, the
// fifth ends the request; none of it is a wrong PIN. A08, A60.
func TestA60WrongResponses(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	if err := w.respond(q, "12345678"); !like(err, &approval.Gone{State: approval.Waiting}) {
		t.Errorf("before there is a challenge: %v", err)
	}
	w.challenge(q)
	for _, typed := range []string{"", "1234567", "123456789", "1234567x", "١٢٣٤٥٦٧٨", "١٢٣٤"} {
		if err := w.respond(q, typed); !errors.Is(err, approval.ErrMistyped) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	right := w.right(p, q)
	for _, left := range []int{4, 3, 2, 1, 0} {
		if err := w.respond(q, not(right)); !like(err, &approval.WrongResponse{Left: left}) {
			t.Errorf("%v, want %d left", err, left)
		}
	}
	if r := w.row(q.ID); r.State != approval.Failed || r.Responses != 5 || r.Number != nil {
		t.Errorf("%+v", r)
	}
	if err := w.respond(q, right); !like(err, &approval.Gone{State: approval.Failed}) {
		t.Errorf("the right one, too late: %v", err)
	}
	if d := w.device(p.ID); d.WrongPINs != 0 || d.State != device.Active {
		t.Errorf("%d wrong PINs, device is %s", d.WrongPINs, d.State)
	}
	if w.told(q.ID, audit.ResponseTried) != 5 || w.told(q.ID, audit.ResponseWrong) != 5 || w.told(q.ID, audit.RequestFailed) != 1 {
		t.Error("the record tells something else")
	}
}

// misses types n wrong responses, over as many requests as that takes.
func (w *world) misses(p *phone, n int) asked {
	w.t.Helper()
	for {
		q := w.ask(p)
		w.challenge(q)
		for range min(n, 4) {
			if err := w.respond(q, not(w.right(p, q))); err != nil && !errors.As(err, new(*approval.WrongResponse)) {
				w.t.Fatal(err)
			}
		}
		if n -= 4; n <= 0 {
			return q
		}
		if err := w.Cancel(w.t.Context(), q.handle); err != nil {
			w.t.Fatal(err)
		}
	}
}

// A57: nine wrong responses, an approval on the phone, and one more switch
// challenge codes off. The approval of a sign-in doesn't give ten guesses more.
func TestA57TenInARow(t *testing.T) {
	w := start(t)
	p := w.ada()
	cancel(t, w, w.misses(p, 9))
	w.approve(p, w.ask(p))
	q := w.misses(p, 1)
	if w.told(q.ID, audit.OfflineOff) != 1 {
		t.Error("it is not on record")
	}
	if err := w.respond(q, w.right(p, q)); !like(err, approval.ErrOffline) {
		t.Errorf("the right response: %v", err)
	}
	if st := w.status(q); st.Offline || st.State != approval.Waiting {
		t.Errorf("on: %v, the request is %s", st.Offline, st.State)
	}
	other := w.ask(p)
	if err := w.ShowChallenge(t.Context(), other.handle); !like(err, approval.ErrOffline) {
		t.Errorf("another challenge: %v", err)
	}
	w.approve(p, other)
	if st := w.status(q); st.Offline {
		t.Error("each sign-in gives ten guesses more")
	}
	if err := w.respond(q, w.right(p, q)); !like(err, approval.ErrOffline) {
		t.Errorf("after a sign-in: %v", err)
	}
}

// A right response begins the row anew.
func TestRightResponseEndsTheRow(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.misses(p, 9)
	if err := w.respond(q, w.right(p, q)); err != nil {
		t.Fatal(err)
	}
	if st := w.status(w.misses(p, 9)); !st.Offline {
		t.Error("they are off")
	}
}

// A58: a response that was used approves nothing any more, neither its own request
// nor another one.
func TestA58ResponseTwice(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.challenge(q)
	used := w.right(p, q)
	if err := w.respond(q, used); err != nil {
		t.Fatal(err)
	}
	if err := w.respond(q, used); !like(err, &approval.Gone{State: approval.Approved}) {
		t.Errorf("again: %v", err)
	}
	if _, _, err := w.redeem(q); err != nil {
		t.Fatal(err)
	}
	if err := w.respond(q, used); !like(err, &approval.Gone{State: approval.Redeemed}) {
		t.Errorf("after it was redeemed: %v", err)
	}
	next := w.ask(p)
	if w.challenge(next) == w.row(q.ID).Challenge {
		t.Error("the account got a challenge code twice")
	}
	if err := w.respond(next, used); !like(err, &approval.WrongResponse{Left: 4}) {
		t.Errorf("on a new request: %v", err)
	}
	stranger := w.phone("Bob", keyturn.UnlockPIN)
	theirs := w.ask(stranger)
	w.challenge(theirs)
	if err := w.respond(theirs, used); !like(err, &approval.WrongResponse{Left: 4}) {
		t.Errorf("on another account's: %v", err)
	}
}

// A59: a request has one challenge code, in the range in which no two mean the same.
func TestA59ChallengeCodes(t *testing.T) {
	w := start(t)
	p := w.ada()
	seen := map[string]bool{}
	for range 50 {
		q := w.ask(p)
		challenge := w.challenge(q)
		if keyturn.CheckChallengeCode(challenge) != nil || seen[challenge] || w.challenge(q) != challenge {
			t.Errorf("challenge code %q, new: %v", challenge, !seen[challenge])
		}
		seen[challenge] = true
		if w.told(q.ID, audit.ChallengeMade) != 1 {
			t.Error("it is not on record once")
		}
		cancel(t, w, q)
	}
}

// A challenge code leaves five minutes, but never more than a request may have.
func TestChallengeProlongs(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.pass(119 * time.Second)
	w.challenge(q)
	if st := w.status(q); st.Left != 300*time.Second {
		t.Errorf("%v left", st.Left)
	}
	late := w.ask(p)
	for range 4 {
		w.pass(118 * time.Second)
		if _, err := w.Prolong(t.Context(), late.handle); err != nil {
			t.Fatal(err)
		}
	}
	w.challenge(late)
	if end := w.row(late.ID).Expires; end.Sub(late.Made) != 600*time.Second {
		t.Errorf("it lives %v", end.Sub(late.Made))
	}
	w.pass(200 * time.Second)
	if err := w.respond(late, w.right(p, late)); !like(err, &approval.Gone{State: approval.Expired}) {
		t.Errorf("when time is over: %v", err)
	}
	w.left(late.ID, approval.Expired, 0)
}

// A82: without the keys no try is taken, and the right response works afterwards.
func TestA82ResponseInAnOutage(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.challenge(q)
	right := w.right(p, q)
	w.box.Down.Store(true)
	for range 20 {
		if err := w.respond(q, right); !errors.Is(err, devicetest.ErrOutage) {
			t.Fatal(err)
		}
	}
	w.box.Down.Store(false)
	if r := w.row(q.ID); r.Responses != 0 {
		t.Errorf("%d tries are taken", r.Responses)
	}
	if err := w.respond(q, right); err != nil {
		t.Error(err)
	}
}

// A23: a phone that may not answer any more has no response either, and whoever is
// suspended while the response is judged approves nothing.
func TestA23ResponseOfAStoppedPhone(t *testing.T) {
	w := start(t)
	one := w.ada()
	two := w.beside(one)
	q := w.ask(one)
	w.challenge(q)
	right := w.right(one, q)
	w.db.at = func(step string) error {
		if step == "decide" {
			w.suspend(one)
		}
		return nil
	}
	if err := w.respond(q, right); !like(err, &approval.Gone{State: approval.Waiting}) {
		t.Errorf("suspended meanwhile: %v", err)
	}
	w.db.at = nil
	if err := w.respond(q, right); !like(err, &approval.WrongResponse{Left: 3}) {
		t.Errorf("suspended: %v", err)
	}
	if err := w.respond(q, w.right(two, q)); err != nil {
		t.Errorf("the other phone's: %v", err)
	}
}

// A08: fifty guesses at the same moment: five are compared.
func TestA08ParallelResponses(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.challenge(q)
	wrong := not(w.right(p, q))
	var compared atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			var miss *approval.WrongResponse
			err := w.respond(q, wrong)
			switch {
			case errors.As(err, &miss):
				compared.Add(1)
			case !like(err, &approval.Gone{State: approval.Failed}):
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if n := compared.Load(); n != 5 || w.told(q.ID, audit.RequestFailed) != 1 {
		t.Errorf("%d responses were compared, %d failures on record", n, w.told(q.ID, audit.RequestFailed))
	}
}

// Fifty right responses and the phone's own answer at the same moment: one approves,
// and one of fifty browsers' forms redeems.
func TestResponseAndAnswerAtOnce(t *testing.T) {
	w := start(t)
	p := w.ada()
	for range 5 {
		q := w.ask(p)
		w.challenge(q)
		right, reply := w.right(p, q), p.sign(t, w.answer(p, q))
		var approved, signedIn atomic.Int64
		var wg sync.WaitGroup
		count := func(err error) {
			if err == nil {
				approved.Add(1)
			} else if !errors.As(err, new(*approval.Gone)) {
				t.Errorf("%v", err)
			}
		}
		wg.Go(func() { _, err := w.post(p, q, reply); count(err) })
		for range 4 {
			wg.Go(func() { count(w.respond(q, right)) })
		}
		wg.Wait()
		for range 50 {
			wg.Go(func() {
				if _, _, err := w.redeem(q); err == nil {
					signedIn.Add(1)
				}
			})
		}
		wg.Wait()
		if approved.Load() != 1 || w.told(q.ID, audit.RequestApproved) != 1 || signedIn.Load() != 1 {
			t.Errorf("%d approved, %d on record, %d signed in", approved.Load(), w.told(q.ID, audit.RequestApproved), signedIn.Load())
		}
	}
}

// Three requests may follow one that ended, without the password.
func TestAgainThreeTimes(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.pass(121 * time.Second)
	for range 3 {
		if _, h, err := w.Again(t.Context(), q.handle, w.attempt(p)); err != nil || h.Token == "" {
			t.Fatalf("%+v, %v", h, err)
		}
	}
	if _, _, err := w.Again(t.Context(), q.handle, w.attempt(p)); !like(err, approval.ErrTooLate) {
		t.Errorf("the fourth: %v", err)
	}
}

// One response in ten begins with 0, and is one like any other.
func TestResponseBeginsWithZero(t *testing.T) {
	w := start(t)
	p := w.ada()
	for {
		q := w.ask(p)
		w.challenge(q)
		right := w.right(p, q)
		if right[0] != '0' {
			cancel(t, w, q)
			continue
		}
		if err := w.respond(q, right[1:]); !errors.Is(err, approval.ErrMistyped) {
			t.Errorf("without its 0: %v", err)
		}
		if err := w.respond(q, right); err != nil {
			t.Error(err)
		}
		return
	}
}
