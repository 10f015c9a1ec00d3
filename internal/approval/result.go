package approval

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// keep writes what a refused answer got, so that a repeat of it hears the same,
// and returns it. The PIN was judged all the same: a right one sets the phone's
// count back. If the refusal is a fault of the server, an answer that was decided
// after all keeps its result.
func (s *Service) keep(ctx context.Context, c *hearing, refusal error) error {
	c.verdict.Result, c.verdict.At = resultOf(refusal), s.Now()
	if _, err := s.Devices.Judged(ctx, c.device, c.verdict); err != nil {
		return fmt.Errorf("%w, after: %v", err, refusal)
	}
	return refusal
}

// resultOf is what is kept of a refusal that changed nothing else.
func resultOf(refusal error) device.Result {
	var gone *Gone
	switch {
	case errors.As(refusal, &gone):
		return device.Result{Code: keyturn.ProblemRequestGone, Ended: string(gone.State)}
	case errors.Is(refusal, ErrChanged):
		return device.Result{Code: keyturn.ProblemChallengeChanged}
	}
	return device.Result{Code: keyturn.ProblemServerBusy}
}

// errorOf is the error that a recorded result stands for; nil if there is a state.
func errorOf(r device.Result) error {
	switch r.Code {
	case "":
		return nil
	case keyturn.ProblemRequestGone:
		return &Gone{State(r.Ended)}
	case keyturn.ProblemChallengeChanged:
		return ErrChanged
	case keyturn.ProblemPINWrong:
		return &device.WrongPIN{Left: r.Left}
	case keyturn.ProblemUnlockWrong:
		return device.ErrUnlock
	case keyturn.ProblemNumberWrong:
		return &WrongNumber{r.Left}
	case keyturn.ProblemTooMany:
		return policy.ErrTooMany
	}
	return device.ErrPending // it was never judged, and never will be
}
