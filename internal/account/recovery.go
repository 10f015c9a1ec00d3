package account

import (
	"context"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
)

// recoveryCodes is how many a set has, spec §12.4.
const recoveryCodes = 8

// MakeRecoveryCodes makes the first set of an account's recovery codes, for the
// session that made its first activation, once. They are returned here and can't
// be seen again: what is kept is Argon2id. It returns [ErrUnknown] for another
// session or a second time, and [ErrBusy].
func (s *Service) MakeRecoveryCodes(ctx context.Context, account, session string) ([]keyturn.RecoveryCode, error) {
	if may, err := s.Store.MayMakeCodes(ctx, account, session); err != nil {
		return nil, fmt.Errorf("recovery codes: %w", err)
	} else if !may { // SetRecoveryCodes decides; here nobody gets eight hashes for nothing
		return nil, ErrUnknown
	}
	codes := drawCodes()
	hashes := make([]RecoveryHash, 0, len(codes))
	for _, c := range codes {
		h, err := s.hash(ctx, string(c))
		if err != nil {
			return nil, fmt.Errorf("recovery codes: %w", err)
		}
		hashes = append(hashes, RecoveryHash{Index: c.Index(), Hash: h})
	}
	ev := s.event(audit.RecoveryMade, account)
	ev.Subject = session
	if err := s.Store.SetRecoveryCodes(ctx, account, session, hashes, ev); err != nil {
		return nil, fmt.Errorf("recovery codes: %w", err)
	}
	return codes, nil
}

// drawCodes draws a set in which the first two symbols of each code differ: they
// find the one hash that has to be compared. Spec §12.4.
func drawCodes() []keyturn.RecoveryCode {
	var codes []keyturn.RecoveryCode
	seen := map[string]bool{}
	for len(codes) < recoveryCodes {
		c := keyturn.NewRecoveryCode()
		if !seen[c.Index()] {
			seen[c.Index()] = true
			codes = append(codes, c)
		}
	}
	return codes
}

// RecoveryCodesLeft counts the unused codes; made says whether a set was ever
// made since the account's first activation.
func (s *Service) RecoveryCodesLeft(ctx context.Context, account string) (left int, made bool, err error) {
	return s.Store.RecoveryCodesLeft(ctx, account)
}
