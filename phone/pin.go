package phone

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"keyturn"
)

// Errors about the PIN.
var (
	// ErrUnsettled says that a change of the PIN was cut off, and the server can't be
	// asked now whether it went through. Until it is, no PIN is used.
	ErrUnsettled = errors.New("phone: it is not known yet whether the PIN was changed")

	// ErrKept says that a change of the PIN was cut off and did not go through.
	ErrKept = errors.New("phone: the PIN was not changed, the old one still works")

	// ErrEarlier says that an account was paused while the PIN was changed: it still
	// has the earlier one, until [Phone.CatchUp].
	ErrEarlier = errors.New("phone: an account still has the earlier PIN")
)

const margin = 60 // seconds, for a server that is slow

// A sealed is Kk under a PIN.
type sealed struct {
	Epoch int64         `json:"epoch"`
	Ck    keyturn.Bytes `json:"ck"`
	Salt  keyturn.Bytes `json:"salt"`
	Ends  int64         `json:"ends"` // Unix seconds of this clock, with a margin: what arrives later is refused
}

// ChangePIN gives all accounts of the phone a new PIN, or none of them; the new one
// should have passed [keyturn.CheckPIN]. A wrong current one counts once. If the
// call is cut off, the next use of a PIN finds out first which one it is: spec §11.2.
func (p *Phone) ChangePIN(ctx context.Context, current, new string) error {
	return p.changePIN(ctx, new, func(d Device) (string, error) {
		if d.Earlier {
			return "", ErrEarlier
		}
		return current, nil
	})
}

// CatchUp gives an account that was paused while the PIN was changed the PIN of the
// others. It needs that of before and the present one.
func (p *Phone) CatchUp(ctx context.Context, earlier, current string) error {
	return p.changePIN(ctx, current, func(d Device) (string, error) {
		if d.Earlier {
			return earlier, nil
		}
		return current, nil
	})
}

// changePIN changes the PIN of every device from what old says it is.
func (p *Phone) changePIN(ctx context.Context, new string, old func(Device) (string, error)) error {
	done, err := p.act()
	if err != nil {
		return err
	}
	defer done()
	if _, err := p.Settle(ctx); err != nil {
		return err
	}
	devices, err := p.changing(ctx)
	if err != nil {
		return err
	}
	var f keyturn.PINFinish
	next := map[string]*sealed{}
	for _, d := range devices {
		pin, err := old(d)
		if err != nil {
			return err
		}
		item, s, err := p.beginPIN(ctx, d, pin, new)
		if err != nil {
			return err
		}
		f.Items, next[d.ID] = append(f.Items, item), s
	}
	err = p.change(func(s *State) {
		for i := range s.Devices {
			s.Devices[i].Next = next[s.Devices[i].ID]
		}
	})
	if err != nil {
		return err
	}
	return p.finishPIN(ctx, devices[0], f)
}

// changing returns the devices whose PIN is changed: those that the server, asked
// now, calls active.
func (p *Phone) changing(ctx context.Context) ([]Device, error) {
	p.mu.Lock()
	all := slices.Clone(p.state.Devices)
	p.mu.Unlock()
	var out []Device
	var why error = ErrUnknown
	for _, d := range all {
		if d.Activation != nil {
			return nil, ErrUnfinished
		}
		if d.Ended != "" {
			continue
		}
		var info keyturn.DeviceInfo
		err := p.signed(ctx, d, "GET", "/v1/device", nil, &info)
		switch {
		// Its account is gone.
		case isProblem(err, keyturn.ProblemDeviceRemoved), isProblem(err, keyturn.ProblemBadCall):
		case err != nil:
			return nil, err
		case info.Device.State == "pin_locked":
			why = &keyturn.Problem{Code: keyturn.ProblemPINLocked}
		case info.Device.State == "active":
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, why
	}
	return out, nil
}

// beginPIN agrees on a new key for one device and proves both, the old one with the
// PIN of before. The private key of the agreement ends here.
func (p *Phone) beginPIN(ctx context.Context, d Device, old, new string) (item keyturn.PINItem, s *sealed, err error) {
	agree, begun, err := p.begin(ctx, d)
	if err != nil {
		return item, nil, err
	}
	server, err := keyturn.ParseAgreeKey(begun.ServerKey)
	if err != nil || begun.Epoch != d.epoch()+1 {
		return item, nil, ErrAnswer
	}
	change := keyturn.PINChange{Origin: p.origin, Device: d.ID, Epoch: begun.Epoch, AgreeKey: agree.PublicKey().Bytes(),
		ServerKey: begun.ServerKey, Nonce: begun.Nonce}
	t, kk, err := change.Key(agree, server)
	if err != nil {
		return item, nil, ErrAnswer
	}
	text, err := change.Text(t)
	if err != nil {
		return item, nil, err
	}
	item = keyturn.PINItem{Device: d.ID, Epoch: begun.Epoch, NewProof: keyturn.MAC(kk, text)}
	proof, errProof := p.mac(d, old, text)
	signature, errSign := d.sign(text)
	salt := make(keyturn.Bytes, 16)
	rand.Read(salt) // never fails
	ck, errSeal := p.seal(new, d.Kp, salt, kk)
	if err := errors.Join(errProof, errSign, errSeal); err != nil {
		return item, nil, err
	}
	item.OldProof, item.Signature = proof.MAC, signature
	return item, &sealed{begun.Epoch, ck, salt, time.Now().Unix() + int64(begun.FinishIn) + margin}, nil
}

// begin begins a change for one device; whatever had begun before can't be finished
// any more.
func (p *Phone) begin(ctx context.Context, d Device) (*ecdh.PrivateKey, keyturn.PINBegun, error) {
	var begun keyturn.PINBegun
	agree, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, begun, err
	}
	body := func(string) (any, error) { return keyturn.PINBegin{AgreeKey: agree.PublicKey().Bytes()}, nil }
	for range tries {
		if err = p.signed(ctx, d, "POST", "/v1/pin/begin", body, &begun); !errors.Is(err, ErrUnsure) {
			break
		}
	}
	return agree, begun, err
}

// finishPIN sends the change, once. What is judged wrong can never go through; after
// any other failure the server is asked what became of it.
func (p *Phone) finishPIN(ctx context.Context, by Device, f keyturn.PINFinish) error {
	body := func(string) (any, error) { return f, nil }
	var out keyturn.PINEpochs
	err := p.signed(ctx, by, "POST", "/v1/pin/finish", body, &out)
	switch {
	case err == nil:
		return p.settle(true)
	case isProblem(err, keyturn.ProblemPINWrong), isProblem(err, keyturn.ProblemProofWrong), isProblem(err, keyturn.ProblemBadRequest):
		return errors.Join(err, p.settle(false))
	}
	outcome, unsettled := p.Settle(ctx)
	switch {
	case outcome == PINChanged:
		return nil
	case unsettled != nil:
		return unsettled
	}
	return errors.Join(ErrKept, err)
}

// A PINOutcome is what became of a change that was cut off.
type PINOutcome int

// PINSettled says that there was none.
const (
	PINSettled PINOutcome = iota
	PINChanged
	PINKept
)

// Settle finds out what became of a change of the PIN that was cut off, and keeps
// the one key that the server has. Every use of a PIN begins with it.
//
// That the server still has the old key isn't enough: a finish may be on its way.
// So a further change is begun and left alone, after which the one before can't be
// finished. All devices change together, so what is true of one is true of all.
func (p *Phone) Settle(ctx context.Context) (PINOutcome, error) {
	for _, d := range p.open() {
		changed, known, err := p.settled(ctx, d)
		if err != nil {
			return PINSettled, errors.Join(ErrUnsettled, err)
		}
		if !known {
			continue
		}
		if changed {
			return PINChanged, p.settle(true)
		}
		return PINKept, p.settle(false)
	}
	if len(p.open()) > 0 {
		return PINSettled, ErrUnsettled
	}
	return PINSettled, nil
}

// open returns the devices of which it isn't known which key the server has. The
// keys of one that was removed are worth nothing.
func (p *Phone) open() []Device {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.state.Devices), func(d Device) bool { return d.Next == nil || d.Ended != "" })
}

// settled asks the server about one device.
func (p *Phone) settled(ctx context.Context, d Device) (changed, known bool, err error) {
	_, begun, err := p.begin(ctx, d)
	if err == nil {
		return begun.Epoch > d.Next.Epoch, true, nil
	}
	if isProblem(err, keyturn.ProblemDeviceRemoved) || isProblem(err, keyturn.ProblemBadCall) {
		return false, false, nil // its account is gone: others have to say
	}
	ended := isProblem(err, keyturn.ProblemChangeGone) || isProblem(err, keyturn.ProblemPINLocked) || time.Now().Unix() > d.Next.Ends
	if !ended && !isProblem(err, keyturn.ProblemDeviceSuspended) {
		return false, false, err
	}
	var info keyturn.DeviceInfo
	if err = p.signed(ctx, d, "GET", "/v1/device", nil, &info); err != nil {
		return false, false, err
	}
	changed = info.Device.PINEpoch >= d.Next.Epoch
	return changed, changed || ended, nil
}

// settle keeps one of the two keys of each device, all in one step.
func (p *Phone) settle(changed bool) error {
	return p.change(func(s *State) {
		for i := range s.Devices {
			d := &s.Devices[i]
			if n := d.Next; n != nil && changed {
				d.Epoch, d.Ck, d.Salt, d.Earlier = n.Epoch, n.Ck, n.Salt, false
			} else if n == nil && changed && d.Ended == "" {
				d.Earlier = true // it was paused
			}
			d.Next = nil
		}
	})
}

// epoch of the PIN; files of before it was kept don't have it.
func (d Device) epoch() int64 { return max(d.Epoch, 1) }

func isProblem(err error, code string) bool {
	var problem *keyturn.Problem
	return errors.As(err, &problem) && problem.Code == code
}
