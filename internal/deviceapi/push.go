package deviceapi

import (
	"net/http"

	"keyturn"
	"keyturn/internal/device"
)

// putPush says where pushes to a device go. Its app does so at every start. Spec §13.1.
func (a *API) putPush(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.Subscription
	if err := decode(w, r, &in); err != nil {
		return err
	}
	state, err := a.Devices.Subscribe(r.Context(), by.Device, in)
	if err != nil {
		return err
	}
	return encode(w, keyturn.PushState{Push: string(state)})
}

// deletePush ends the pushes to a device.
func (a *API) deletePush(w http.ResponseWriter, r *http.Request, by caller) error {
	if _, err := query(r); err != nil {
		return err
	}
	if err := a.Devices.Unsubscribe(r.Context(), by.Device); err != nil {
		return err
	}
	return encode(w, keyturn.PushState{Push: string(device.PushOff)})
}

// postPushTest sends one push, to see whether it arrives.
func (a *API) postPushTest(w http.ResponseWriter, r *http.Request, by caller) error {
	if err := decode(w, r, &struct{}{}); err != nil {
		return err
	}
	sent, err := a.Devices.TestPush(r.Context(), by.Device)
	if err != nil {
		return err
	}
	return encode(w, keyturn.PushSent{Sent: sent})
}
