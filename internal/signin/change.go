package signin

import (
	"errors"
	"net/http"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/door"
)

// after is where a person goes when their request is redeemed.
func after(req approval.Request) string {
	switch req.Action {
	case keyturn.AddPhone, keyturn.MovePhone:
		return "/phones/activation"
	case keyturn.RemovePhone:
		return "/phones"
	case keyturn.RecoveryCodes:
		return "/recovery-codes"
	case keyturn.ChangePassword:
		return "/password"
	}
	return door.Onward(req.Visit)
}

// change makes the change that a request was approved for, in the session that asked for
// it; the services refuse any other, A25 A88. A new password is made by the form that its
// approval opens.
func (in *SignIn) change(w http.ResponseWriter, r *http.Request, s door.Session, req approval.Request) error {
	next, err := after(req), error(nil)
	switch req.Action {
	case keyturn.AddPhone:
		_, err = in.Activations.Begin(r.Context(), in.By(r, activation.By{Account: s.Account, Session: s.ID, Purpose: activation.Add, Approval: req.ID}))
	case keyturn.MovePhone:
		_, err = in.Activations.Begin(r.Context(), in.By(r, activation.By{Account: s.Account, Session: s.ID, Purpose: activation.Move,
			Approval: req.ID, Old: req.Target}))
	case keyturn.RemovePhone:
		next, err = in.remove(r, s, req)
	}
	if err != nil {
		return err
	}
	return door.See(w, r, next)
}

// remove removes the phone that the request named, and returns where that is said.
func (in *SignIn) remove(r *http.Request, s door.Session, req approval.Request) (string, error) {
	d, err := in.Devices.RemoveApproved(r.Context(), req.ID, s.ID)
	if errors.Is(err, device.ErrUnknown) { // done already, by the same form
		return after(req), nil
	}
	return after(req) + "?removed=" + d.ID, err
}
