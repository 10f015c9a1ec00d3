package deviceapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"keyturn"
	"keyturn/internal/approval"
)

const longestWait = 25 // seconds, spec §8.2

// getPending returns what waits for a device. With a version it is held until
// there is something else to say.
func (a *API) getPending(w http.ResponseWriter, r *http.Request, by caller) error {
	in, err := query(r, "wait", "since")
	if err != nil {
		return err
	}
	wait, err := waitOf(in["wait"])
	if err != nil {
		return err
	}
	pending, err := held(a, r, wait, func(ctx context.Context, wait time.Duration) (keyturn.Pending, error) {
		if wait > 0 {
			if err := a.paces.wait(ctx, by.ID); err != nil {
				return keyturn.Pending{}, err
			}
			defer a.paces.answered(by.ID, time.Now())
		}
		return a.Approvals.Pending(ctx, by.Device, in["since"], wait)
	})
	if err != nil {
		return err
	}
	return encode(w, pending)
}

// waitOf reads the seconds that a call may be held: 0 to 25, no leading zero.
func waitOf(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > longestWait || strconv.Itoa(n) != s {
		return 0, errBody
	}
	return time.Duration(n) * time.Second, nil
}

// held runs a call that waits. It ends when the phone goes; when the server is
// about to stop, the phone gets what there is now, and asks again.
func held[T any](
	a *API, r *http.Request, wait time.Duration, f func(ctx context.Context, wait time.Duration) (T, error),
) (T, error) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(a.Draining, cancel)()
	got, err := f(ctx, wait)
	if err != nil && a.Draining.Err() != nil && r.Context().Err() == nil {
		return f(r.Context(), 0)
	}
	return got, err
}

// hints are what a phone may say of itself, spec §14.
var hints = []string{approval.SeenOpened, approval.SeenScanned, approval.SeenUnlocking}

// postSeen keeps a hint for the waiting page. It is evidence of nothing.
func (a *API) postSeen(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.Seen
	if err := decode(w, r, &in); err != nil {
		return err
	}
	id, err := keyturn.ParseID(keyturn.RequestID, r.PathValue("request"))
	if err != nil || !slices.Contains(hints, in.At) {
		return errBody
	}
	if err := a.Approvals.Seen(r.Context(), by.Device, id, in.At); err != nil {
		return err
	}
	return encode(w, struct{}{})
}
