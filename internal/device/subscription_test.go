package device_test

import (
	"context"
	"errors"
	"testing"

	"keyturn"
	"keyturn/internal/device"
)

var errStore = errors.New("the store is down")

// broken subscriptions can't be read.
type broken struct{ device.Subscriptions }

func (broken) Subscription(context.Context, string) (device.Subscription, error) {
	return device.Subscription{}, errStore
}

// pusher sends nothing.
type pusher struct{ device.Pusher }

// That there is no subscription is the phone's to mend; that it can't be read is a
// fault of the server, and is logged as one.
func TestTestPush(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	for _, tt := range []struct {
		name          string
		subscriptions device.Subscriptions
		push          device.Pusher
		refused       bool
	}{
		{"no pushes at all", broken{}, nil, true},
		{"no subscription", w.db, pusher{}, true},
		{"a fault of the store", broken{}, pusher{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.Subscriptions, w.Push = tt.subscriptions, tt.push
			_, err := w.TestPush(t.Context(), p.Device)
			if errors.Is(err, device.ErrPush) != tt.refused || errors.Is(err, errStore) == tt.refused {
				t.Errorf("%v", err)
			}
		})
	}
}
