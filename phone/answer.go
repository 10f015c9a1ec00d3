package phone

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"keyturn"
)

// A Request waits for an answer of this phone, or ended a short time ago.
type Request struct {
	ID        string
	Device    string            // of this phone, that is asked
	Account   string            // name
	Text      string            // of the challenge: what is signed
	Challenge keyturn.Challenge // what it says; the zero value once it ended
	Expires   time.Time
	TriesLeft int    // at the number
	State     string // "waiting", or how it ended
	By        string // name of the phone that answered
	Scanned   bool   // by [Phone.Scan]: no number has to be carried

	secret keyturn.Bytes // of the QR code that was scanned
}

// Pending asks once, for all accounts of the phone, what waits: newest first. A
// challenge that isn't for this phone, or that it doesn't understand, is an error
// and never shown. Spec §8.3.
func (p *Phone) Pending(ctx context.Context) ([]Request, error) {
	var all []Request
	for _, a := range p.Accounts() {
		if a.Ended != "" {
			continue
		}
		requests, _, err := p.pending(ctx, a, "")
		if err != nil {
			return nil, err
		}
		all = append(all, requests...)
	}
	slices.SortStableFunc(all, func(a, b Request) int { return cmp.Compare(b.Challenge.Created, a.Challenge.Created) })
	return all, nil
}

// A server that answers at once with nothing new doesn't hold calls: it isn't asked
// faster than once in the time asksApart.
const (
	held      = time.Second
	asksApart = 2 * time.Second
)

// pause waits, unless the context ends before.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Listen calls see with what waits for one account, now and whenever it changes,
// until ctx ends or a call fails.
func (p *Phone) Listen(ctx context.Context, device string, see func([]Request) error) error {
	accounts := p.Accounts()
	i := slices.IndexFunc(accounts, func(a Account) bool { return a.Device == device })
	if i < 0 {
		return ErrUnknown
	}
	version := ""
	for {
		asked := time.Now()
		requests, next, err := p.pending(ctx, accounts[i], version)
		if err != nil {
			return err
		}
		if next == version { // nothing changed while the call was held
			if time.Since(asked) < held {
				err = p.pause(ctx, asksApart)
			}
			if err != nil {
				return err
			}
			continue
		}
		version = next
		if err := see(requests); err != nil {
			return err
		}
	}
}

// pending asks for one account; with a version the server holds the call until
// something else is to be said.
func (p *Phone) pending(ctx context.Context, a Account, since string) ([]Request, string, error) {
	d, err := p.device(a.Device)
	if err != nil {
		return nil, "", err
	}
	target := "/v1/pending"
	if since != "" {
		target += "?wait=25&since=" + url.QueryEscape(since)
	}
	var in keyturn.Pending
	if err := p.signed(ctx, d, "GET", target, nil, &in); err != nil {
		return nil, "", err
	}
	if d, err = p.called(d, in.Notices); err != nil {
		return nil, "", err
	}
	var out []Request
	for _, r := range in.Requests {
		one, err := p.request(d, r)
		if err != nil {
			return nil, "", err
		}
		out = append(out, one)
	}
	return out, in.Version, nil
}

func (p *Phone) request(d Device, r keyturn.PendingRequest) (Request, error) {
	out := Request{ID: r.Request, Device: d.ID, Account: d.Account.Name, State: r.State, By: r.By}
	if r.Challenge == "" {
		return out, nil
	}
	c, err := keyturn.ParseChallenge(r.Challenge)
	if err != nil {
		return out, err
	}
	if err := c.For(p.origin, d.ID, d.Account.ID); err != nil || c.Request != r.Request {
		return out, errors.Join(keyturn.ErrChallenge, err)
	}
	out.Text, out.Challenge, out.State, out.TriesLeft = r.Challenge, c, "waiting", r.TriesLeft
	out.Expires = time.Now().Add(time.Duration(r.ExpiresIn) * time.Second)
	return out, nil
}

// State asks what the server says of an account's device on this phone: whether it
// may answer, and if not, why.
func (p *Phone) State(ctx context.Context, device string) (keyturn.DeviceState, error) {
	d, err := p.device(device)
	if err != nil {
		return keyturn.DeviceState{}, err
	}
	var in keyturn.DeviceInfo
	err = p.signed(ctx, d, "GET", "/v1/device", nil, &in)
	return in.Device, err
}

// Seen tells the waiting page that its request is being read ("opened") or the
// phone is being unlocked ("unlocking"). It is a hint; what fails is not missed.
func (p *Phone) Seen(ctx context.Context, r Request, at string) error {
	d, err := p.device(r.Device)
	if err != nil {
		return err
	}
	body := func(string) (any, error) { return keyturn.Seen{At: at}, nil }
	return p.signed(ctx, d, "POST", "/v1/requests/"+r.ID+"/seen", body, &struct{}{})
}

// Answer decides a request and returns the state that it got. Approve needs the
// PIN, and the number if the challenge wants one and no code was scanned; Deny and Report need neither.
// If no answer comes, the same bytes are sent again. If the server then has no
// result for them, it stopped in the middle of judging: another answer is made,
// once. Spec §8.6.
func (p *Phone) Answer(ctx context.Context, r Request, decision keyturn.Decision, number, pin string) (string, error) {
	done, err := p.act()
	if err != nil {
		return "", err
	}
	defer done()
	if decision == keyturn.Approve {
		if err := p.ready(ctx, r.Device); err != nil {
			return "", err
		}
	}
	state, repeated, err := p.answer(ctx, r, decision, number, pin)
	var problem *keyturn.Problem
	if repeated && errors.As(err, &problem) && problem.Code == keyturn.ProblemServerBusy {
		state, _, err = p.answer(ctx, r, decision, number, pin)
	}
	return state, err
}

// ready makes sure that the phone's PIN is the device's.
func (p *Phone) ready(ctx context.Context, device string) error {
	if _, err := p.Settle(ctx); err != nil {
		return err
	}
	d, err := p.device(device)
	if err == nil && d.Earlier {
		err = ErrEarlier
	}
	return err
}

// answer sends one answer, and the same again while no answer comes.
func (p *Phone) answer(
	ctx context.Context, r Request, decision keyturn.Decision, number, pin string,
) (state string, repeated bool, err error) {
	reply, d, err := p.reply(r, decision, number, pin)
	if err != nil {
		return "", false, err
	}
	var out keyturn.State
	body := func(string) (any, error) { return reply, nil }
	for try := range tries {
		repeated = try > 0
		if err = p.signed(ctx, d, "POST", "/v1/requests/"+r.ID+"/answer", body, &out); !errors.Is(err, ErrUnsure) {
			break
		}
	}
	return out.State, repeated, err
}

// reply makes and signs an answer. The counter is kept before anything is sent.
func (p *Phone) reply(r Request, decision keyturn.Decision, number, pin string) (keyturn.Reply, Device, error) {
	d, err := p.changeDevice(r.Device, func(d *Device) { d.Counter++ })
	if err != nil {
		return keyturn.Reply{}, d, err
	}
	a := keyturn.Answer{Origin: p.origin, Request: r.ID, Device: d.ID, Challenge: keyturn.Hash(r.Text),
		Decision: decision, Carried: keyturn.CarryNone, Unlock: keyturn.UnlockNone, Counter: d.Counter}
	if decision == keyturn.Approve {
		a.Unlock = keyturn.UnlockPIN
		switch {
		case r.Scanned:
			a.Carried, a.Value = keyturn.CarryQR, r.secret.String()
		case r.Challenge.Carry == keyturn.CarryNumber:
			a.Carried, a.Value = keyturn.CarryNumber, number
		}
	}
	text, err := a.Text()
	if err != nil {
		return keyturn.Reply{}, d, err
	}
	reply := keyturn.Reply{Text: text}
	if reply.Signature, err = d.sign(text); err != nil {
		return keyturn.Reply{}, d, err
	}
	if decision == keyturn.Approve {
		if reply.Proof, err = p.mac(d, pin, text); err != nil {
			return keyturn.Reply{}, d, err
		}
	}
	return reply, d, nil
}

// Remove ends this phone's device of an account, on the server and here. It needs
// the PIN. Spec §12.6.
func (p *Phone) Remove(ctx context.Context, device, pin string) error {
	done, err := p.act()
	if err != nil {
		return err
	}
	defer done()
	if _, err := p.Settle(ctx); err != nil {
		return err
	}
	d, err := p.device(device)
	if err != nil {
		return err
	}
	body := func(nonce string) (any, error) {
		text, err := keyturn.RemoveText(p.origin, d.ID, nonce)
		if err != nil {
			return nil, err
		}
		proof, err := p.mac(d, pin, text)
		if err != nil {
			return nil, err
		}
		return keyturn.Remove{Proof: *proof}, nil
	}
	var out keyturn.State
	err = p.signed(ctx, d, "POST", "/v1/device/remove", body, &out)
	var problem *keyturn.Problem
	if errors.As(err, &problem) && problem.Code == keyturn.ProblemDeviceRemoved {
		err = nil // by this call's first try, or before
	}
	if err != nil {
		return err
	}
	return p.Forget(device)
}
