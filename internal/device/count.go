package device

import (
	"context"
	"fmt"
	"strconv"

	"keyturn"
	"keyturn/internal/audit"
)

// Count is check 5 of spec §8.5: it moves the device's counter to that of an
// answer, in the call with that nonce. With tryPIN it takes a try of the phone's
// PIN in the same step, after Kk was opened.
//
// An answer that was counted before gets its recorded result and takes nothing;
// its proof is not looked at. The errors are [ErrPending] while there is no result,
// [ErrNoTry] and [ErrLocked] if no try is left, [ErrCounter], and [ErrClone] if two
// copies of the device are in use, which is suspended then. Attacks A10, A16, A17, A80, A103.
func (s *Service) Count(
	ctx context.Context, d Device, counter int64, text, nonce string, tryPIN bool,
) (*Result, error) {
	if tryPIN {
		if _, err := s.openKk(d); err != nil {
			return nil, err
		}
	}
	c := Count{Device: d, Counter: counter, Text: keyturn.Hash(text), Nonce: nonce, Asked: keyturn.NonceMade(nonce), TryPIN: tryPIN, At: s.Now()}
	ev := audit.Event{Kind: audit.PINTried, At: c.At, Account: d.Account, Device: d.ID}
	clone := ev.As(audit.CloneSuspected).
		With("counter", strconv.FormatInt(counter, 10)).
		With("largest", strconv.FormatInt(d.Counter, 10))
	if d.Address != "" {
		clone = clone.With("address", d.Address)
	}
	got, err := s.Store.CountAnswer(ctx, c, ev, clone)
	if err != nil {
		return nil, fmt.Errorf("counting an answer of %s: %w", d.ID, err)
	}
	return got, nil
}
