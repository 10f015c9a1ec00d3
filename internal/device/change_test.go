package device_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// A pinChange is what phones have agreed on with the server for their devices, and
// what each would send.
type pinChange struct {
	phones []*phone
	new    []keyturn.Bytes
	finish keyturn.PINFinish
}

// begin begins a change on all devices of a phone and makes what finishes it.
func (w *world) begin(phones ...*phone) *pinChange {
	w.t.Helper()
	c := &pinChange{phones: phones}
	for _, p := range phones {
		kk, item := w.beginOne(p)
		c.new = append(c.new, kk)
		c.finish.Items = append(c.finish.Items, item)
	}
	return c
}

func (w *world) beginOne(p *phone) (kk keyturn.Bytes, item keyturn.PINItem) {
	w.t.Helper()
	agree, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	begun, err := w.BeginChange(w.t.Context(), p.now(w), keyturn.PINBegin{AgreeKey: agree.PublicKey().Bytes()})
	if err != nil {
		w.t.Fatal(err)
	}
	server, err := keyturn.ParseAgreeKey(begun.ServerKey)
	change := keyturn.PINChange{Origin: origin, Device: p.ID, Epoch: begun.Epoch, AgreeKey: agree.PublicKey().Bytes(),
		ServerKey: begun.ServerKey, Nonce: begun.Nonce}
	hash, kk, errKey := change.Key(agree, server)
	text, errText := change.Text(hash)
	if err := errors.Join(err, errKey, errText); err != nil {
		w.t.Fatal(err)
	}
	return kk, keyturn.PINItem{Device: p.ID, Epoch: begun.Epoch, OldProof: keyturn.MAC(p.kk, text), NewProof: keyturn.MAC(kk, text),
		Signature: signed(w.t, p.key, text)}
}

// send finishes a change in the name of one device.
func (w *world) send(c *pinChange, by *phone) (keyturn.PINEpochs, error) {
	return w.FinishChange(w.t.Context(), by.now(w), c.finish)
}

// changed is what a phone keeps once its change went through.
func (c *pinChange) changed() {
	for i, p := range c.phones {
		p.kk = c.new[i]
	}
}

// stays fails the test if a device has another key than before.
func (w *world) stays(phones ...*phone) {
	w.t.Helper()
	for i, p := range phones {
		if d := p.now(w); d.Epoch != p.Epoch || !bytes.Equal(d.Kk, p.Kk) {
			w.t.Errorf("device %d has epoch %d and another key", i, d.Epoch)
		}
	}
}

// All accounts of a phone get fresh keys in one step; the PIN of before is wrong
// then, and the count of wrong ones begins anew. A55: the new Kk is another one.
func TestA55PINChangeMakesFreshKeys(t *testing.T) {
	w := start(t)
	first := w.phone(keyturn.UnlockPIN, nil)
	second := w.phone(keyturn.UnlockPIN, first)
	_ = w.Prove(t.Context(), first.now(w), text(0), slip(text(0)))
	w.left(first.ID, device.Active, 1)
	c := w.begin(first, second)
	got, err := w.send(c, second)
	if err != nil || got.Epochs[first.ID] != 2 || got.Epochs[second.ID] != 2 || len(got.Epochs) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	w.left(first.ID, device.Active, 0)
	if bytes.Equal(c.new[0], first.kk) || bytes.Equal(c.new[0], c.new[1]) {
		t.Error("a key was used again")
	}
	var wrong *device.WrongPIN
	if err := w.Prove(t.Context(), second.now(w), text(1), second.pin(text(1))); !errors.As(err, &wrong) || wrong.Left != 4 {
		t.Errorf("the PIN of before: %v, want wrong", err)
	}
	c.changed()
	for i, p := range c.phones {
		if err := w.Prove(t.Context(), p.now(w), text(2+i), p.pin(text(2+i))); err != nil {
			t.Errorf("the new PIN of device %d: %v", i, err)
		}
	}
	if _, err := w.send(c, first); !errors.Is(err, device.ErrChangeGone) {
		t.Errorf("the same finish again: %v, want %v", err, device.ErrChangeGone)
	}
}

// Every way in which a change can be wrong leaves all keys; only a wrong old PIN
// counts, and it counts once.
func TestA56FinishRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(w *world, c *pinChange)
		want  error
		wrong int
	}{
		{"A53 a wrong old PIN of one account", func(_ *world, c *pinChange) { c.finish.Items[1].OldProof = key32() }, &device.WrongPIN{Left: 4}, 1},
		{"a wrong old PIN of both", func(_ *world, c *pinChange) {
			c.finish.Items[0].OldProof, c.finish.Items[1].OldProof = key32(), key32()
		}, &device.WrongPIN{Left: 4}, 1},
		{"a new proof of another key", func(_ *world, c *pinChange) { c.finish.Items[0].NewProof = key32() }, device.ErrChange, 0},
		{"both proofs wrong", func(_ *world, c *pinChange) {
			c.finish.Items[0].OldProof, c.finish.Items[0].NewProof = key32(), key32()
		}, &device.WrongPIN{Left: 4}, 1},
		{"proofs in the wrong places", func(_ *world, c *pinChange) {
			i := &c.finish.Items[0]
			i.OldProof, i.NewProof = i.NewProof, i.OldProof
		}, &device.WrongPIN{Left: 4}, 1},
		{"another device's signature", func(_ *world, c *pinChange) {
			c.finish.Items[0].Signature = c.finish.Items[1].Signature
		}, device.ErrChangeGone, 0},
		{"one device left out", func(_ *world, c *pinChange) { c.finish.Items = c.finish.Items[:1] }, device.ErrChangeGone, 0},
		{"a device of another phone", func(w *world, c *pinChange) {
			_, item := w.beginOne(w.phone(keyturn.UnlockPIN, nil))
			c.finish.Items = append(c.finish.Items, item)
		}, device.ErrChangeGone, 0},
		{"a device that isn't there", func(_ *world, c *pinChange) { c.finish.Items[0].Device = keyturn.NewID(keyturn.DeviceID) }, device.ErrChangeGone, 0},
		{"one device twice", func(_ *world, c *pinChange) { c.finish.Items[1] = c.finish.Items[0] }, keyturn.ErrPINChange, 0},
		{"no device", func(_ *world, c *pinChange) { c.finish.Items = nil }, keyturn.ErrPINChange, 0},
		{"a proof of 31 bytes", func(_ *world, c *pinChange) { c.finish.Items[0].NewProof = key32()[:31] }, keyturn.ErrPINChange, 0},
		{"another epoch", func(_ *world, c *pinChange) { c.finish.Items[0].Epoch++ }, device.ErrChangeGone, 0},
		{"a newer change of one device", func(w *world, c *pinChange) { w.beginOne(c.phones[1]) }, device.ErrChangeGone, 0},
		{"120 seconds later", func(w *world, _ *pinChange) { w.pass(2 * time.Minute) }, device.ErrChangeGone, 0},
		{"a device is being paused", func(w *world, c *pinChange) {
			_ = w.db.Suspend(w.t.Context(), c.phones[1].ID, device.ReasonLost, w.event(""))
		}, device.ErrChangeGone, 0},
		{"the keys are out of reach", func(w *world, _ *pinChange) {
			w.box.Down.Store(true)
		}, devicetest.ErrOutage, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			first := w.phone(keyturn.UnlockPIN, nil)
			c := w.begin(first, w.phone(keyturn.UnlockPIN, first))
			tt.spoil(w, c)
			_, err := w.send(c, first)
			var wrong *device.WrongPIN
			if !errors.Is(err, tt.want) && (!errors.As(err, &wrong) || *wrong != *tt.want.(*device.WrongPIN)) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			w.stays(c.phones...)
			w.left(first.ID, device.Active, tt.wrong)
		})
	}
}

// A device without a PIN, or one that can't act, begins no change.
func TestBeginChangeRefused(t *testing.T) {
	w := start(t)
	agree, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := keyturn.PINBegin{AgreeKey: agree.PublicKey().Bytes()}
	pin, platform := w.phone(keyturn.UnlockPIN, nil), w.phone(keyturn.UnlockPlatform, nil)
	for _, tt := range []struct {
		name  string
		of    device.Device
		begin keyturn.PINBegin
		want  error
	}{
		{"phone unlock", platform.Device, good, device.ErrProof},
		{"no key", pin.Device, keyturn.PINBegin{}, keyturn.ErrPINChange},
		{"a key off the curve", pin.Device, keyturn.PINBegin{AgreeKey: append(keyturn.Bytes{4}, make([]byte, 64)...)}, keyturn.ErrPINChange},
		{"suspended", in(pin, device.Suspended), good, device.ErrSuspended},
		{"locked", in(pin, device.PINLocked), good, device.ErrLocked},
		{"new", in(pin, device.New), good, device.ErrNew},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := w.BeginChange(t.Context(), tt.of, tt.begin); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func in(p *phone, s device.State) device.Device {
	d := p.Device
	d.State = s
	return d
}

// A recorded change is judged once: it can neither lock the phone nor set its count
// back, whichever of its devices sends it.
func TestA81RecordedPINChange(t *testing.T) {
	w := start(t)
	first := w.phone(keyturn.UnlockPIN, nil)
	second := w.phone(keyturn.UnlockPIN, first)
	c := w.begin(first, second)
	right := c.finish.Items[0].OldProof
	c.finish.Items[0].OldProof = key32()
	for i := range 10 {
		var wrong *device.WrongPIN
		if _, err := w.send(c, c.phones[i%2]); !errors.As(err, &wrong) || wrong.Left != 4 {
			t.Fatalf("wrong for the %dth time: %v, want 4 tries left", i+1, err)
		}
	}
	w.left(first.ID, device.Active, 1)
	c.finish.Items[0].OldProof = right
	var wrong *device.WrongPIN
	if _, err := w.send(c, first); !errors.As(err, &wrong) {
		t.Errorf("the right PIN under a text that was judged wrong: %v", err)
	}
	w.stays(first, second)
	w.left(first.ID, device.Active, 1)

	c = w.begin(first, second)
	if _, err := w.send(c, first); err != nil {
		t.Fatal(err)
	}
	c.changed()
	for i := range 3 {
		_ = w.Prove(t.Context(), first.now(w), text(i), slip(text(i)))
	}
	if _, err := w.send(c, first); !errors.Is(err, device.ErrChangeGone) {
		t.Errorf("the change again: %v, want %v", err, device.ErrChangeGone)
	}
	w.left(first.ID, device.Active, 3)
}

// A try is taken by whichever call comes first, so changes and answers share the five.
func TestA53PINChangesCountWithTheRest(t *testing.T) {
	w := start(t)
	first := w.phone(keyturn.UnlockPIN, nil)
	second := w.phone(keyturn.UnlockPIN, first)
	for i := range 4 {
		if i%2 == 0 {
			_ = w.Prove(t.Context(), second.now(w), text(i), slip(text(i)))
			continue
		}
		c := w.begin(first, second)
		c.finish.Items[0].OldProof = key32()
		_, _ = w.send(c, first)
	}
	w.left(first.ID, device.Active, 4)
	c := w.begin(first, second)
	c.finish.Items[1].OldProof = key32()
	var wrong *device.WrongPIN
	if _, err := w.send(c, first); !errors.As(err, &wrong) || wrong.Left != 0 {
		t.Errorf("the fifth: %v, want none left", err)
	}
	w.left(first.ID, device.PINLocked, 5)
	w.left(second.ID, device.PINLocked, 5)
	if _, err := w.send(c, first); !errors.Is(err, device.ErrLocked) {
		t.Errorf("on a locked phone: %v, want %v", err, device.ErrLocked)
	}
}

// An outage at any step takes no try and changes nothing; a try that was taken and
// not judged locks nobody, and the same change is over once its time is.
func TestA82PINChangeInAnOutage(t *testing.T) {
	w := start(t)
	first := w.phone(keyturn.UnlockPIN, nil)
	for range 20 {
		c := w.begin(first)
		w.box.Down.Store(true)
		if _, err := w.send(c, first); !errors.Is(err, devicetest.ErrOutage) {
			t.Fatalf("without the keys: %v", err)
		}
		w.box.Down.Store(false)
		w.Store = failing{w.db, "take"}
		if _, err := w.send(c, first); !errors.Is(err, errDown) {
			t.Fatalf("without the database: %v", err)
		}
		w.Store = w.db
	}
	w.left(first.ID, device.Active, 0)
	c := w.begin(first)
	w.Changes = fails{w.db}
	if _, err := w.send(c, first); !errors.Is(err, errDown) {
		t.Fatalf("at the last step: %v", err)
	}
	w.Changes = w.db
	w.stays(first)
	w.left(first.ID, device.Active, 1) // taken, never judged
	if _, err := w.send(c, first); !errors.Is(err, device.ErrPending) {
		t.Errorf("the same again: %v, want %v", err, device.ErrPending)
	}
	if _, err := w.send(w.begin(first), first); err != nil {
		t.Errorf("another change: %v", err)
	}
	w.left(first.ID, device.Active, 0)
}

// fails is a database that goes down at the last step.
type fails struct{ device.Changes }

func (fails) FinishChange(context.Context, []device.Changed, device.Verdict, audit.Event) error {
	return errDown
}

// Fifty times the same finish: one change, and nobody hears anything else than its
// result, that it is being judged, or that it is over.
func TestA56FiftyFinishes(t *testing.T) {
	w := start(t)
	first := w.phone(keyturn.UnlockPIN, nil)
	second := w.phone(keyturn.UnlockPIN, first)
	c := w.begin(first, second)
	by := []device.Device{first.now(w), second.now(w)}
	errs := make([]error, 50)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = w.FinishChange(t.Context(), by[i%2], c.finish) })
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil && !errors.Is(err, device.ErrPending) && !errors.Is(err, device.ErrChangeGone) {
			t.Errorf("finish %d: %v", i, err)
		}
	}
	for i, p := range c.phones {
		d := p.now(w)
		if d.Epoch != 2 || bytes.Equal(d.Kk, p.Kk) {
			t.Errorf("device %d has epoch %d", i, d.Epoch)
		}
	}
	w.left(first.ID, device.Active, 0)
	c.changed()
	if err := w.Prove(t.Context(), first.now(w), text(0), first.pin(text(0))); err != nil {
		t.Errorf("the new PIN: %v", err)
	}
}

// A change and wrong PINs at once: whatever the order, the count is that of wrong
// ones, and one PIN is right.
func TestFinishAndProofsAtOnce(t *testing.T) {
	w := start(t)
	first := w.phone(keyturn.UnlockPIN, nil)
	c := w.begin(first)
	before := first.now(w)
	var finished error
	var wg sync.WaitGroup
	wg.Go(func() { _, finished = w.FinishChange(t.Context(), before, c.finish) })
	for i := range 3 {
		wg.Go(func() { _ = w.Prove(t.Context(), before, text(i), slip(text(i))) })
	}
	wg.Wait()
	if finished != nil {
		t.Fatalf("the change: %v", finished)
	}
	if d := first.now(w); d.State != device.Active || d.WrongPINs > 3 {
		t.Errorf("%s after %d wrong PINs", d.State, d.WrongPINs)
	}
	c.changed()
	if err := w.Prove(t.Context(), first.now(w), text(9), first.pin(text(9))); err != nil {
		t.Errorf("the new PIN: %v", err)
	}
}
