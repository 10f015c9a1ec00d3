package approval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/hint"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

// A Standing is how a request stands, for whoever began it.
type Standing struct {
	Request                  // with the state of this moment: a passed deadline shows as expired
	Left       time.Duration // until it ends, or until it can't be redeemed any more
	Answerable bool          // it waits, and some phone can answer it
}

// Unspent reports whether a redeemed approval has still to make its change: the
// server went down between the two.
func (st Standing) Unspent() bool {
	return st.State == Redeemed && st.Action != keyturn.SignIn && st.Action != keyturn.ChangePassword && !st.Used
}

// A Status is what whoever began a request may know of it.
type Status struct {
	Standing

	// While it waits:
	Digits  keyturn.Secret     // the number, if one has to be carried
	Link    keyturn.SignInLink // of the newest QR code; empty if none was asked for
	Phones  []string           // names of those that can answer
	PIN     bool               // one of them has a Keyturn PIN
	Offline bool               // challenge codes are on for the account
	Silent  []string           // names of phones that no push is sent to
	Push    policy.Push        // whether the next push may be sent; zero if no phone would be woken
	Pushed  time.Time          // when its last push was; zero: none was sent
	Pushes  int                // how many there were
}

// A Handle is how whoever began a request gets at it. The pending cookie of a browser is
// the token of one; a door without a browser keeps its own.
type Handle struct {
	Token   token.Token
	Request string // id of the request that is meant; empty: whichever the token has
}

// of returns the request of a handle, A21. If an id is given it has to be
// that request's: a form or page of an older tab acts on nothing, A86. A wrong
// token is the same [ErrUnknown] as none.
func (s *Service) of(ctx context.Context, h Handle) (Request, error) {
	hash := h.Token.Hash()
	if hash == nil {
		return Request{}, ErrUnknown
	}
	r, err := s.Store.RequestOf(ctx, hash)
	if err != nil {
		return Request{}, fmt.Errorf("request of a handle: %w", err)
	}
	if h.Request != "" && h.Request != r.ID {
		return Request{}, ErrReplaced
	}
	return r, nil
}

// Standing tells whoever began a request how it stands. It changes nothing. The errors
// are [ErrUnknown] and [ErrReplaced].
func (s *Service) Standing(ctx context.Context, h Handle) (Standing, error) {
	r, err := s.of(ctx, h)
	if err != nil {
		return Standing{}, err
	}
	st := r.standing(s.Now())
	if st.State == Waiting {
		st.Answerable, err = s.Store.Answerable(ctx, r.Account, r.target())
	}
	return st, err
}

func (r Request) standing(now time.Time) Standing {
	r.State = r.At(now)
	st := Standing{Request: r}
	if r.State == Waiting || r.State == Approved {
		st.Left = r.Expires.Sub(now)
	}
	return st
}

// Status is [Service.Standing] with all that a page shows of a request that waits.
func (s *Service) Status(ctx context.Context, h Handle) (Status, error) {
	r, err := s.of(ctx, h)
	if err != nil {
		return Status{}, err
	}
	now := s.Now()
	st := Status{Standing: r.standing(now)}
	if st.State != Waiting {
		return st, nil
	}
	digits, err := s.digits(r)
	if err != nil {
		return Status{}, err
	}
	st.Digits = keyturn.Secret(digits)
	if r.QRs > 0 {
		st.Link = keyturn.SignInLink{Request: r.ID, Secret: secret(h.Token, r.ID, r.QRs)}
	}
	if err := s.asked(ctx, &st, now); err != nil {
		return Status{}, fmt.Errorf("status of %s: %w", r.ID, err)
	}
	return st, nil
}

// asked says which phones a waiting request is put to, and how they hear of it.
func (s *Service) asked(ctx context.Context, st *Status, now time.Time) error {
	phones, err := s.phones(ctx, st.Request)
	if err != nil {
		return err
	}
	st.Answerable, st.Offline, st.Silent = len(phones) > 0, s.offline(phones), silent(phones)
	for _, d := range phones {
		st.Phones = append(st.Phones, d.Name)
		st.PIN = st.PIN || d.Unlock == keyturn.UnlockPIN
	}
	if !s.rings(phones) {
		return nil
	}
	record, err := s.Pushes.PushRecord(ctx, st.Account, st.ID, now)
	st.Push, st.Pushed, st.Pushes = policy.MayPush(record, s.Limits, now), record.Last, record.Times
	return err
}

// Wait returns a request when it waits no longer, or as it stands when most is over. It
// changes nothing. The errors are those of [Service.Status], and that of a context that
// ended.
func (s *Service) Wait(ctx context.Context, h Handle, most time.Duration) (Request, error) {
	r, err := s.of(ctx, h)
	if err != nil {
		return Request{}, err
	}
	hints, stop := s.Watch(r.ID)
	defer stop()
	look := func() (lasts time.Duration, more bool, err error) {
		r, err = s.of(ctx, h)
		now := s.Now()
		r.State = r.At(now)
		return r.Expires.Sub(now), r.State == Waiting, err
	}
	lasts, more, err := look() // once more: now every change is heard of
	if err != nil || !more || most <= 0 {
		return r, err
	}
	if err = (&hint.Follow{Most: most}).Until(ctx, hints, lasts, look); err == nil && r.State == Waiting {
		_, _, err = look() // a hint may have been lost
	}
	return r, err
}

// Prolong gives a waiting request more time, within Limits.RequestMost of its
// making, and returns its new end. At that limit the end stays as it is. [*Gone]
// if it doesn't wait.
func (s *Service) Prolong(ctx context.Context, h Handle) (time.Time, error) {
	r, err := s.of(ctx, h)
	if err != nil {
		return time.Time{}, err
	}
	end, err := s.Store.Prolong(ctx, r.ID, s.Limits.RequestLife, s.Limits.RequestMost, s.about(r).As(audit.RequestProlonged))
	if err != nil {
		return time.Time{}, fmt.Errorf("prolong %s: %w", r.ID, err)
	}
	s.wake(r)
	return end, nil
}

// Cancel ends a waiting request at its browser's wish. [*Gone] if it doesn't wait:
// the browser is told how it ended.
func (s *Service) Cancel(ctx context.Context, h Handle) error {
	r, err := s.of(ctx, h)
	if err != nil {
		return err
	}
	if state := s.expire(ctx, r); state != Waiting {
		return &Gone{state}
	}
	if err := s.Store.EndRequest(ctx, r.ID, Cancelled, s.about(r).As(audit.RequestCancelled)); err != nil {
		return fmt.Errorf("cancel %s: %w", r.ID, err)
	}
	s.wake(r)
	return nil
}

// Again makes a new request after one that ended, without the password, for as
// long as that counts. What it is about is taken from the old request; fresh says
// where the person is now. A request that waits, or was approved and can still be
// redeemed, is returned as it is, without a handle: its own stays; one that waits has its push sent
// again, if that may be.
//
// [ErrTooLate] means that the password has to be given again: it is too old, or
// the request was used, or was ended by the person, a report or the operator, or
// its password has made other ones often enough.
func (s *Service) Again(ctx context.Context, h Handle, fresh Attempt) (Request, Handle, error) {
	r, err := s.of(ctx, h)
	if err != nil {
		return Request{}, Handle{}, err
	}
	now := s.Now()
	switch s.expire(ctx, r) {
	case Waiting:
		return r, Handle{}, s.again(ctx, r)
	case Approved:
		return r, Handle{}, nil
	case Redeemed, Reported, Cancelled:
		return Request{}, Handle{}, ErrTooLate
	}
	if err := s.passwordCounts(ctx, r, now); err != nil {
		return Request{}, Handle{}, err
	}
	fresh.first = cmp.Or(r.First, r.ID) // which alone counts: else each would begin anew, A97
	if err := s.Store.TryAgain(ctx, fresh.first, s.Limits.Agains); err != nil {
		return Request{}, Handle{}, fmt.Errorf("again %s: %w", r.ID, err)
	}
	fresh.Account, fresh.Name, fresh.App, fresh.Action, fresh.Before = r.Account, r.Name, r.App, r.Action, h.Token
	fresh.Message, fresh.Target, fresh.Session, fresh.Visit, fresh.Password = r.Message, r.Target, r.Session, r.Visit, r.Password
	fresh.Demanded = r.Carry != policy.Carry(s.Number, r.Known, false) // more than it would have carried by itself
	fresh.again = true
	return s.Begin(ctx, fresh)
}

// expire is [Request.At], and writes that time has ended a request: the record says so of
// one that was approved and never redeemed, too. Nothing depends on it.
func (s *Service) expire(ctx context.Context, r Request) State {
	state := r.At(s.Now())
	if state == Expired && r.State != Expired {
		if s.Store.EndRequest(ctx, r.ID, Expired, s.about(r).As(audit.RequestExpired)) == nil {
			s.wake(r)
		}
	}
	return state
}

// mostExpired is how many requests one call writes down.
const mostExpired = 1000

// Expire writes down which requests time has ended since nobody has asked about them.
// Nothing depends on it but the record.
func (s *Service) Expire(ctx context.Context) error {
	overdue, err := s.Store.Overdue(ctx, s.Now(), mostExpired)
	if err != nil {
		return fmt.Errorf("expire: %w", err)
	}
	for _, r := range overdue {
		err := s.Store.EndRequest(ctx, r.ID, Expired, s.about(r).As(audit.RequestExpired))
		var gone *Gone // by somebody else, meanwhile
		if err != nil && !errors.As(err, &gone) {
			return fmt.Errorf("expire %s: %w", r.ID, err)
		}
	}
	return nil
}

// passwordCounts returns [ErrTooLate] if the password of a request allows no
// further one: it is too old, or since then a request of the account was reported.
// Spec §8.7; attack A23.
func (s *Service) passwordCounts(ctx context.Context, r Request, now time.Time) error {
	if r.Action != keyturn.SignIn || !now.Before(r.Password.Add(s.Limits.AgainIn)) {
		return ErrTooLate
	}
	since, err := s.Store.Requests(ctx, r.Account, now, r.Password)
	if err != nil {
		return fmt.Errorf("again %s: %w", r.ID, err)
	}
	for _, o := range since {
		if o.State == Reported {
			return ErrTooLate
		}
	}
	return nil
}

// Recoverable returns the sign-in of a browser that a recovery code may end: for as
// long as [Service.Again] would make a new request, and while one waits. Otherwise
// it returns [ErrTooLate] with that sign-in. What ends it decides once more. Spec §12.4.
func (s *Service) Recoverable(ctx context.Context, h Handle) (Request, error) {
	r, err := s.of(ctx, h)
	if err != nil {
		return Request{}, err
	}
	now := s.Now()
	switch r.At(now) {
	case Redeemed, Reported, Cancelled:
		return r, ErrTooLate
	}
	return r, s.passwordCounts(ctx, r, now)
}
