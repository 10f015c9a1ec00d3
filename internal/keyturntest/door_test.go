package keyturntest_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/keyturntest"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

// A door stands for one without a browser, such as a gateway that asks in the name of
// people who dial in. It can't know whether its question arrived, so it asks again, and
// finds what it asked by what it asked for.
type door struct {
	*keyturntest.World
	key []byte // which its nodes share
}

func (d door) ask(
	ctx context.Context, p *keyturntest.Person, question string,
) (approval.Request, approval.Handle, error) {
	return d.Approvals.Begin(ctx, approval.Attempt{Account: p.ID, Name: p.Name, App: "Gateway", Action: keyturn.SignIn,
		Known: true, Password: time.Now(), Revision: p.Revision, Repeats: token.Derive(d.key, "gateway", p.Name, question)})
}

// A door without a browser begins on one node, repeats on the other, waits on both and
// redeems once. The phone is asked once.
func TestDoorWithoutBrowser(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		ada := nodes[0].Person("ada")
		phone := nodes[0].Phone(pin)
		ada.SetUpOn(phone)
		key := bytes.Repeat([]byte{7}, 32)
		one, two := door{nodes[0], key}, door{nodes[1], key}

		first, h, err := one.ask(t.Context(), ada, "packet 17")
		if err != nil {
			t.Fatal(err)
		}
		again, same, err := two.ask(t.Context(), ada, "packet 17")
		if err != nil || again.ID != first.ID || same != h {
			t.Fatalf("asked again: %s after %s, the same handle: %t, %v", again.ID, first.ID, same == h, err)
		}
		if got, err := two.Approvals.Wait(t.Context(), same, time.Millisecond); err != nil || got.State != approval.Waiting {
			t.Errorf("before the answer: %s, %v", got.State, err)
		}
		ends := make(chan approval.State, 2)
		for _, d := range []door{one, two} {
			go func() {
				r, err := d.Approvals.Wait(t.Context(), h, time.Minute)
				if err != nil {
					t.Error(err)
				}
				ends <- r.State
			}()
		}
		phone.At(nodes[1]).Approve("")
		for range 2 {
			if state := <-ends; state != approval.Approved {
				t.Errorf("waited until %s", state)
			}
		}
		if late, _, err := two.ask(t.Context(), ada, "packet 17"); err != nil || late.ID != first.ID || late.State != approval.Approved {
			t.Errorf("asked once more after the answer: %s %s, %v", late.ID, late.State, err)
		}
		_, proven, err := two.Approvals.Redeem(t.Context(), same, policy.Grant{})
		if err != nil || proven.Account != ada.ID || proven.Request != first.ID {
			t.Errorf("redeemed: %+v, %v", proven, err)
		}
		var gone *approval.Gone
		if _, _, err := one.Approvals.Redeem(t.Context(), h, policy.Grant{}); !errors.As(err, &gone) || gone.State != approval.Redeemed {
			t.Errorf("redeemed twice: %v", err)
		}
		all, err := phone.Pending(t.Context())
		if err != nil || len(all) != 1 {
			t.Errorf("the phone was asked %d times, %v", len(all), err)
		}
		if _, stranger, err := one.ask(t.Context(), ada, "packet 18"); err != nil || stranger == h {
			t.Errorf("another question has the same handle: %v", err)
		}
	})
}
