package deviceapi

import (
	"net/http"

	"keyturn"
)

// postPINBegin begins a PIN change for one device, spec §11.2.
func (a *API) postPINBegin(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.PINBegin
	if err := decode(w, r, &in); err != nil {
		return err
	}
	begun, err := a.PINs.BeginChange(r.Context(), by.Device, in)
	if err != nil {
		return err
	}
	return encode(w, begun)
}

// postPINFinish changes the PIN of all devices of a phone, or of none.
func (a *API) postPINFinish(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.PINFinish
	if err := decode(w, r, &in); err != nil {
		return err
	}
	epochs, err := a.PINs.FinishChange(r.Context(), by.Device, in)
	if err != nil {
		return err
	}
	return encode(w, epochs)
}
