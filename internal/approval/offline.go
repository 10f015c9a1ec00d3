package approval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// draws is how often a challenge code is drawn before the server gives up: of 83
// million an account has had a few.
const draws = 8

// ShowChallenge gives a waiting request a challenge code, for a phone that has no
// network, and time to type it. There is one for the life of the request. Only a
// sign-in gets one: the phone can't show what else it would allow, attack A102. The
// errors are [*Gone], [ErrUnseen] and [ErrOffline].
func (s *Service) ShowChallenge(ctx context.Context, h Handle) error {
	st, err := s.Status(ctx, h)
	switch {
	case err != nil:
		return err
	case st.State != Waiting:
		return &Gone{st.State}
	case !policy.ByResponse(st.Action):
		return ErrUnseen
	case !st.Offline:
		return ErrOffline
	}
	for range draws {
		err = s.Store.Challenge(ctx, st.ID, keyturn.NewChallengeCode(), s.Now().Add(s.Limits.OfflineLife), s.Limits.RequestMost,
			s.about(st.Request).As(audit.ChallengeMade))
		if !errors.Is(err, ErrRepeated) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("challenge of %s: %w", st.ID, err)
	}
	s.wake(st.Request)
	return nil
}

// Respond takes a response code as the person typed it. The right one of any phone
// of the account approves the sign-in; the browser then redeems it. A try is taken
// before the response is looked at, and none of it counts as a wrong PIN: whoever
// knows the password could lock a phone. Spec §10; attacks A08, A57, A58, A60, A102.
//
// The errors are [ErrMistyped] and [ErrUnseen], which cost no try, [*WrongResponse],
// [ErrOffline] and [*Gone].
func (s *Service) Respond(ctx context.Context, h Handle, typed string) error {
	r, err := s.of(ctx, h)
	if err != nil {
		return err
	}
	if !policy.ByResponse(r.Action) {
		return ErrUnseen
	}
	response, err := readResponse(typed)
	if err != nil {
		return err
	}
	if state := s.expire(ctx, r); state != Waiting || r.Challenge == "" {
		return &Gone{state}
	}
	expected, err := s.expect(ctx, r)
	if err != nil {
		return fmt.Errorf("response to %s: %w", r.ID, err)
	}
	defer s.wake(r)
	ctx = context.WithoutCancel(ctx) // a try that was taken is judged to the end
	err = s.Store.TryResponse(ctx, r.ID, s.about(r).As(audit.ResponseTried))
	var gone *Gone
	if errors.As(err, &gone) && gone.State == Waiting { // every try is taken
		err = &Gone{Failed}
	}
	if err == nil {
		err = s.judgeResponse(ctx, r, expected, response)
	}
	if err != nil {
		return fmt.Errorf("response to %s: %w", r.ID, err)
	}
	return nil
}

// readResponse reads eight digits, however they are grouped.
func readResponse(typed string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '−' || r >= '‐' && r <= '―' {
			return -1
		}
		return r
	}, norm.NFKC.String(typed))
	if len(digits) != 8 || strings.Trim(digits, "0123456789") != "" {
		return "", ErrMistyped
	}
	return digits, nil
}

// An expectation is the response of one device.
type expectation struct {
	device   device.Device
	response string
}

// expect computes what each phone that can answer would show.
func (s *Service) expect(ctx context.Context, r Request) ([]expectation, error) {
	phones, err := s.phones(ctx, r)
	if err != nil {
		return nil, err
	}
	all := make([]expectation, len(phones))
	for i, d := range phones {
		all[i].device = d
		if all[i].response, err = s.Devices.Expect(d, r.Challenge); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// judgeResponse compares with each device, however early one fits.
func (s *Service) judgeResponse(ctx context.Context, r Request, expected []expectation, response string) error {
	var by *device.Device
	for i := range expected {
		if equal(response, expected[i].response) {
			by = &expected[i].device
		}
	}
	ev := s.about(r)
	if by == nil {
		left, err := s.Store.MissResponse(ctx, r.ID, ev.As(audit.ResponseWrong), ev.As(audit.RequestFailed), ev.As(audit.OfflineOff))
		if err != nil {
			return err
		}
		return &WrongResponse{left}
	}
	ev.Device = by.ID
	return s.Store.Decide(ctx, Decision{Request: r.ID, To: Approved, By: by.Name, Way: policy.ByOffline, Unlock: by.Unlock,
		RedeemBy: s.Now().Add(s.Limits.RedeemIn), Verdict: device.Verdict{Device: by.ID}}, ev.As(audit.RequestApproved).With("way", string(policy.ByOffline)))
}

// offline reports whether challenge codes are on: too many wrong responses in a row
// have not switched them off.
func (s *Service) offline(phones []device.Device) bool {
	for _, d := range phones {
		if d.Responses >= s.Limits.ResponseRow {
			return false
		}
	}
	return true
}
