package activation_test

import (
	"errors"
	"testing"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/device"
)

// Somebody sits between phone and server and agrees with each of them. The best
// that is left is luck, one in a million per code: towards the server the own nonce
// is bound by its commitment before the server's is known, towards the phone a
// server's nonce has to be given before the phone opens its own.
func TestA38InTheMiddle(t *testing.T) {
	w := start(t)
	equal := 0
	for range 100 {
		ada := by(w.account(random(8).String()))
		person, middle := newPhone(t, keyturn.UnlockPIN), newPhone(t, keyturn.UnlockPIN)
		code := w.code(ada)
		person.redeem(code)                                    // which the attacker keeps
		got, err := w.Redeem(t.Context(), middle.redeem(code)) // and sends one of their own
		if err != nil {
			t.Fatal(err)
		}
		pretend := got // with a server key and nonce that the attacker has chosen
		pretend.ServerKey, pretend.Nonce = newPhone(t, keyturn.UnlockPIN).agree.PublicKey().Bytes(), random(32)
		person.finish(pretend) // the person's phone shows digits, and its nonce is known now
		if _, err := w.Finish(t.Context(), w.device(got.Device), middle.finish(got)); err != nil {
			t.Fatal(err)
		}
		_, err = w.Check(t.Context(), ada.Session, person.keys.Check)
		if err == nil {
			equal++
		} else if !errors.Is(err, activation.ErrDigits) {
			t.Fatal(err)
		}
	}
	if equal > 1 { // once in ten thousand runs of this test there is one
		t.Errorf("%d of 100 times the digits were equal", equal)
	}
}

// Knowing both other nonces, the attacker would search for a third that makes the
// digits equal. The commitment stands in the way, and there is one try.
func TestA38NonceChosenLast(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	middle, _ := w.redeemed(ada, keyturn.UnlockPIN)
	middle.nonce = random(32) // found by trying
	f := middle.finish(middle.got)
	if _, err := w.Finish(t.Context(), w.device(middle.got.Device), f); !errors.Is(err, activation.ErrProof) {
		t.Errorf("got %v, want %v", err, activation.ErrProof)
	}
	w.left(ada, activation.Failed, activation.CauseProof, device.Removed)
}

// A repeat of the redeem brings no other server nonce to try with.
func TestA38NoSecondNonce(t *testing.T) {
	w := start(t)
	middle, _ := w.redeemed(by(w.account("ada")), keyturn.UnlockPIN)
	for range 20 {
		if again, err := w.Redeem(t.Context(), middle.sent); err != nil || !same(again, middle.got) {
			t.Fatalf("got %+v, %v, want %+v", again, err, middle.got)
		}
	}
	changed := middle.sent
	changed.Commit = random(32)
	_, err := w.Redeem(t.Context(), middle.signed(changed))
	w.refused(err, changed.Code, "used")
}
