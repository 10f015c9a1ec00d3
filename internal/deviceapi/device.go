package deviceapi

import (
	"net/http"

	"keyturn"
	"keyturn/internal/device"
)

// getServer says what the server speaks. The time is for display only.
func (a *API) getServer(w http.ResponseWriter, r *http.Request) error {
	if _, err := query(r); err != nil {
		return err
	}
	info := a.Server
	info.Time = a.Now().Unix()
	return encode(w, info)
}

// getDevice says what a device may know about itself.
func (a *API) getDevice(w http.ResponseWriter, r *http.Request, by caller) error {
	if _, err := query(r); err != nil {
		return err
	}
	if by.State == device.Removed {
		return a.Devices.Answers(by.Device)
	}
	return encode(w, keyturn.DeviceInfo{
		Device:  by.Shown(a.Now(), a.Limits),
		Account: keyturn.AccountRef{ID: by.Account, Name: by.AccountName},
		Service: a.Server.Name,
	})
}

// postRemove lets a device leave its account, spec §12.6.
func (a *API) postRemove(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.Remove
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := a.Devices.Leave(r.Context(), by.Device, by.Nonce, in.Proof); err != nil {
		return err
	}
	return encode(w, keyturn.State{State: string(device.Removed)})
}
