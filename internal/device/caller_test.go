package device_test

import (
	"crypto/elliptic"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/device"
)

// A captured call is good for what it was signed for and nothing else: A18, and
// A12 for another server's.
func TestA18ChangedCalls(t *testing.T) {
	w := start(t)
	p, other := w.phone(keyturn.UnlockPIN, nil), w.phone(keyturn.UnlockPIN, nil)
	for _, tt := range []struct {
		name  string
		spoil func(signed, sent *keyturn.Call)
		want  error
	}{
		{"as it was signed", func(_, _ *keyturn.Call) {}, nil},
		{"A18 another path", func(_, sent *keyturn.Call) { sent.Target = "/v1/device" }, device.ErrUnknown},
		{"A18 another query", func(_, sent *keyturn.Call) { sent.Target = "/v1/pending?wait=24" }, device.ErrUnknown},
		{"A18 another method", func(_, sent *keyturn.Call) { sent.Method = "POST" }, device.ErrUnknown},
		{"A18 a lower-case method", func(_, sent *keyturn.Call) { sent.Method = "get" }, device.ErrUnknown},
		{"A18 another body", func(_, sent *keyturn.Call) { sent.Body = []byte(`{}`) }, device.ErrUnknown},
		{"A18 a path with a line break", func(_, sent *keyturn.Call) { sent.Target = "/v1/\npending" }, device.ErrUnknown},
		{"A18 another fresh nonce", func(_, sent *keyturn.Call) { sent.Nonce = w.Nonce() }, device.ErrUnknown},
		{"A18 another device", func(_, sent *keyturn.Call) { sent.Device = other.ID }, device.ErrUnknown},
		{"a device that isn't there", func(signed, sent *keyturn.Call) {
			signed.Device = keyturn.NewID(keyturn.DeviceID)
			sent.Device = signed.Device
		}, device.ErrUnknown},
		{"A12 signed for staging", func(signed, _ *keyturn.Call) { signed.Origin = "https://staging.example.org" }, device.ErrUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := keyturn.Call{Origin: origin, Method: "GET", Target: "/v1/pending?wait=25", Device: p.ID, Nonce: w.Nonce()}
			sent := call
			tt.spoil(&call, &sent)
			auth, err := keyturn.ParseAuthorization(p.sign(t, call))
			if err != nil {
				t.Fatal(err)
			}
			auth.Device, auth.Nonce = sent.Device, sent.Nonce
			d, err := w.Caller(t.Context(), keyturn.Call{Method: sent.Method, Target: sent.Target, Body: sent.Body}, auth.String())
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err == nil && d.ID != p.ID {
				t.Errorf("the caller is %s, want %s", d.ID, p.ID)
			}
			w.left(p.ID, device.Active, 0)
		})
	}
}

// A nonce is looked at before anything else, and is good for 300 s: A19.
func TestA19Nonces(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	for _, tt := range []struct {
		name  string
		nonce func() string
		want  error
	}{
		{"fresh", w.Nonce, nil},
		{"made with the key before this one", func() string { return keyturn.NewNonce(w.keys[1], w.Now()) }, nil},
		{"300 s old", func() string { return keyturn.NewNonce(w.keys[0], w.Now().Add(-300*time.Second)) }, nil},
		{"A19 301 s old", func() string { return keyturn.NewNonce(w.keys[0], w.Now().Add(-301*time.Second)) }, keyturn.ErrNonce},
		{"A19 of the future", func() string { return keyturn.NewNonce(w.keys[0], w.Now().Add(time.Second)) }, keyturn.ErrNonce},
		{"A19 made with another key", func() string { return keyturn.NewNonce(key32(), w.Now()) }, keyturn.ErrNonce},
		{"A19 cut", func() string { return w.Nonce()[:42] }, keyturn.ErrNonce},
		{"A19 missing", func() string { return "" }, keyturn.ErrNonce},
	} {
		for _, signer := range []struct {
			name string
			key  *phone
		}{{"", p}, {", with another's signature", w.phone(keyturn.UnlockPIN, nil)}} {
			t.Run(tt.name+signer.name, func(t *testing.T) {
				want := tt.want
				if want == nil && signer.key != p {
					want = device.ErrUnknown
				}
				call := keyturn.Call{Origin: origin, Method: "GET", Target: "/v1/device", Device: p.ID, Nonce: tt.nonce()}
				_, err := w.Caller(t.Context(), keyturn.Call{Method: "GET", Target: "/v1/device"}, signer.key.sign(t, call))
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			})
		}
	}
	for _, header := range []string{"", "Bearer x", "Keyturn device=" + p.ID} {
		if _, err := w.Caller(t.Context(), keyturn.Call{Method: "GET", Target: "/"}, header); !errors.Is(err, keyturn.ErrHeader) {
			t.Errorf("header %q: got %v, want %v", header, err, keyturn.ErrHeader)
		}
	}
}

// A signature has one form; s and n−s are the same signature: A13.
func TestA13Signatures(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	order := elliptic.P256().Params().N
	for _, tt := range []struct {
		name  string
		spoil func(b keyturn.Bytes) keyturn.Bytes
		want  error
	}{
		{"n−s instead of s", func(b keyturn.Bytes) keyturn.Bytes {
			return withS(b, new(big.Int).Sub(order, new(big.Int).SetBytes(b[32:])))
		}, nil},
		{"A13 DER", func(b keyturn.Bytes) keyturn.Bytes {
			der, err := asn1.Marshal([]*big.Int{new(big.Int).SetBytes(b[:32]), new(big.Int).SetBytes(b[32:])})
			if err != nil {
				t.Fatal(err)
			}
			return der
		}, device.ErrUnknown},
		{"A13 63 bytes", func(b keyturn.Bytes) keyturn.Bytes { return b[:63] }, device.ErrUnknown},
		{"A13 65 bytes", func(b keyturn.Bytes) keyturn.Bytes { return append(b, 0) }, device.ErrUnknown},
		{"A13 zero", func(keyturn.Bytes) keyturn.Bytes { return make(keyturn.Bytes, 64) }, device.ErrUnknown},
		{"A13 s not below the order", func(b keyturn.Bytes) keyturn.Bytes {
			return withS(b, order)
		}, device.ErrUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := keyturn.Call{Origin: origin, Method: "GET", Target: "/v1/device", Device: p.ID, Nonce: w.Nonce()}
			auth, err := keyturn.ParseAuthorization(p.sign(t, call))
			if err != nil {
				t.Fatal(err)
			}
			auth.Signature = tt.spoil(auth.Signature)
			if _, err := w.Caller(t.Context(), keyturn.Call{Method: "GET", Target: "/v1/device"}, auth.String()); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// withS returns a signature with another s.
func withS(b keyturn.Bytes, s *big.Int) keyturn.Bytes {
	return append(b[:32:32], s.FillBytes(make([]byte, 32))...)
}

// Who may answer: check 2 of spec §8.5.
func TestAnswers(t *testing.T) {
	w := start(t)
	var gone *device.Gone
	for _, tt := range []struct {
		name  string
		spoil func(*device.Device)
		want  error
	}{
		{"active", func(*device.Device) {}, nil},
		{"of a disabled account", func(d *device.Device) { d.AccountActive = false }, device.ErrStopped},
		{"of an account with too many wrong numbers", func(d *device.Device) { d.Stopped = true }, device.ErrStopped},
		{"suspended", func(d *device.Device) { d.State = device.Suspended }, device.ErrSuspended},
		{"locked", func(d *device.Device) { d.State = device.PINLocked }, device.ErrLocked},
		{"new", func(d *device.Device) { d.State = device.New }, device.ErrNew},
	} {
		d := device.Device{State: device.Active, AccountActive: true}
		tt.spoil(&d)
		if err := w.Answers(d); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	moved := device.Device{State: device.Removed, Reason: device.ReasonMoved, MovedTo: "Pixel 9", Ended: w.Now()}
	if err := w.Answers(moved); !errors.As(err, &gone) || gone.Reason != device.ReasonMoved || gone.To != "Pixel 9" {
		t.Errorf("moved: got %v, want where it went", err)
	}
	if err := w.Answers(device.Device{State: "odd", AccountActive: true}); err == nil {
		t.Error("a state that there isn't may answer")
	}
}
