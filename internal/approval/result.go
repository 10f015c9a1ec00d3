package approval

import (
	"context"
	"errors"
	"fmt"

	"keyturn/internal/device"
)

// Codes of results, spec §16.
const (
	codeGone    = "request_gone"
	codeChanged = "challenge_changed"
	codePIN     = "pin_wrong"
	codeUnlock  = "unlock_wrong"
	codeNumber  = "number_wrong"
	codeMany    = "too_many"
	codeBusy    = "server_busy"
)

// settle writes what a refused answer got, so that a repeat of it hears the same,
// and returns it. The PIN was judged all the same: a right one sets the phone's
// count back. If the refusal is a fault of the server, an answer that was decided
// after all keeps its result.
func (s *Service) settle(ctx context.Context, c *hearing, refusal error) error {
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
		return device.Result{Code: codeGone, Ended: string(gone.State)}
	case errors.Is(refusal, ErrChanged):
		return device.Result{Code: codeChanged}
	}
	return device.Result{Code: codeBusy}
}

// errorOf is the error that a recorded result stands for; nil if there is a state.
func errorOf(r device.Result) error {
	switch r.Code {
	case "":
		return nil
	case codeGone:
		return &Gone{State(r.Ended)}
	case codeChanged:
		return ErrChanged
	case codePIN:
		return &device.WrongPIN{Left: r.Left}
	case codeUnlock:
		return device.ErrUnlock
	case codeNumber:
		return &WrongNumber{r.Left}
	case codeMany:
		return device.ErrTooMany
	}
	return device.ErrPending // it was never judged, and never will be
}
