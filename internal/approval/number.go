package approval

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// drawNumber draws the digits that a request wants, each of the million as likely
// as any other, and seals them for its row. Spec §9.1.
func (s *Service) drawNumber(r *Request) error {
	if r.Carry != keyturn.CarryNumber {
		return nil
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	place, err := placeOf(*r)
	if err != nil {
		return err
	}
	r.Number, err = s.Seal.Seal(place, fmt.Appendf(nil, "%06d", n))
	return err
}

// digits returns the number of a waiting request, or "" if none has to be carried.
func (s *Service) digits(r Request) (string, error) {
	if r.Carry != keyturn.CarryNumber {
		return "", nil
	}
	place, err := placeOf(r)
	if err != nil {
		return "", err
	}
	b, err := s.Seal.Open(place, r.Number)
	if err != nil {
		return "", fmt.Errorf("number of %s: %w", r.ID, err)
	}
	return string(b), nil
}

// placeOf is where a request's number is at home: it doesn't open in another row.
func placeOf(r Request) (string, error) { return keyturn.Lines("sealed", "request", r.ID, "number") }

// carried checks what the person carried from the browser to the phone. A try is
// taken before the value is looked at: counting afterwards would let parallel
// guesses through. Spec §17; attacks A02, A07, A08.
func (s *Service) carried(ctx context.Context, c *hearing) error {
	if c.answer.Carried == keyturn.CarryNone { // the form was right, so nothing is wanted
		return nil
	}
	if err := s.takeTry(ctx, c); err != nil {
		return s.keep(ctx, c, err)
	}
	c.verdict.PIN = device.PINNotJudged // was written with the try
	right, hint := equal(c.answer.Value, c.digits), SeenNumber
	if c.answer.Carried == keyturn.CarryQR {
		right, hint = c.carriesSecret(), SeenCode
	}
	if right {
		return nil
	}
	s.hint(ctx, c, hint)
	return s.miss(ctx, c)
}

// takeTry takes one of the request's tries, and one of the account's row. Whoever
// comes after the last one meets a request that has failed, or is about to. A right
// PIN sets the phone's count back in this step, whatever becomes of the number.
func (s *Service) takeTry(ctx context.Context, c *hearing) error {
	phone := ""
	if c.verdict.PIN == device.PINRight {
		phone = c.device.Phone
	}
	ev := c.event(s, audit.NumberTried)
	err := s.Store.TryNumber(ctx, c.ID, phone, s.Limits.NumberTries, s.Limits.NumberRow, ev)
	return s.barred(ctx, c, err, &Gone{Failed})
}

// miss records a wrong value. The third ends the request; twenty in a row stop the
// phones of the account.
func (s *Service) miss(ctx context.Context, c *hearing) error {
	c.verdict.Result, c.verdict.At = device.Result{Code: keyturn.ProblemNumberWrong}, s.Now()
	ev := c.event(s, audit.NumberWrong)
	left, err := s.Store.MissNumber(ctx, c.ID, c.verdict, s.Limits.NumberTries, s.Limits.NumberRow,
		ev, ev.As(audit.RequestFailed), ev.As(audit.AccountStopped))
	if err != nil {
		return err
	}
	return &WrongNumber{left}
}

// hint tells the waiting page what was wrong on the phone. If it gets lost, nothing
// but a sentence is missing.
func (s *Service) hint(ctx context.Context, c *hearing, hint string) {
	_ = s.Store.SeenRequest(ctx, c.ID, c.device.Name, hint, s.Now())
}

// equal compares in constant time. Nothing equals a number that isn't there.
func equal(a, b string) bool {
	return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
