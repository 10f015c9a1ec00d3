package device_test

import (
	"errors"
	"testing"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// Each check of a registration in turn: A63.
func TestA63Registration(t *testing.T) {
	w := start(t)
	challenge := keyturn.Hash("keyturn/v1 redeem\n…\n")
	for _, tt := range []struct {
		name  string
		spoil func(a *devicetest.Authenticator)
		bend  func(r *keyturn.Registration)
		want  error
	}{
		{"as it should be", nil, nil, nil},
		{"a passkey that is synced", func(a *devicetest.Authenticator) { a.Flags |= devicetest.BE | devicetest.BS }, nil, nil},
		{"A63 of an assertion", func(a *devicetest.Authenticator) { a.Type = "webauthn.get" }, nil, device.ErrUnlock},
		{"A63 at another origin", func(a *devicetest.Authenticator) { a.Origin = "https://evil.example" }, nil, device.ErrUnlock},
		{"A63 at another port", func(a *devicetest.Authenticator) { a.Origin += ":8443" }, nil, device.ErrUnlock},
		{"A63 at an origin in other letters", func(a *devicetest.Authenticator) { a.Origin = "https://ID.example.org" }, nil, device.ErrUnlock},
		{"A63 at an origin with a path", func(a *devicetest.Authenticator) { a.Origin += "/p/" }, nil, device.ErrUnlock},
		{"A63 in another site's frame", func(a *devicetest.Authenticator) { a.Cross = true }, nil, device.ErrUnlock},
		{"A63 for another host", func(a *devicetest.Authenticator) { a.Host = "example.org" }, nil, device.ErrUnlock},
		{"A63 with nobody there", func(a *devicetest.Authenticator) { a.Flags &^= devicetest.UP }, nil, device.ErrUnlock},
		{"A63 with the person not verified", func(a *devicetest.Authenticator) { a.Flags &^= devicetest.UV }, nil, device.ErrUnlock},
		{"A63 without a credential", func(a *devicetest.Authenticator) { a.Bare = true }, nil, device.ErrUnlock},
		{"copied, though it can't be", func(a *devicetest.Authenticator) { a.Flags |= devicetest.BS }, nil, device.ErrUnlock},
		// -8, EdDSA.
		{"a key for another algorithm", func(a *devicetest.Authenticator) { a.Alg = 0x27 }, nil, device.ErrUnlock},
		{"a key that is no point", func(a *devicetest.Authenticator) { a.Off = true }, nil, device.ErrUnlock},
		{"with a statement of its own", func(a *devicetest.Authenticator) { a.Format = "packed" }, nil, device.ErrUnlock},
		{"under another id", nil, func(r *keyturn.Registration) { r.ID = key32() }, device.ErrUnlock},
		{"with bytes after it", nil, func(r *keyturn.Registration) { r.AttestationObject = append(r.AttestationObject, 0) }, device.ErrUnlock},
		{"cut", nil, func(r *keyturn.Registration) {
			r.AttestationObject = r.AttestationObject[:len(r.AttestationObject)-1]
		}, device.ErrUnlock},
		{"with client data that are no JSON", nil, func(r *keyturn.Registration) { r.ClientData = []byte("{") }, device.ErrUnlock},
		{"empty", nil, func(r *keyturn.Registration) { *r = keyturn.Registration{} }, device.ErrUnlock},
	} {
		t.Run(tt.name, func(t *testing.T) {
			auth := devicetest.New(origin, host)
			if tt.spoil != nil {
				tt.spoil(auth)
			}
			reg := auth.Register(challenge)
			if tt.bend != nil {
				tt.bend(&reg)
			}
			c, err := w.Register(reg, challenge)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if point, _ := auth.Key.PublicKey.Bytes(); err == nil && string(c.Key) != string(point) {
				t.Error("another key than the phone's")
			}
		})
	}
	auth := devicetest.New(origin, host)
	if _, err := w.Register(auth.Register(keyturn.Hash("another redeem")), challenge); !errors.Is(err, device.ErrUnlock) {
		t.Errorf("A63 registration for another redeem: got %v, want %v", err, device.ErrUnlock)
	}
}

// Each check of an assertion in turn: A63; and A64, another phone's credential.
func TestA63Assertion(t *testing.T) {
	w := start(t)
	p, other := w.phone(keyturn.UnlockPlatform, nil), w.phone(keyturn.UnlockPlatform, nil)
	for i, tt := range []struct {
		name  string
		spoil func(a *devicetest.Authenticator)
		want  error
	}{
		{"as it should be", func(*devicetest.Authenticator) {}, nil},
		{"A63 of a registration", func(a *devicetest.Authenticator) { a.Type = "webauthn.create" }, device.ErrUnlock},
		{"A63 at another origin", func(a *devicetest.Authenticator) { a.Origin = "https://evil.example" }, device.ErrUnlock},
		{"A63 in another site's frame", func(a *devicetest.Authenticator) { a.Cross = true }, device.ErrUnlock},
		{"A63 for another host", func(a *devicetest.Authenticator) { a.Host = "example.org" }, device.ErrUnlock},
		{"A63 with nobody there", func(a *devicetest.Authenticator) { a.Flags &^= devicetest.UP }, device.ErrUnlock},
		{"A63 with the person not verified", func(a *devicetest.Authenticator) { a.Flags &^= devicetest.UV }, device.ErrUnlock},
		{"A63 under another credential's id", func(a *devicetest.Authenticator) { a.ID = other.auth.ID }, device.ErrUnlock},
		{"A63 by another key", func(a *devicetest.Authenticator) { a.Key = other.auth.Key }, device.ErrUnlock},
		{"A63 that may be copied all at once", func(a *devicetest.Authenticator) { a.Flags |= devicetest.BE }, device.ErrUnlock},
		{"A63 with a count that didn't grow", func(a *devicetest.Authenticator) { a.Count-- }, device.ErrUnlock},
		{"A63 with a count of 0 after one that wasn't", func(a *devicetest.Authenticator) { a.Count = 0 }, device.ErrUnlock},
		{"A64 of another phone", func(a *devicetest.Authenticator) { *a = *other.auth }, device.ErrUnlock},
		{"as it should be, afterwards", func(*devicetest.Authenticator) {}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := w.credential(p)
			auth := *p.auth
			tt.spoil(&auth)
			err := w.Prove(t.Context(), p.Device, text(i), auth.Assert(text(i)))
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			after := w.credential(p)
			if err != nil && after.SignCount != before.SignCount {
				t.Errorf("a refused unlock moved the sign count from %d to %d", before.SignCount, after.SignCount)
			}
			if err == nil {
				*p.auth = auth
				if after.SignCount != auth.Count {
					t.Errorf("sign count is %d, want %d", after.SignCount, auth.Count)
				}
			}
		})
	}
	if err := w.Prove(t.Context(), p.Device, text(99), p.auth.Assert("another text")); !errors.Is(err, device.ErrUnlock) {
		t.Errorf("A63 over another text: got %v, want %v", err, device.ErrUnlock)
	}
}

func (w *world) credential(p *phone) device.Credential {
	w.t.Helper()
	phone, err := w.Phone(w.t.Context(), p.Device.Phone)
	if err != nil || phone.Credential == nil {
		w.t.Fatalf("phone: %v, %v", phone, err)
	}
	return *phone.Credential
}
