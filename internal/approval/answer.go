package approval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// A hearing is one answer on its way through the checks.
type hearing struct {
	Request // as it was put to the device
	device  device.Device
	reply   keyturn.Reply
	answer  keyturn.Answer
	digits  string         // that have to be carried; opened before any try is taken
	verdict device.Verdict // what will be written of it
}

// Answer checks a device's reply to request id, in the signed call with that
// nonce, and records the decision. It returns the state that the request got.
//
// The order is that of spec §8.5, and no check is made after one has failed: form
// and signature come first, so that a stranger learns nothing and can't use up
// anyone's PIN; the number comes last, so that each guess at it costs a proven
// unlock. The same text again gets the recorded result, whatever proof comes with
// it: attack A10.
//
// The errors are those of package device, [ErrRefused], [*Gone], [ErrChanged] and
// [*WrongNumber]. On any other one the request still waits, or has ended: it is
// never approved.
func (s *Service) Answer(
	ctx context.Context, d device.Device, id string, r keyturn.Reply, nonce string,
) (State, error) {
	state, err := s.hear(ctx, d, id, r, nonce)
	if err != nil {
		return "", fmt.Errorf("answer to %s: %w", id, err)
	}
	return state, nil
}

func (s *Service) hear(ctx context.Context, d device.Device, id string, r keyturn.Reply, nonce string) (State, error) {
	if err := s.Devices.Answers(d); err != nil {
		return "", err
	}
	request, err := s.put(ctx, d, id) // reading changes nothing
	if err != nil {
		return "", err
	}
	c := &hearing{Request: request, device: d, reply: r}
	if err := c.form(s.Origin); err != nil {
		return "", err
	}
	if err := c.signed(); err != nil {
		return "", err
	}
	closed, err := s.open(c)
	if err != nil {
		return "", err
	}
	if closed == nil && c.answer.Decision == keyturn.Approve && policy.IsChange(c.Action) && d.OnProbation(s.Now()) {
		return "", device.ErrProbation // nothing was counted: it may still be denied
	}
	tryPIN := closed == nil && c.answer.Unlock == keyturn.UnlockPIN
	known, err := s.Devices.Count(ctx, d, c.answer.Counter, r.Text, nonce, tryPIN)
	if err != nil {
		return "", err
	}
	if known != nil {
		return State(known.State), errorOf(*known)
	}
	defer s.wake(c.Request)
	// What was counted is judged to the end, even if the phone hangs up: a bad
	// network must not use up the tries of a right PIN.
	return s.judge(context.WithoutCancel(ctx), c, closed)
}

// judge is checks 6 to 10. Each end writes the result together with what it changes.
func (s *Service) judge(ctx context.Context, c *hearing, closed error) (State, error) {
	c.verdict = device.Verdict{Device: c.device.ID, Phone: c.device.Phone,
		Counter: c.answer.Counter, Text: keyturn.Hash(c.reply.Text)}
	if closed != nil {
		return "", s.keep(ctx, c, closed)
	}
	switch c.answer.Decision {
	case keyturn.Deny:
		return s.decide(ctx, c, Denied, audit.RequestDenied)
	case keyturn.Report:
		return s.decide(ctx, c, Reported, audit.RequestReported)
	}
	if err := s.unlocked(ctx, c); err != nil {
		return "", err
	}
	if err := s.carried(ctx, c); err != nil {
		return "", err
	}
	return s.decide(ctx, c, Approved, audit.RequestApproved)
}

// unlocked is check 8: the person unlocked the phone for this very answer.
func (s *Service) unlocked(ctx context.Context, c *hearing) error {
	v, fault := s.Devices.Judge(ctx, c.device, c.reply.Text, c.reply.Proof)
	v.Counter = c.answer.Counter
	c.verdict = v
	if fault == nil && v.Result.Code == "" {
		return nil
	}
	left, err := s.Devices.Judged(ctx, c.device, v)
	if fault != nil {
		return fault
	}
	if err != nil {
		return err
	}
	if v.PIN == device.PINWrong {
		s.hint(ctx, c, SeenPIN)
	}
	v.Result.Left = left
	return errorOf(v.Result)
}

// decide is check 10. Of two answers at once one decides, and the other hears how.
func (s *Service) decide(ctx context.Context, c *hearing, to State, kind audit.Kind) (State, error) {
	now := s.Now()
	c.verdict.Result, c.verdict.At = device.Result{State: string(to)}, now
	err := s.Store.Decide(ctx, c.decision(to, now, s.Limits), c.event(s, kind))
	if err != nil {
		return "", s.keep(ctx, c, s.barred(ctx, c, err, device.ErrPending))
	}
	return to, nil
}

// barred explains why a request that still waits could not be changed: since the
// device was looked at first, it was stopped, or its account was. If it wasn't, the
// explanation is otherwise. Any other error is returned as it is.
func (s *Service) barred(ctx context.Context, c *hearing, err, otherwise error) error {
	var gone *Gone
	if !errors.As(err, &gone) || gone.State != Waiting {
		return err
	}
	d, err := s.latest(ctx, c.device)
	if err == nil {
		err = s.Devices.Answers(d)
	}
	return cmp.Or(err, otherwise)
}

// decision is what is written of an answer that was judged to the end.
func (c *hearing) decision(to State, now time.Time, l policy.Limits) Decision {
	d := Decision{Request: c.ID, To: to, By: c.device.Name, Answer: c.reply.Text, Signature: c.reply.Signature, Verdict: c.verdict}
	switch to {
	case Approved:
		d.Way, d.Unlock, d.RedeemBy = ways[c.answer.Carried], c.device.Unlock, now.Add(l.RedeemIn)
	case Reported:
		d.Quiet = now.Add(l.ReportQuiet)
	}
	return d
}

var ways = map[keyturn.Carry]policy.Way{
	keyturn.CarryNumber: policy.ByNumber,
	keyturn.CarryQR:     policy.ByQR,
	keyturn.CarryNone:   policy.ByApproval,
}

// event is an event about the request that the device has caused.
func (c *hearing) event(s *Service, kind audit.Kind) audit.Event {
	ev := s.about(c.Request)
	ev.Kind, ev.Device = kind, c.device.ID
	return ev
}
