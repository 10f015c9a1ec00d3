package activation_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

func TestFinish(t *testing.T) {
	for _, unlock := range []keyturn.Unlock{keyturn.UnlockPIN, keyturn.UnlockPlatform} {
		t.Run(string(unlock), func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			p, f := w.redeemed(ada, unlock)
			w.bus.take()
			got, err := w.Finish(t.Context(), w.device(p.got.Device), f)
			if err != nil || got != (keyturn.Finished{State: "checking", CheckIn: 600}) {
				t.Fatalf("got %+v, %v", got, err)
			}
			w.left(ada, activation.Checking, "", device.New)
			st := w.status(ada)
			if st.Left != 10*time.Minute || len(st.Private) != 0 || len(st.Activation.Check) == 0 {
				t.Errorf("status is %+v", st)
			}
			if !slices.Contains(w.bus.take(), st.ID) {
				t.Error("the page isn't told")
			}
			phone, err := w.devices.Phone(t.Context(), w.device(p.got.Device).Phone)
			if err != nil || (phone.Credential != nil) != (unlock == keyturn.UnlockPlatform) {
				t.Errorf("credential %v, %v", phone.Credential, err)
			}
		})
	}
}

// What is wrong with a finish ends the activation, once and for all: A38, A63.
func TestA63FinishWrong(t *testing.T) {
	for _, tt := range []struct {
		name   string
		unlock keyturn.Unlock
		spoil  func(w *world, p *phone, f *keyturn.Finish)
		want   error
	}{
		{"A38 another nonce than was committed to", keyturn.UnlockPIN, func(_ *world, _ *phone, f *keyturn.Finish) { f.PhoneNonce = random(32) }, activation.ErrProof},
		{"a proof under another key", keyturn.UnlockPIN, func(_ *world, _ *phone, f *keyturn.Finish) { f.Proof = random(32) }, activation.ErrProof},
		{"a proof of another text", keyturn.UnlockPIN, func(_ *world, p *phone, f *keyturn.Finish) { f.Proof = keyturn.MAC(p.keys.Kk, "another") }, activation.ErrProof},
		{"a wrong proof in platform mode", keyturn.UnlockPlatform, func(_ *world, _ *phone, f *keyturn.Finish) { f.Proof = random(32) }, activation.ErrProof},
		{"A63 a registration for another redeem", keyturn.UnlockPlatform, func(_ *world, p *phone, f *keyturn.Finish) {
			*f.Credential = p.auth.Register(keyturn.Hash("another redeem"))
		}, activation.ErrUnlock},
		{"A63 a registration without the person verified", keyturn.UnlockPlatform, func(_ *world, p *phone, f *keyturn.Finish) {
			text, _ := p.sent.Text(origin)
			p.auth.Flags &^= devicetest.UV
			*f.Credential = p.auth.Register(keyturn.Hash(text))
		}, activation.ErrUnlock},
		{"the credential of another person's phone", keyturn.UnlockPlatform, func(w *world, _ *phone, f *keyturn.Finish) {
			other := w.active(by(w.account("mei")), keyturn.UnlockPlatform)
			*f.Credential = keyturn.Registration{SameAs: other.got.Device}
		}, activation.ErrUnlock},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			p, good := w.redeemed(ada, tt.unlock)
			bad := good
			if good.Credential != nil {
				c := *good.Credential
				bad.Credential = &c
			}
			tt.spoil(w, p, &bad)
			d := w.device(p.got.Device)
			if _, err := w.Finish(t.Context(), d, bad); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			w.left(ada, activation.Failed, activation.CauseProof, device.Removed)
			if _, err := w.Finish(t.Context(), d, good); !errors.Is(err, activation.ErrClosed) {
				t.Errorf("a second try: got %v, want %v", err, activation.ErrClosed)
			}
			if got, err := w.Progress(t.Context(), d, p.got.Activation, 0); err != nil || got.Cause != "proof" {
				t.Errorf("the phone hears %+v, %v", got, err)
			}
		})
	}
}

// What isn't whole, or is another's, leaves the activation as it is.
func TestFinishForm(t *testing.T) {
	for _, tt := range []struct {
		name   string
		unlock keyturn.Unlock
		spoil  func(f *keyturn.Finish)
		want   error
	}{
		{"a nonce of 31 bytes", keyturn.UnlockPIN, func(f *keyturn.Finish) { f.PhoneNonce = f.PhoneNonce[:31] }, activation.ErrForm},
		{"no proof", keyturn.UnlockPIN, func(f *keyturn.Finish) { f.Proof = nil }, activation.ErrForm},
		{"a credential in PIN mode", keyturn.UnlockPIN, func(f *keyturn.Finish) { f.Credential = &keyturn.Registration{SameAs: "dev_"} }, activation.ErrForm},
		{"no credential in platform mode", keyturn.UnlockPlatform, func(f *keyturn.Finish) { f.Credential = nil }, activation.ErrForm},
		{"an empty credential", keyturn.UnlockPlatform, func(f *keyturn.Finish) { f.Credential = &keyturn.Registration{} }, activation.ErrForm},
		{"a credential that is both new and old", keyturn.UnlockPlatform, func(f *keyturn.Finish) { f.Credential.SameAs = "dev_" }, activation.ErrForm},
		{"an activation that there isn't", keyturn.UnlockPIN, func(f *keyturn.Finish) { f.Activation = keyturn.NewID(keyturn.ActivationID) }, activation.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			p, good := w.redeemed(ada, tt.unlock)
			bad := good
			if good.Credential != nil {
				c := *good.Credential
				bad.Credential = &c
			}
			tt.spoil(&bad)
			if _, err := w.Finish(t.Context(), w.device(p.got.Device), bad); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			w.left(ada, activation.Redeemed, "", device.New)
			if _, err := w.Finish(t.Context(), w.device(p.got.Device), good); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// Another device has no part in an activation.
func TestFinishOfAnother(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p, f := w.redeemed(ada, keyturn.UnlockPIN)
	other := w.device(w.active(by(w.account("mei")), keyturn.UnlockPIN).got.Device)
	if _, err := w.Finish(t.Context(), other, f); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("finish: got %v, want %v", err, activation.ErrClosed)
	}
	if _, err := w.Progress(t.Context(), other, p.got.Activation, 0); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("progress: got %v, want %v", err, activation.ErrClosed)
	}
	w.left(ada, activation.Redeemed, "", device.New)
}

// A phone whose credential is known shares it by naming the device that vouched,
// and in no other way.
func TestSameAs(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(p, old *phone, f *keyturn.Finish)
		want  error
	}{
		{"the device that vouched", func(_, _ *phone, _ *keyturn.Finish) {}, nil},
		{"another device", func(_, _ *phone, f *keyturn.Finish) { f.Credential.SameAs = keyturn.NewID(keyturn.DeviceID) }, activation.ErrUnlock},
		{"a new credential instead", func(p, _ *phone, f *keyturn.Finish) {
			text, _ := p.sent.Text(origin)
			reg := devicetest.New(origin, host).Register(keyturn.Hash(text))
			f.Credential = &reg
		}, activation.ErrUnlock},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			old := w.active(by(w.account("ada")), keyturn.UnlockPlatform)
			p := newPhone(t, keyturn.UnlockPlatform)
			got, err := w.Redeem(t.Context(), p.via(old, w.code(by(w.account("mei"))), w.devices.Nonce()))
			if err != nil {
				t.Fatal(err)
			}
			f := p.finish(got)
			tt.spoil(p, old, &f)
			if _, err := w.Finish(t.Context(), w.device(got.Device), f); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// The same finish gets the same answer, and its proof isn't looked at: a copy of
// the phone's storage can't test PINs here.
func TestFinishAgain(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p, f := w.redeemed(ada, keyturn.UnlockPIN)
	d := w.device(p.got.Device)
	first, err := w.Finish(t.Context(), d, f)
	if err != nil {
		t.Fatal(err)
	}
	guess := f
	guess.Proof = random(32)
	if again, err := w.Finish(t.Context(), d, guess); err != nil || again != first {
		t.Errorf("with a wrong proof: %+v, %v, want %+v", again, err, first)
	}
	other := f
	other.PhoneNonce = random(32)
	if _, err := w.Finish(t.Context(), d, other); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("with another nonce: got %v, want %v", err, activation.ErrClosed)
	}
	w.left(ada, activation.Checking, "", device.New)
	if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); err != nil {
		t.Fatal(err)
	}
	if again, err := w.Finish(t.Context(), d, guess); err != nil || again != (keyturn.Finished{State: "active"}) {
		t.Errorf("when it is active: %+v, %v", again, err)
	}
}

func TestFinishAgainAtOnce(t *testing.T) {
	w := start(t)
	p, f := w.redeemed(by(w.account("ada")), keyturn.UnlockPIN)
	d := w.device(p.got.Device)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if got, err := w.Finish(t.Context(), d, f); err != nil || got.State != "checking" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	wg.Wait()
}

// After its time a finish is too late, though nobody has cleaned up.
func TestA47FinishTooLate(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p, f := w.redeemed(ada, keyturn.UnlockPIN)
	w.pass(2 * time.Minute)
	if _, err := w.Finish(t.Context(), w.device(p.got.Device), f); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("got %v, want %v", err, activation.ErrClosed)
	}
	w.left(ada, activation.Expired, activation.CauseTime, device.Removed)
}

// An outage ends nothing.
func TestA82FinishInAnOutage(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p, f := w.redeemed(ada, keyturn.UnlockPIN)
	w.box.Down.Store(true)
	if _, err := w.Finish(t.Context(), w.device(p.got.Device), f); !errors.Is(err, devicetest.ErrOutage) {
		t.Errorf("got %v, want a fault of the server", err)
	}
	w.left(ada, activation.Redeemed, "", device.New)
	w.box.Down.Store(false)
	if _, err := w.Finish(t.Context(), w.device(p.got.Device), f); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// With the check code off a finish is the end, also one that was cut off before it.
func TestFinishWithoutCheckCode(t *testing.T) {
	w := start(t)
	w.CheckCode = false
	ada := by(w.account("ada"))
	p, f := w.redeemed(ada, keyturn.UnlockPIN)
	w.Store = cut{w.db}
	if _, err := w.Finish(t.Context(), w.device(p.got.Device), f); !errors.Is(err, errCut) {
		t.Fatalf("got %v, want it cut off", err)
	}
	w.left(ada, activation.Checking, "", device.New)
	if _, err := w.Check(t.Context(), ada.Session, "000000"); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("a check code that there isn't: %v", err)
	}
	w.Store = w.db
	if got, err := w.Finish(t.Context(), w.device(p.got.Device), f); err != nil || got != (keyturn.Finished{State: "active"}) {
		t.Errorf("again: %+v, %v", got, err)
	}
	w.left(ada, activation.Active, "", device.Active)
	events, err := w.db.About(t.Context(), p.got.Activation)
	if last := events[len(events)-1]; err != nil || last.Kind != audit.ActivationDone || last.Device != p.got.Device {
		t.Errorf("the last event is %+v, %v", last, err)
	}
}
