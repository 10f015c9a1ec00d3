package keyturntest_test

import (
	"net/http"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// What a phone hears of refusals that no other test of this package provokes, spec §16.
func TestProblems(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		code   string
		call   func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person) parcel
	}{
		{"a body of 17 KiB", http.StatusRequestEntityTooLarge, "too_large", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person) parcel {
			// In base64.
			return signerOf(ada.Phone, pin).call(t, "/v1/push/test", w.Devices.Nonce(), make([]byte, 13<<10))
		}},
		{"an account that was disabled", http.StatusForbidden, "account_stopped", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person) parcel {
			w.Browser().SignIn(ada)
			r := ada.Phone.Waiting()
			if err := w.Accounts.Disable(t.Context(), ada.ID); err != nil {
				t.Fatal(err)
			}
			s := signerOf(ada.Phone, pin)
			return s.call(t, "/v1/requests/"+r.ID+"/answer", w.Devices.Nonce(), s.reply(r, keyturn.Deny, 1))
		}},
		{"another number", http.StatusForbidden, "number_wrong", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person) parcel {
			page := w.Browser().SignIn(ada)
			wrong := "000000"
			if page.Text("#number") == wrong {
				wrong = "000001"
			}
			return numbered(t, w, ada, wrong)
		}},
		{"an answer to another question", http.StatusConflict, "challenge_changed", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person) parcel {
			w.Browser().SignIn(ada)
			r := ada.Phone.Waiting()
			r.Text += "another"
			s := signerOf(ada.Phone, pin)
			return s.call(t, "/v1/requests/"+r.ID+"/answer", w.Devices.Nonce(), s.reply(r, keyturn.Deny, 1))
		}},
		{"a set-up that is not its own", http.StatusConflict, "activation_closed", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person) parcel {
			s := signerOf(ada.Phone, pin)
			return s.call(t, "/v1/activations/finish", w.Devices.Nonce(), keyturn.Finish{Activation: keyturn.NewID(keyturn.ActivationID),
				PhoneNonce: make(keyturn.Bytes, 32), Proof: make(keyturn.Bytes, 32)})
		}},
		{"A45 a recovery code where an activation code belongs", http.StatusBadRequest, "bad_request", func(t *testing.T, _ *keyturntest.World, _ *keyturntest.Person) parcel {
			return parcel{path: "/v1/activations/look", body: encoded(t, keyturn.Look{Code: keyturn.Code(keyturn.NewRecoveryCode())})}
		}},
		{"a database that is gone", http.StatusServiceUnavailable, "server_busy", func(t *testing.T, w *keyturntest.World, ada *keyturntest.Person) parcel {
			late := signerOf(ada.Phone, pin).call(t, "/v1/push/test", w.Devices.Nonce(), struct{}{})
			if err := w.Store.Close(); err != nil {
				t.Fatal(err)
			}
			return late
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := keyturntest.Start(t)
			ada := w.Person("ada")
			ada.SetUp(pin)
			status, answer := tt.call(t, w, ada).send(t, w.Client(), w.Origin)
			if status != tt.status || codeOf(answer) != tt.code {
				t.Errorf("%d %s, want %d %s", status, answer, tt.status, tt.code)
			}
		})
	}
}

// numbered is an approval that carries a number.
func numbered(t *testing.T, w *keyturntest.World, p *keyturntest.Person, number string) parcel {
	t.Helper()
	r, s := p.Phone.Waiting(), signerOf(p.Phone, pin)
	text := must(keyturn.Answer{Origin: s.origin, Request: r.ID, Device: s.dev.ID, Challenge: keyturn.Hash(r.Text), Decision: keyturn.Approve,
		Carried: keyturn.CarryNumber, Value: number, Unlock: keyturn.UnlockPIN, Counter: s.dev.Counter + 1}.Text())
	return s.call(t, "/v1/requests/"+r.ID+"/answer", w.Devices.Nonce(), keyturn.Reply{Text: text, Signature: must(keyturn.Sign(s.key, text)),
		Proof: &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(s.kk, text)}})
}

// A new phone changes no security settings, spec §12.1.
func TestProbation(t *testing.T) {
	h := twoPhones(t, true)
	h.browser.Post("/phones/add", nil)
	_, err := h.newer.Answer(t.Context(), h.newer.Waiting(), keyturn.Approve, "", pin)
	if code := problemCode(err); code != "probation" {
		t.Errorf("an approval by a phone in its first day: %s", code)
	}
}
