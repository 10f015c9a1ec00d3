package approval_test

import (
	"crypto/elliptic"
	"math/big"
	"slices"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// Above each row stands one good approval of a sign-in in a new browser; the row
// spoils one thing. What the request, the tries at the number and the wrong PINs of
// the phone have come to is checked as well as the error.
func TestAnswer(t *testing.T) {
	one := start(t)
	const w, a = approval.Waiting, approval.Approved
	for _, tt := range []struct {
		name   string
		spoil  func(*keyturn.Answer)
		reply  func(*keyturn.Reply)
		want   error
		state  approval.State
		tries  int
		wrong  int
		counts bool // the answer's counter is used up
	}{
		{"approved", nil, nil, nil, a, 1, 0, true},
		{"denied without unlock", deny, nil, nil, approval.Denied, 0, 0, true},
		{"reported without unlock", report, nil, nil, approval.Reported, 0, 0, true},
		{"A03 denied with a proof", deny, func(r *keyturn.Reply) { r.Proof = &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: key32()} },
			nil, approval.Denied, 0, 0, true},
		{"denied with a number", func(a *keyturn.Answer) { a.Decision, a.Unlock = keyturn.Deny, keyturn.UnlockNone },
			nil, approval.ErrRefused, w, 0, 0, false},
		{"denied with an unlock", func(a *keyturn.Answer) { deny(a); a.Unlock = keyturn.UnlockPIN },
			nil, approval.ErrRefused, w, 0, 0, false},
		{"an unknown decision", func(a *keyturn.Answer) { a.Decision = "maybe" }, nil, approval.ErrRefused, w, 0, 0, false},
		{"A06 approved without the number", func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryNone, "" },
			nil, approval.ErrRefused, w, 0, 0, false},
		{"A06 no number under the name of one", func(a *keyturn.Answer) { a.Value = "" }, nil, approval.ErrRefused, w, 0, 0, false},
		{"five digits", func(a *keyturn.Answer) { a.Value = a.Value[1:] }, nil, approval.ErrRefused, w, 0, 0, false},
		{"A07 a wrong number", slip, nil, &approval.WrongNumber{Left: 2}, w, 1, 0, true},
		{"A07 a QR secret that no request has", func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryQR, strings.Repeat("A", 22) },
			nil, &approval.WrongNumber{Left: 2}, w, 1, 0, true},
		{"A12 for another server", func(a *keyturn.Answer) { a.Origin = "https://staging.example.org" }, nil, approval.ErrRefused, w, 0, 0, false},
		{"for another request", func(a *keyturn.Answer) { a.Request = keyturn.NewID(keyturn.RequestID) }, nil, approval.ErrRefused, w, 0, 0, false},
		{"as another device", func(a *keyturn.Answer) { a.Device = keyturn.NewID(keyturn.DeviceID) }, nil, approval.ErrRefused, w, 0, 0, false},
		{"A14 about another challenge", func(a *keyturn.Answer) { a.Challenge = keyturn.Hash("another") }, nil, approval.ErrChanged, w, 0, 0, true},
		{"A14 about another challenge, with a wrong PIN and number", func(a *keyturn.Answer) { a.Challenge = keyturn.Hash("another"); slip(a) },
			wrongPIN, approval.ErrChanged, w, 0, 0, true},
		{"with another kind of unlock", func(a *keyturn.Answer) { a.Unlock = keyturn.UnlockPlatform }, nil, approval.ErrRefused, w, 0, 0, false},
		{"without a proof", nil, func(r *keyturn.Reply) { r.Proof = nil }, approval.ErrRefused, w, 0, 0, false},
		{"with a proof of another kind", nil, func(r *keyturn.Reply) { r.Proof.Type = keyturn.UnlockPlatform }, approval.ErrRefused, w, 0, 0, false},
		{"with a proof that has both kinds", nil, func(r *keyturn.Reply) { r.Proof.Credential = key32() }, approval.ErrRefused, w, 0, 0, false},
		{"A68 with a MAC of 31 bytes", nil, func(r *keyturn.Reply) { r.Proof.MAC = r.Proof.MAC[:31] }, approval.ErrRefused, w, 0, 0, false},
		{"A68 with a MAC of 33 bytes", nil, func(r *keyturn.Reply) { r.Proof.MAC = append(r.Proof.MAC, 0) }, approval.ErrRefused, w, 0, 0, false},
		{"with a wrong PIN", nil, wrongPIN, &device.WrongPIN{Left: 4}, w, 0, 1, true},
		{"with a wrong PIN and a wrong number", slip, wrongPIN, &device.WrongPIN{Left: 4}, w, 0, 1, true},
		{"with one bit of the MAC wrong", nil, func(r *keyturn.Reply) { r.Proof.MAC[0] ^= 1 }, &device.WrongPIN{Left: 4}, w, 0, 1, true},
		{"unsigned", nil, func(r *keyturn.Reply) { r.Signature = nil }, approval.ErrRefused, w, 0, 0, false},
		{"with a counter of 0", func(a *keyturn.Answer) { a.Counter = 0 }, nil, approval.ErrRefused, w, 0, 0, false},
		{"A17 with a counter that jumps", func(a *keyturn.Answer) { a.Counter += 1000 }, nil, device.ErrCounter, w, 0, 0, false},
		{"A17 with the largest counter", func(a *keyturn.Answer) { a.Counter = 1<<53 - 1 }, nil, device.ErrCounter, w, 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := one.in(t)
			p := x.ada()
			q := x.ask(p)
			answer := x.answer(p, q)
			if tt.spoil != nil {
				tt.spoil(&answer)
			}
			reply := p.sign(t, answer)
			if tt.reply != nil {
				tt.reply(&reply)
			}
			state, err := x.post(p, q, reply)
			if !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if want := tt.state; err == nil && state != want || err != nil && state != "" {
				t.Errorf("answered %q, want %q", state, want)
			}
			x.left(q.ID, tt.state, tt.tries)
			now := x.device(p.ID)
			if now.WrongPINs != tt.wrong || now.State != device.Active {
				t.Errorf("device is %s after %d wrong PINs, want active after %d", now.State, now.WrongPINs, tt.wrong)
			}
			if (now.Counter > 0) != tt.counts {
				t.Errorf("counter is at %d", now.Counter)
			}
		})
	}
}

// In a known browser nothing has to be carried, and nothing else may be.
func TestAnswerKnown(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Answer)
		want  error
		state approval.State
		tries int
	}{
		{"approved with nothing carried", func(*keyturn.Answer) {}, nil, approval.Approved, 0},
		{"a number that nobody asked for", func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryNumber, "123456" },
			approval.ErrRefused, approval.Waiting, 0},
		{"a QR secret that no request has", func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryQR, strings.Repeat("A", 22) },
			&approval.WrongNumber{Left: 2}, approval.Waiting, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := one.in(t)
			p := x.ada()
			q := x.askKnown(p)
			if q.Carry != keyturn.CarryNone || q.digits != "" {
				t.Fatalf("a known browser is asked for %s %q", q.Carry, q.digits)
			}
			if _, err := x.send(p, q, tt.spoil); !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			x.left(q.ID, tt.state, tt.tries)
		})
	}
}

// A phone with its own unlock approves as one with a PIN does.
func TestAnswerPlatform(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*phone)
		want  error
		state approval.State
		tries int
	}{
		{"approved", func(*phone) {}, nil, approval.Approved, 1},
		{"A63 without user verification", func(p *phone) { p.auth.Flags = devicetest.UP }, device.ErrUnlock, approval.Waiting, 0},
		{"A63 at another origin", func(p *phone) { p.auth.Origin = "https://evil.example" }, device.ErrUnlock, approval.Waiting, 0},
		{"A63 with another credential", func(p *phone) { p.auth.ID = key32() }, device.ErrUnlock, approval.Waiting, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := one.in(t)
			p := x.phone("Ada", keyturn.UnlockPlatform)
			q := x.ask(p)
			tt.spoil(p)
			if _, err := x.send(p, q); !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			x.left(q.ID, tt.state, tt.tries)
		})
	}
}

// A04: a signed answer whose text is altered on the way, line by line.
func TestA04AlteredAnswer(t *testing.T) {
	x := start(t)
	p := x.ada()
	q := x.ask(p)
	good := p.sign(t, x.answer(p, q))
	other := []string{"keyturn/v1 call", "https://evil.example", keyturn.NewID(keyturn.RequestID), keyturn.NewID(keyturn.DeviceID),
		keyturn.Hash("x").String(), "deny", "none", "000000", "platform", "2", "more"}
	lines := strings.SplitAfter(good.Text, "\n")
	for i := range lines {
		altered := slices.Clone(lines)
		altered[i] = other[i] + "\n"
		r := good
		r.Text = strings.Join(altered, "")
		if _, err := x.post(p, q, r); !like(err, approval.ErrRefused) {
			t.Errorf("line %d is %q: %v", i, other[i], err)
		}
	}
	denied := x.answer(p, q)
	deny(&denied)
	text, _ := denied.Text()
	if _, err := x.post(p, q, keyturn.Reply{Text: text, Signature: good.Signature, Proof: good.Proof}); !like(err, approval.ErrRefused) {
		t.Errorf("an approval's signature under a deny: %v", err)
	}
	x.left(q.ID, approval.Waiting, 0)
	if d := x.device(p.ID); d.Counter != 0 || d.WrongPINs != 0 {
		t.Errorf("counter %d, wrong PINs %d", d.Counter, d.WrongPINs)
	}
	if _, err := x.post(p, q, good); err != nil {
		t.Errorf("the answer as it was signed: %v", err)
	}
}

// A13: forms of a signature. s and n−s are the same answer.
func TestA13SignatureForms(t *testing.T) {
	x := start(t)
	p := x.ada()
	q := x.ask(p)
	good := p.sign(t, x.answer(p, q))
	order := elliptic.P256().Params().N
	for _, tt := range []struct {
		name string
		sig  keyturn.Bytes
	}{
		{"empty", keyturn.Bytes{}},
		{"63 bytes", good.Signature[:63]},
		{"65 bytes", append(slices.Clone(good.Signature), 0)},
		{"DER", append(keyturn.Bytes{0x30, 0x44, 0x02, 0x20}, good.Signature...)},
		{"zero", make(keyturn.Bytes, 64)},
		{"r is the order", slices.Concat(order.Bytes(), good.Signature[32:])},
		{"s is the order", slices.Concat(good.Signature[:32], order.Bytes())},
		{"one bit", flip(good.Signature)},
	} {
		r := good
		r.Signature = tt.sig
		if _, err := x.post(p, q, r); !like(err, approval.ErrRefused) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	twin := good
	s := new(big.Int).Sub(order, new(big.Int).SetBytes(good.Signature[32:]))
	twin.Signature = slices.Concat(good.Signature[:32], s.FillBytes(make([]byte, 32)))
	for name, r := range map[string]keyturn.Reply{"n−s": twin, "s after it": good} {
		if state, err := x.post(p, q, r); state != approval.Approved || err != nil {
			t.Errorf("%s: %q, %v", name, state, err)
		}
	}
	if n := x.told(q.ID, "request.approved"); n != 1 {
		t.Errorf("%d approvals", n)
	}
}

func flip(b keyturn.Bytes) keyturn.Bytes {
	c := slices.Clone(b)
	c[10] ^= 1
	return c
}
