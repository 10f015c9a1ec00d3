package approval

import (
	"context"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
)

// Usable returns the approval of a security change that a session asked for and can
// still use, or [ErrUnknown]. Whether it then is used, the change's own step decides.
func (s *Service) Usable(ctx context.Context, account, session string, action keyturn.Action) (string, error) {
	now := s.Now()
	return s.Store.UsableApproval(ctx, account, session, action, now.Add(-s.Limits.ApprovalUse), now)
}

// Report says, in a session of the account and afterwards, that a sign-in wasn't its
// person's. It has the effect of a report by a phone (spec §8.7), and ends the sessions
// that came of it. [ErrUnknown] if it isn't the account's, or isn't one that was answered.
func (s *Service) Report(ctx context.Context, account, id string) error {
	now := s.Now()
	ev := audit.Event{Kind: audit.SignInReported, At: now, Account: account, Subject: id}
	if err := s.Store.ReportSignIn(ctx, id, now.Add(s.Limits.ReportQuiet), ev); err != nil {
		return fmt.Errorf("report of %s: %w", id, err)
	}
	s.wake(Request{ID: id, Account: account})
	return nil
}
