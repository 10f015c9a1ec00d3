package approval

import (
	"bytes"
	"fmt"

	"keyturn"
)

// form is check 3. It says which part is at fault, for the log: the phone hears
// the same of each.
func (c *hearing) form(origin string) error {
	a, err := keyturn.ParseAnswer(c.reply.Text)
	if err != nil {
		return fmt.Errorf("%w: text", ErrRefused)
	}
	c.answer = a
	switch {
	case a.Origin != origin:
		return fmt.Errorf("%w: origin", ErrRefused)
	case a.Request != c.ID:
		return fmt.Errorf("%w: request", ErrRefused)
	case a.Device != c.device.ID:
		return fmt.Errorf("%w: device", ErrRefused)
	case !a.Fits(c.Carry):
		return fmt.Errorf("%w: carried", ErrRefused)
	case a.Decision == keyturn.Approve && !c.hasProof():
		return fmt.Errorf("%w: unlock", ErrRefused)
	}
	return nil
}

// hasProof reports whether the answer has a proof, of the kind that it says and that
// the device has. It judges nothing.
func (c *hearing) hasProof() bool {
	p := c.reply.Proof
	return c.answer.Unlock == c.device.Unlock && p != nil && p.Type == c.device.Unlock && p.Valid() == nil
}

// signed is check 4.
func (c *hearing) signed() error {
	key, err := keyturn.ParsePublicKey(c.device.Key)
	if err != nil {
		return fmt.Errorf("key of %s: %w", c.device.ID, err)
	}
	if keyturn.Verify(key, c.reply.Text, c.reply.Signature) != nil {
		return fmt.Errorf("%w: signature", ErrRefused)
	}
	return nil
}

// open finds out, before the answer is counted, what checks 6 and 7 will say, so
// that the counting can take a try of the PIN in the same step exactly if it is
// going to be judged. It opens what judging needs: if that can't be, no try is
// taken. Spec §17; attack A82.
func (s *Service) open(c *hearing) (closed, err error) {
	if state := c.At(s.Now()); state != Waiting {
		return &Gone{state}, nil
	}
	text, err := s.challenge(c.Request, c.device)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(c.answer.Challenge, keyturn.Hash(text)) {
		return ErrChanged, nil
	}
	if c.answer.Carried == keyturn.CarryNumber {
		c.digits, err = s.digits(c.Request)
	}
	return nil, err
}
