package approval

import (
	"context"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// Redeem lets the browser that began go on after the phone's approval: once, in
// time, and only while the account may sign in and the approving device is active.
// A sign-in's browser gets what the grant says in the same step, and becomes known
// if something was carried; any other action signs nobody in, whatever g says.
//
// An approval whose account or device was stopped since ends here as cancelled. The
// errors are [ErrReplaced], [ErrUnknown] and [*Gone]. Attacks A20 to A23, A85.
func (s *Service) Redeem(ctx context.Context, h Handle, g policy.Grant) (Request, policy.Proven, error) {
	was, err := s.of(ctx, h)
	if err != nil {
		return Request{}, policy.Proven{}, err
	}
	if state := s.expire(ctx, was); state != Approved {
		return Request{}, policy.Proven{}, &Gone{state}
	}
	ev := s.about(was).As(audit.RequestRedeemed).With("acr", string(was.Proven().ACR()))
	r, err := s.Store.Redeem(ctx, was.ID, h.Token.Hash(), was.limit(g), ev)
	if err != nil {
		return Request{}, policy.Proven{}, fmt.Errorf("redeem %s: %w", was.ID, err)
	}
	s.wake(r)
	return r, r.Proven(), nil
}

// limit takes from a grant what this approval doesn't give. Attacks A24, A28.
func (r Request) limit(g policy.Grant) policy.Grant {
	if r.Action != keyturn.SignIn {
		return policy.Grant{}
	}
	if r.Way != policy.ByNumber && r.Way != policy.ByQR {
		g.KnownUntil = time.Time{}
	}
	return g
}

// Proven is what an approved request has shown.
func (r Request) Proven() policy.Proven {
	return policy.Proven{Account: r.Account, Way: r.Way, Password: !r.Password.IsZero(), Unlock: r.Unlock, Device: r.Device, Request: r.ID, At: r.Answered}
}
