package device

import (
	"context"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
)

// stateRight is the state of a PROOF text that was right.
const stateRight = "right"

// Judge checks the PIN or the phone's own unlock over a text. The try of a PIN was
// taken before, by [Service.Count]. Judge changes nothing but the tries at the
// phone's own unlock: the caller's next step writes the verdict that it returns.
//
// A wrong proof is no error: the verdict says so. An error is [ErrProof], a
// [*policy.TooMany], or a fault of the server; then the verdict says that nothing was
// judged and gives a try of the PIN back, and writing it is worth a try.
func (s *Service) Judge(ctx context.Context, d Device, text string, p *keyturn.Proof) (Verdict, error) {
	v := Verdict{Device: d.ID, Phone: d.Phone, Text: keyturn.Hash(text), At: s.Now()}
	if err := d.fits(p); err != nil {
		return v.unjudged(d, keyturn.ProblemServerBusy), err
	}
	if d.Unlock == keyturn.UnlockPlatform {
		return s.judgeUnlock(ctx, d, v, text, *p)
	}
	kk, err := s.openKk(d)
	if err != nil {
		return v.unjudged(d, keyturn.ProblemServerBusy), err
	}
	return v.judgePIN(kk, text, *p), nil
}

// judgePIN compares in constant time.
func (v Verdict) judgePIN(kk keyturn.Bytes, text string, p keyturn.Proof) Verdict {
	v.PIN, v.Result = PINRight, Result{State: stateRight}
	if !keyturn.CheckMAC(kk, text, p.MAC) {
		v.PIN, v.Result = PINWrong, Result{Code: keyturn.ProblemPINWrong}
	}
	return v
}

// unjudged is the verdict on a text whose proof was not looked at.
func (v Verdict) unjudged(d Device, code string) Verdict {
	v.Result = Result{Code: code}
	if d.Unlock == keyturn.UnlockPIN {
		v.PIN = PINBack
	}
	return v
}

// Judged writes a verdict that changes nothing else; it returns the tries left
// after a wrong PIN. At 0 the PIN-mode devices of the phone were locked.
func (s *Service) Judged(ctx context.Context, d Device, v Verdict) (left int, err error) {
	ev := audit.Event{Kind: v.kind(), At: v.At, Account: d.Account, Device: d.ID}
	if v.Result.Code != "" {
		ev = ev.With("code", v.Result.Code)
	}
	if v.Cause != "" {
		ev = ev.With("cause", v.Cause)
	}
	left, err = s.Store.Judged(ctx, v, ev, ev.As(audit.PINLocked))
	if err != nil {
		return 0, fmt.Errorf("verdict on %s: %w", d.ID, err)
	}
	return left, nil
}

// kind tells what a verdict is in the record: never more than right or wrong.
func (v Verdict) kind() audit.Kind {
	switch v.Result.Code {
	case "":
		return audit.UnlockRight
	case keyturn.ProblemPINWrong:
		return audit.PINWrong
	case keyturn.ProblemUnlockWrong:
		return audit.UnlockWrong
	case keyturn.ProblemProofWrong, keyturn.ProblemChangeGone:
		return audit.UnlockRight // the old PIN was
	}
	return audit.AnswerRefused
}

// fits returns [ErrProof] unless p is there, of the device's kind, and well-formed.
func (d Device) fits(p *keyturn.Proof) error {
	if p == nil || p.Type != d.Unlock || p.Valid() != nil {
		return ErrProof
	}
	return nil
}
