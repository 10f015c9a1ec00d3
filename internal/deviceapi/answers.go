package deviceapi

import (
	"net/http"

	"keyturn"
)

// postAnswer takes a device's signed answer to a challenge, spec §8.4.
func (a *API) postAnswer(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.Reply
	if err := decode(w, r, &in); err != nil {
		return err
	}
	id, err := keyturn.ParseID(keyturn.RequestID, r.PathValue("request"))
	if err != nil {
		return err
	}
	state, err := a.Approvals.Answer(r.Context(), by.Device, id, in, by.Nonce)
	if err != nil {
		return err
	}
	return encode(w, keyturn.State{State: string(state)})
}
