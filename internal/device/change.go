package device

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
)

// ErrChangeGone says that a PIN change is over, or no longer fits the phone: it has
// to begin again.
var ErrChangeGone = errors.New("device: the PIN change is over")

// ErrChange says that the new key of a PIN change is not proven.
var ErrChange = errors.New("device: PIN change is not proven")

// A Change is a PIN change that has begun for one device: what both sides put into
// the agreement on its new Kk. Spec §11.2.
type Change struct {
	Device    string
	Epoch     int64 // of the new key
	AgreeKey  keyturn.Bytes
	Private   []byte // sealed
	ServerKey keyturn.Bytes
	Nonce     keyturn.Bytes
	Expires   time.Time
}

// A Changed is a change with the key that it came to, sealed.
type Changed struct {
	Change
	Kk []byte
}

// Changes keeps PIN changes. Each method is one atomic step.
type Changes interface {
	// OnPhone returns the devices of a phone that aren't removed, in the order of
	// their ids.
	OnPhone(ctx context.Context, phone string) ([]Device, error)

	// Change returns the change that has begun for a device, or [ErrChangeGone].
	Change(ctx context.Context, id string) (Change, error)

	// BeginChange keeps a change in the place of an older one, which is over in any
	// case. [ErrChangeGone] if the device is not active any more, has another epoch, or
	// an activation is under way on the phone.
	BeginChange(ctx context.Context, phone string, c Change, ev audit.Event) error

	// FinishChange gives all the devices their new keys and epochs, ends the changes
	// and writes the verdict and, for each device, ev. [ErrChangeGone] if any of the
	// changes is over by then, or they are not all the active PIN-mode devices of the
	// phone, or an activation is under way on it: then nothing is changed.
	FinishChange(ctx context.Context, all []Changed, v Verdict, ev audit.Event) error
}

// BeginChange begins a PIN change for one device and ends an older one. It doesn't ask
// whether the account may sign in: a phone has one PIN for all its accounts, those
// of stopped people too. The errors are [ErrChangeGone], [ErrProof] for a device without
// a PIN, and those that say why it can't act. Spec §11.2.
func (s *Service) BeginChange(ctx context.Context, d Device, begin keyturn.PINBegin) (keyturn.PINBegun, error) {
	if err := d.changes(); err != nil {
		return keyturn.PINBegun{}, err
	}
	if _, err := keyturn.ParseAgreeKey(begin.AgreeKey); err != nil {
		return keyturn.PINBegun{}, fmt.Errorf("%w: agree_key", keyturn.ErrPINChange)
	}
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return keyturn.PINBegun{}, fmt.Errorf("changing the PIN of %s: %w", d.ID, err)
	}
	c := Change{Device: d.ID, Epoch: d.Epoch + 1, AgreeKey: begin.AgreeKey, ServerKey: private.PublicKey().Bytes(),
		Nonce: make(keyturn.Bytes, 32), Expires: s.Now().Add(s.Limits.FinishIn)}
	rand.Read(c.Nonce) // never fails
	if c.Private, err = s.seal(d, inChange, "private", private.Bytes()); err != nil {
		return keyturn.PINBegun{}, err
	}
	ev := audit.Event{Kind: audit.PINBegun, At: s.Now(), Account: d.Account, Device: d.ID}
	if err := s.Changes.BeginChange(ctx, d.Phone, c, ev); err != nil {
		return keyturn.PINBegun{}, fmt.Errorf("changing the PIN of %s: %w", d.ID, err)
	}
	return keyturn.PINBegun{ServerKey: c.ServerKey, Nonce: c.Nonce, Epoch: c.Epoch,
		FinishIn: int(s.Limits.FinishIn / time.Second)}, nil
}

// FinishChange changes the PIN of all active PIN-mode devices of the phone of d, or of
// none. The order is that of spec §11.2: the devices, their changes, the
// signatures; then all keys are opened and a try is taken; then the old proofs, the
// new ones, and one step that writes all.
//
// The texts of all devices, joined, are one PROOF text (spec §17): whoever of them
// calls, it is judged once and costs one try. The errors are [ErrChangeGone], [ErrChange],
// [*WrongPIN] and the others of [Service.Prove]; none of them has changed a key.
// Attacks A55, A56, A81, A82.
func (s *Service) FinishChange(ctx context.Context, d Device, f keyturn.PINFinish) (keyturn.PINEpochs, error) {
	if err := d.changes(); err != nil {
		return keyturn.PINEpochs{}, err
	}
	if err := f.Valid(); err != nil {
		return keyturn.PINEpochs{}, err
	}
	all, err := s.changing(ctx, d.Phone, f)
	if err != nil {
		return keyturn.PINEpochs{}, err
	}
	text := all.text()
	first := all[0].Device
	ev := audit.Event{Kind: audit.PINTried, At: s.Now(), Account: first.Account, Device: first.ID}
	known, err := s.Store.TakeProof(ctx, first, keyturn.Hash(text), true, ev)
	if err != nil {
		return keyturn.PINEpochs{}, fmt.Errorf("changing the PIN of %s: %w", d.Phone, err)
	}
	if known == nil {
		v := all.judge(Verdict{Device: first.ID, Phone: d.Phone, Text: keyturn.Hash(text), At: ev.At})
		if known, err = s.finishChange(ctx, all, v); err != nil {
			return keyturn.PINEpochs{}, err
		}
	}
	return all.epochs(), known.proof()
}

// finishChange writes what the judging came to, and returns the result. A change
// that is lost at the last moment leaves its try unspent: the PIN was right.
func (s *Service) finishChange(ctx context.Context, all changing, v Verdict) (*Result, error) {
	if v.Result.Code == "" {
		err := s.Changes.FinishChange(ctx, all.changed(), v, audit.Event{Kind: audit.PINChanged, At: v.At})
		if !errors.Is(err, ErrChangeGone) {
			return &v.Result, err
		}
		v.Result = Result{Code: keyturn.ProblemChangeGone}
	}
	left, err := s.Judged(ctx, all[0].Device, v)
	v.Result.Left = left
	return &v.Result, err
}

// changes returns why a device can't have its PIN changed, or nil.
func (d Device) changes() error {
	switch d.State {
	case Removed:
		return &Gone{Reason: d.Reason, To: d.MovedTo, At: d.Ended}
	case Suspended:
		return ErrSuspended
	case PINLocked:
		return ErrLocked
	case New:
		return ErrNew
	}
	if d.Unlock != keyturn.UnlockPIN {
		return ErrProof
	}
	return nil
}

// A changingDevice is a device, its change, what its phone sent of it, and the two
// keys: that of before and the new one.
type changingDevice struct {
	Device
	Change Change
	item   keyturn.PINItem
	text   string
	old    keyturn.Bytes
	new    keyturn.Bytes
	sealed []byte // the new one
}

// changing are all devices of a phone that use its PIN, in the order of their ids.
type changing []changingDevice

// changing finds what the items are about and makes all keys. Nothing is judged or
// taken yet, so that an outage of the keys costs no try: attack A82.
func (s *Service) changing(ctx context.Context, phone string, f keyturn.PINFinish) (changing, error) {
	devices, err := s.Changes.OnPhone(ctx, phone)
	if err != nil {
		return nil, fmt.Errorf("changing the PIN of %s: %w", phone, err)
	}
	items := map[string]keyturn.PINItem{}
	for _, i := range f.Items {
		items[i.Device] = i
	}
	var all changing
	for _, d := range devices {
		if d.State == New {
			return nil, fmt.Errorf("%w: %s is being set up", ErrChangeGone, d.ID)
		}
		if d.State == Active && d.Unlock == keyturn.UnlockPIN {
			all = append(all, changingDevice{Device: d, item: items[d.ID]})
			delete(items, d.ID)
		}
	}
	if len(items) > 0 || len(all) < len(f.Items) {
		return nil, fmt.Errorf("%w: other devices", ErrChangeGone)
	}
	for i := range all {
		if err := s.prepare(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// prepare finds the change of one device, checks what it signed, and makes its keys.
func (s *Service) prepare(ctx context.Context, c *changingDevice) (err error) {
	if c.Change, err = s.Changes.Change(ctx, c.ID); err != nil {
		return fmt.Errorf("changing the PIN of %s: %w", c.ID, err)
	}
	if c.item.Epoch != c.Change.Epoch || c.Epoch+1 != c.Change.Epoch || !s.Now().Before(c.Change.Expires) {
		return fmt.Errorf("%w: epoch %d or time", ErrChangeGone, c.item.Epoch)
	}
	raw, err := s.open(c.Device, inChange, "private", c.Change.Private)
	if err != nil {
		return err
	}
	private, errPrivate := ecdh.P256().NewPrivateKey(raw)
	peer, errPeer := keyturn.ParseAgreeKey(c.Change.AgreeKey)
	key, errKey := keyturn.ParsePublicKey(c.Key)
	if err := errors.Join(errPrivate, errPeer, errKey); err != nil {
		return fmt.Errorf("device %s: %w", c.ID, err)
	}
	agreed := keyturn.PINChange{Origin: s.Origin, Device: c.ID, Epoch: c.Change.Epoch, AgreeKey: c.Change.AgreeKey,
		ServerKey: c.Change.ServerKey, Nonce: c.Change.Nonce}
	hash, kk, errAgree := agreed.Key(private, peer)
	text, errText := agreed.Text(hash)
	if err := errors.Join(errAgree, errText); err != nil {
		return fmt.Errorf("device %s: %w", c.ID, err)
	}
	if keyturn.Verify(key, text, c.item.Signature) != nil {
		return fmt.Errorf("%w: signature of %s, or another change has begun", ErrChangeGone, c.ID)
	}
	c.text, c.new = text, kk
	if c.old, err = s.openKk(c.Device); err != nil {
		return err
	}
	c.sealed, err = s.seal(c.Device, inDevice, "kk", kk)
	return err
}

// text is the PROOF text of the whole change.
func (all changing) text() string {
	texts := map[string]string{}
	for _, c := range all {
		texts[c.ID] = c.text
	}
	return keyturn.JoinPINTexts(texts)
}

// judge compares all proofs, the old ones first. Which of several was wrong shows
// neither in the answer nor in the time it takes.
func (all changing) judge(v Verdict) Verdict {
	old, new := 1, 1
	for _, c := range all {
		old &= subtle.ConstantTimeCompare(keyturn.MAC(c.old, c.text), c.item.OldProof)
		new &= subtle.ConstantTimeCompare(keyturn.MAC(c.new, c.text), c.item.NewProof)
	}
	switch {
	case old == 0:
		v.PIN, v.Result = PINWrong, Result{Code: keyturn.ProblemPINWrong}
	case new == 0: // changes nothing, so it doesn't set the count of wrong PINs back either
		v.PIN, v.Result = PINBack, Result{Code: keyturn.ProblemProofWrong}
	default:
		v.PIN, v.Result = PINRight, Result{State: stateRight}
	}
	return v
}

func (all changing) changed() []Changed {
	out := make([]Changed, len(all))
	for i, c := range all {
		out[i] = Changed{c.Change, c.sealed}
	}
	return out
}

func (all changing) epochs() keyturn.PINEpochs {
	out := keyturn.PINEpochs{Epochs: map[string]int64{}}
	for _, c := range all {
		out.Epochs[c.ID] = c.Change.Epoch
	}
	return out
}
