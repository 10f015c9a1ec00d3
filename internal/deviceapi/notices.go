package deviceapi

import (
	"net/http"
	"strconv"

	"keyturn"
)

// postNotice takes what the person of a device says to a notice, spec §12.5. The proof
// of an alarm is over the nonce of this call.
func (a *API) postNotice(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.NoticeReply
	if err := decode(w, r, &in); err != nil {
		return err
	}
	number, err := strconv.ParseInt(r.PathValue("notice"), 10, 64)
	switch {
	case err != nil || number < 1 || strconv.FormatInt(number, 10) != r.PathValue("notice"):
		return errBody
	case in.Action != "seen" && in.Action != "alarm", in.Action == "seen" && in.Proof != nil:
		return errBody
	}
	state, err := a.Notices.Answer(r.Context(), by.Device, number, in, by.Nonce)
	if err != nil {
		return err
	}
	return encode(w, keyturn.State{State: state})
}
