package deviceapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/policy"
)

// postLook says what a code is for. Looking uses nothing up, spec §6.2.
func (a *API) postLook(w http.ResponseWriter, r *http.Request) error {
	return a.tried(r, "look", a.Limits.Looks, func() error {
		var in keyturn.Look
		if err := decode(w, r, &in); err != nil {
			return err
		}
		if err := coded(in.Code); err != nil {
			return err
		}
		looked, err := a.Activations.Look(r.Context(), in.Code)
		if err != nil {
			return err
		}
		return encode(w, looked)
	})
}

// postRedeem ends a code and makes a device of it, spec §6.3.
func (a *API) postRedeem(w http.ResponseWriter, r *http.Request) error {
	return a.tried(r, "redeem", a.Limits.Redeems, func() error {
		var in keyturn.Redeem
		if err := decode(w, r, &in); err != nil {
			return err
		}
		if err := coded(in.Code); err != nil {
			return err
		}
		redeemed, err := a.Activations.Redeem(r.Context(), in)
		if err != nil {
			return err
		}
		return encode(w, redeemed)
	})
}

// tried takes a try of the address before anything is read, and gives it back unless
// the code was wrong, or what came is no call at all: a phone of ours sends none.
func (a *API) tried(r *http.Request, what string, rate policy.Rate, f func() error) error {
	if err := a.take(r, what, rate); err != nil {
		return err
	}
	err := f()
	status, _ := problemOf(err)
	wrong := errors.Is(err, activation.ErrCode) || status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge
	if err == nil || !wrong {
		a.giveBack(r, what)
	}
	return err
}

// coded refuses what can't be an activation code.
func coded(code keyturn.Code) error {
	if _, err := keyturn.ParseCanonicalCode(string(code)); err != nil {
		return errBody
	}
	return nil
}

// postFinish ends the key agreement, spec §6.5. The device may be in any state:
// the activation knows.
func (a *API) postFinish(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.Finish
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if _, err := keyturn.ParseID(keyturn.ActivationID, in.Activation); err != nil {
		return err
	}
	finished, err := a.Activations.Finish(r.Context(), by.Device, in)
	if err != nil {
		return err
	}
	return encode(w, finished)
}

// postStop ends a set-up from its phone, spec §6.6.
func (a *API) postStop(w http.ResponseWriter, r *http.Request, by caller) error {
	var in keyturn.Stop
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if _, err := keyturn.ParseID(keyturn.ActivationID, in.Activation); err != nil {
		return err
	}
	state, err := a.Activations.Stop(r.Context(), by.Device, in)
	if err != nil {
		return err
	}
	return encode(w, state)
}

// getActivation waits for the activation's end, spec §6.6.
func (a *API) getActivation(w http.ResponseWriter, r *http.Request, by caller) error {
	id, err := keyturn.ParseID(keyturn.ActivationID, r.PathValue("activation"))
	if err != nil {
		return err
	}
	in, err := query(r, "wait")
	if err != nil {
		return err
	}
	wait, err := waitOf(in["wait"])
	if err != nil {
		return err
	}
	state, err := held(a, r, wait, func(ctx context.Context, wait time.Duration) (keyturn.ActivationState, error) {
		return a.Activations.Progress(ctx, by.Device, id, wait)
	})
	if err != nil {
		return err
	}
	return encode(w, state)
}
