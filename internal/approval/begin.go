package approval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

const (
	longest     = 100 // characters of a shown field, spec §8.3
	longestWord = 64  // characters that an app may add in its own words
)

// An Attempt is what somebody wants to have approved, and where they are.
type Attempt struct {
	Account  string
	Name     string // of the account, as the person knows it
	App      string // name of the app being entered
	Action   keyturn.Action
	Message  string      // of action confirm: the app's words; name of the phone to move or remove; else empty
	Target   string      // device to move or remove
	Session  string      // that asks for a security change; empty for a sign-in
	Visit    string      // of the application that a sign-in is for; empty: it is for the portal
	Before   token.Token // of the request that the browser has; it ends
	Repeats  token.Token // drawn by an asker that may ask twice for one thing; empty: a new one is drawn
	Known    bool        // the browser is known for the account
	MoreTime bool        // the person wants the longest life from the start
	Demanded bool        // the app wants urn:keyturn:aal2: a number in any browser
	Browser  string      // such as "Firefox on Windows"
	IP       string      // RFC 5952; empty if switched off
	Place    string      // such as "Lyon, France"; empty if not known
	Password time.Time   // when a password was right that was typed for this; zero: none was
	Revision int64       // of the account then: which password it was
	again    bool        // for an earlier request
	first    string      // the first that its password has made; empty: this one
}

// Begin makes a request and puts it to every phone of the account. What is shown
// and whether a number is wanted is fixed here, and never taken from an answer:
// attack A06. The handle is returned once; whoever has it, and nobody else, can wait for
// the request and redeem it.
//
// An asker that can't know whether its question arrived, such as a RADIUS client, brings a
// token of its own, which it makes of all of that question ([token.Derive]): asked again, also
// on another node and of a request that has ended, it gets that request and no phone rings,
// whatever has changed since. [ErrAskedOther] if something else was asked with it.
//
// A sign-in's request is made also where no phone can answer it: the page that it
// leads to says so, and its handle is what a recovery code goes with. A security
// change needs a phone that may allow it: [ErrNoPhone], [device.ErrProbation]. The other
// errors are [ErrFull], also for more security changes than a session may ask for,
// [*policy.TooMany], and [ErrUnknown] for an account that may not sign in, or a session that has ended.
func (s *Service) Begin(ctx context.Context, a Attempt) (Request, Handle, error) {
	r, h, err := s.begin(ctx, a)
	if err != nil {
		return Request{}, Handle{}, fmt.Errorf("begin for %s: %w", a.Account, err)
	}
	return r, h, nil
}

func (s *Service) begin(ctx context.Context, a Attempt) (r Request, h Handle, err error) {
	r = s.request(a)
	h = Handle{cmp.Or(a.Repeats, token.New()), r.ID}
	if r.Pending, r.Repeats = h.Token.Hash(), a.Repeats != ""; r.Pending == nil {
		return r, h, ErrUnknown // a door's mistake: everybody would have it
	}
	if was, err := s.before(ctx, r); err != nil || was.ID != "" {
		return was, Handle{h.Token, was.ID}, err
	}
	phones, err := s.mayAsk(ctx, a, r)
	if err == nil {
		err = s.drawNumber(&r)
	}
	if err != nil {
		return r, h, err
	}
	ev := s.about(r).As(audit.RequestBegun)
	ev.Reference = r.Reference
	err = s.Store.BeginRequest(ctx, r, a.Before.Hash(), s.Limits.Requests, ev)
	if errors.Is(err, ErrAsked) { // by another node, meanwhile
		r, err = s.before(ctx, r)
		return r, Handle{h.Token, r.ID}, err
	}
	if err != nil {
		return r, h, err
	}
	s.wake(r)
	s.ring(ctx, r, phones)
	return r, h, nil
}

// before returns what an asker that repeats has asked with the token of r, as it stands
// now; the zero value if nothing. Its phones know of it.
func (s *Service) before(ctx context.Context, r Request) (Request, error) {
	if !r.Repeats {
		return Request{}, nil
	}
	was, err := s.Store.RequestOf(ctx, r.Pending)
	switch {
	case errors.Is(err, ErrUnknown):
		return Request{}, nil
	case err == nil && !was.asks(r):
		err = ErrAskedOther
	}
	was.State = was.At(s.Now())
	return was, err
}

// asks reports whether two requests ask the same of the same account.
func (r Request) asks(o Request) bool {
	return r.Account == o.Account && r.App == o.App && r.Action == o.Action && r.Message == o.Message && r.Target == o.Target &&
		r.Session == o.Session && r.Carry == o.Carry
}

// mayAsk returns the phones that can answer a request, if it may be put to them.
func (s *Service) mayAsk(ctx context.Context, a Attempt, r Request) ([]device.Device, error) {
	if err := s.mayChange(ctx, a); err != nil {
		return nil, err
	}
	phones, err := s.phones(ctx, r)
	if err == nil {
		err = s.allowedBy(phones, a.Action)
	}
	return phones, err
}

// mayChange counts what a session asks a phone for besides signing in: each is a
// line on the phone and in the record. Spec §15.
func (s *Service) mayChange(ctx context.Context, a Attempt) error {
	if a.Session == "" {
		return nil
	}
	err := s.Store.Take(ctx, s.Limits.ChangesOf(a.Account), s.Now())
	if errors.Is(err, policy.ErrTooMany) {
		err = ErrFull
	}
	return err
}

// request is the row of an attempt, with strangers' texts made fit to be shown.
func (s *Service) request(a Attempt) Request {
	now := s.Now().Truncate(time.Second) // as the store keeps it
	life := s.Limits.RequestLife
	if a.MoreTime {
		life = s.Limits.RequestMost
	}
	message := keyturn.Clean(a.Message, longest)
	if a.Action == keyturn.Confirm {
		message = keyturn.Clean(a.Message, longestWord)
	}
	return Request{
		ID:       keyturn.NewID(keyturn.RequestID),
		Account:  a.Account,
		Name:     keyturn.Clean(a.Name, longest),
		App:      keyturn.Clean(a.App, longest),
		Action:   a.Action,
		Message:  message,
		Target:   a.Target,
		Session:  a.Session,
		Visit:    a.Visit,
		Known:    a.Known,
		Browser:  keyturn.Clean(a.Browser, longest),
		IP:       keyturn.Clean(a.IP, longest),
		Place:    keyturn.Clean(a.Place, longest),
		Carry:    policy.Carry(s.Number, a.Known, a.Demanded),
		State:    Waiting,
		Made:     now,
		Expires:  now.Add(life),
		Password: a.Password,
		Again:    a.again,
		First:    a.first,
		Revision: a.Revision,

		Reference: keyturn.NewReference(),
	}
}

// phones returns the devices that can answer a request, newest first.
func (s *Service) phones(ctx context.Context, r Request) ([]device.Device, error) {
	all, err := s.Devices.Devices(ctx, r.Account)
	return slices.DeleteFunc(all, func(d device.Device) bool { return d.State != device.Active || d.Stopped || !r.isFor(d) }), err
}

// allowedBy reports whether some phone could allow what is asked for besides a
// sign-in: for a security change one that is not on probation.
func (s *Service) allowedBy(phones []device.Device, action keyturn.Action) error {
	switch {
	case action == keyturn.SignIn:
		return nil
	case len(phones) == 0:
		return ErrNoPhone
	case policy.IsChange(action) && !slices.ContainsFunc(phones, func(d device.Device) bool { return !d.OnProbation(s.Now()) }):
		return device.ErrProbation
	}
	return nil
}

// isFor reports whether a request is put to a device.
func (r Request) isFor(d device.Device) bool { return r.target() == "" || r.target() == d.ID }

// target is the only device that a request is put to: a move to the one that will end,
// and anything else to every one (""). Spec §12.2.
func (r Request) target() string {
	if r.Action == keyturn.MovePhone {
		return r.Target
	}
	return ""
}
