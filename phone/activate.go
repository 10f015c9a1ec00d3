package phone

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"

	"keyturn"
)

const tries = 3 // of a call whose answer got lost; each repeats the same bytes

// Look asks whose code it is and what the server's rules are. It uses nothing up.
func (p *Phone) Look(ctx context.Context, code keyturn.Code) (keyturn.Looked, error) {
	body, err := json.Marshal(keyturn.Look{Code: code})
	if err != nil {
		return keyturn.Looked{}, err
	}
	var looked keyturn.Looked
	err = p.send(ctx, "POST", "/v1/activations/look", body, "", &looked)
	return looked, err
}

// An Activation is a set-up whose code was redeemed and that has not ended yet.
type Activation struct {
	Device  string
	Account keyturn.AccountRef
	Check   string // six digits that the person types into the portal

	p *Phone
}

// Activate makes this phone the device of the code's account. A first account
// gets the PIN as its new one, which [keyturn.CheckPIN] should have passed; a
// further one needs the PIN that the phone has, and a wrong one leaves the code
// good. When it returns without error the code is used up, and the person has to
// type the check code.
func (p *Phone) Activate(ctx context.Context, code keyturn.Code, name, pin string) (*Activation, error) {
	done, err := p.act()
	if err != nil {
		return nil, err
	}
	defer done()
	if _, err := p.Settle(ctx); err != nil {
		return nil, err
	}
	via, err := p.via()
	if err != nil {
		return nil, err
	}
	s, err := newSetup(p.origin, code, name)
	if err != nil {
		return nil, err
	}
	redeemed, err := p.redeem(ctx, s, via, pin)
	if err != nil {
		return nil, err
	}
	d, err := s.device(redeemed, name, pin, p.seal)
	if err != nil {
		return nil, p.stop(ctx, s, redeemed, "answer", err)
	}
	if err := p.change(func(st *State) { st.Devices = append(st.Devices, d) }); err != nil {
		return nil, p.stop(ctx, s, redeemed, "storage", err)
	}
	return p.Resume(ctx, pin)
}

// stop tells the server that a set-up can't go on, so that its page doesn't wait for
// nothing, and returns why. Spec §6.6.
func (p *Phone) stop(ctx context.Context, s *setup, r keyturn.Redeemed, cause string, why error) error {
	private, err := s.key.Bytes()
	if err != nil {
		return errors.Join(why, err)
	}
	body := func(string) (any, error) { return keyturn.Stop{Activation: r.Activation, Cause: cause}, nil }
	_ = p.signed(ctx, Device{ID: r.Device, Key: private}, "POST", "/v1/activations/stop", body, &keyturn.ActivationState{})
	return why // whether or not the server has heard it, time ends the set-up
}

// via returns the device that vouches for a further one, or nil.
func (p *Phone) via() (*Device, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var via *Device
	for _, d := range p.state.Devices {
		if d.Activation != nil {
			return nil, ErrUnfinished
		}
		if d.Active && d.Ended == "" && !d.Earlier {
			via = &d
		}
	}
	return via, nil
}

// A setup is what an activation needs in memory, and only there, until its keys
// are agreed on.
type setup struct {
	origin string
	key    *ecdsa.PrivateKey
	agree  *ecdh.PrivateKey
	nonce  keyturn.Bytes
	redeem keyturn.Redeem
}

func newSetup(origin string, code keyturn.Code, name string) (*setup, error) {
	key, errKey := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	agree, errAgree := ecdh.P256().GenerateKey(rand.Reader)
	if err := errors.Join(errKey, errAgree); err != nil {
		return nil, err
	}
	public, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	nonce := make(keyturn.Bytes, 32)
	rand.Read(nonce) // never fails
	return &setup{origin, key, agree, nonce, keyturn.Redeem{
		Code: code, DeviceKey: public, AgreeKey: agree.PublicKey().Bytes(), Commit: keyturn.Commit(nonce),
		Unlock: keyturn.UnlockPIN, PhoneName: name, Platform: keyturn.OtherPlatform,
	}}, nil
}

// redeem uses the code up. A lost answer is asked for again with the same bytes;
// once one is here, never.
func (p *Phone) redeem(ctx context.Context, s *setup, via *Device, pin string) (keyturn.Redeemed, error) {
	var out keyturn.Redeemed
	var err error
	for range tries {
		if err = p.signRedeem(s, via, pin); err != nil {
			return out, err
		}
		body, err2 := json.Marshal(s.redeem)
		if err2 != nil {
			return out, err2
		}
		err = p.send(ctx, "POST", "/v1/activations/redeem", body, "", &out)
		var problem *keyturn.Problem
		if !errors.Is(err, ErrUnsure) && !(errors.As(err, &problem) && problem.Code == keyturn.ProblemUseNonce) {
			break
		}
	}
	if err == nil && (len(out.Nonce) != 32 || out.Device == "" || out.Activation == "") {
		err = ErrAnswer
	}
	return out, err
}

// signRedeem signs the redeem and, on a phone that has a device, lets that one
// vouch with the newest nonce.
func (p *Phone) signRedeem(s *setup, via *Device, pin string) error {
	if via != nil {
		p.mu.Lock()
		s.redeem.Via = &keyturn.Via{Device: via.ID, Nonce: p.nonce}
		p.mu.Unlock()
		text, err := s.redeem.AddText(s.origin)
		if err != nil {
			return err
		}
		signature, err := via.sign(text)
		if err != nil {
			return err
		}
		proof, err := p.mac(*via, pin, text)
		if err != nil {
			return err
		}
		s.redeem.Via.Signature, s.redeem.Via.Proof = signature, *proof
	}
	text, err := s.redeem.Text(s.origin)
	if err != nil {
		return err
	}
	s.redeem.Signature, err = keyturn.Sign(s.key, text)
	return err
}

// device agrees on the keys and seals the person's one under the PIN. The private
// key of the agreement ends here.
func (s *setup) device(r keyturn.Redeemed, name, pin string, seal Sealer) (Device, error) {
	server, err := keyturn.ParseAgreeKey(r.ServerKey)
	if err != nil {
		return Device{}, ErrAnswer
	}
	keys, err := keyturn.Agreement{
		Origin: s.origin, Activation: r.Activation, Account: r.Account.ID, Device: r.Device,
		DeviceKey: s.redeem.DeviceKey, AgreeKey: s.redeem.AgreeKey, ServerKey: r.ServerKey,
		Nonce: r.Nonce, PhoneNonce: s.nonce, Unlock: keyturn.UnlockPIN,
	}.Keys(s.agree, server)
	if err != nil {
		return Device{}, ErrAnswer
	}
	salt := make(keyturn.Bytes, 16)
	rand.Read(salt) // never fails
	ck, err := seal(pin, keys.Kp, salt, keys.Kk)
	if err != nil {
		return Device{}, err
	}
	private, err := s.key.Bytes()
	if err != nil {
		return Device{}, err
	}
	return Device{ID: r.Device, Account: r.Account, Phone: name, Key: private, Kp: keys.Kp, Ck: ck, Salt: salt, Epoch: 1,
		Activation: &pending{r.Activation, s.nonce, keys.T, keys.Check}}, nil
}

// Resume goes on with a set-up whose code was redeemed: after a lost answer, or
// in a new process, with the PIN typed again. A wrong PIN ends the set-up.
func (p *Phone) Resume(ctx context.Context, pin string) (*Activation, error) {
	d, err := p.unfinished()
	if err != nil {
		return nil, err
	}
	text, err := keyturn.FinishText(p.origin, d.Activation.ID, d.ID, d.Activation.T, keyturn.UnlockPIN)
	if err != nil {
		return nil, err
	}
	proof, err := p.mac(d, pin, text)
	if err != nil {
		return nil, err
	}
	body := func(string) (any, error) {
		return keyturn.Finish{Activation: d.Activation.ID, PhoneNonce: d.Activation.Nonce, Proof: proof.MAC}, nil
	}
	for range tries {
		var out keyturn.Finished
		if err = p.signed(ctx, d, "POST", "/v1/activations/finish", body, &out); !errors.Is(err, ErrUnsure) {
			break
		}
	}
	var problem *keyturn.Problem
	if errors.As(err, &problem) && (problem.Code == keyturn.ProblemProofWrong || problem.Code == keyturn.ProblemActivationClosed) {
		return nil, errors.Join(err, p.Forget(d.ID))
	}
	if err != nil {
		return nil, err
	}
	return &Activation{Device: d.ID, Account: d.Account, Check: d.Activation.Check, p: p}, nil
}

// Unfinished returns a set-up whose check code was still to be typed when its program ended,
// or [ErrUnknown].
func (p *Phone) Unfinished() (*Activation, error) {
	d, err := p.unfinished()
	if err != nil {
		return nil, err
	}
	return &Activation{Device: d.ID, Account: d.Account, Check: d.Activation.Check, p: p}, nil
}

// unfinished returns the device whose set-up has not ended.
func (p *Phone) unfinished() (Device, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.state.Devices, func(d Device) bool { return d.Activation != nil })
	if i < 0 {
		return Device{}, ErrUnknown
	}
	return p.state.Devices[i], nil
}

// Wait returns when the person has typed the check code, or with [ErrEnded] when
// the set-up has ended otherwise: its keys are deleted then.
func (a *Activation) Wait(ctx context.Context) error {
	d, err := a.p.device(a.Device)
	if err != nil {
		return err
	}
	if d.Activation == nil {
		return nil
	}
	for {
		var s keyturn.ActivationState
		err := a.p.signed(ctx, d, "GET", "/v1/activations/"+d.Activation.ID+"?wait=25", nil, &s)
		if err != nil {
			return err
		}
		switch s.State {
		case "active":
			_, err := a.p.changeDevice(d.ID, func(d *Device) { d.Active, d.Activation = true, nil })
			return err
		case "failed", "cancelled", "replaced", "expired":
			return errors.Join(ErrEnded, a.p.Forget(d.ID))
		}
	}
}
