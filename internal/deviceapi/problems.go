package deviceapi

import (
	"errors"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/notice"
)

// Errors of this door.
var (
	errBody = errors.New("deviceapi: not a request of this API")
	errPath = errors.New("deviceapi: no such call")
)

// A tooMany says how long an address or a device has to wait.
type tooMany struct{ wait time.Duration }

func (t *tooMany) Error() string { return "deviceapi: too many" }

// codes are the errors of spec §16, the first that fits. An unknown device and a
// wrong signature look the same from outside, and so do all reasons why a code
// can't be redeemed: the audit record tells them apart.
var codes = []struct {
	err    error
	status int
	code   string
}{
	{errPath, http.StatusNotFound, "bad_request"},
	{errBody, http.StatusBadRequest, "bad_request"},
	{keyturn.ErrJSON, http.StatusBadRequest, "bad_request"},
	{keyturn.ErrID, http.StatusBadRequest, "bad_request"},
	{notice.ErrUnknown, http.StatusBadRequest, "bad_request"},
	{activation.ErrForm, http.StatusBadRequest, "bad_request"},
	{device.ErrProof, http.StatusBadRequest, "bad_request"},
	{keyturn.ErrPINChange, http.StatusBadRequest, "bad_request"},
	{keyturn.ErrHeader, http.StatusUnauthorized, "use_nonce"},
	{keyturn.ErrNonce, http.StatusUnauthorized, "use_nonce"},
	{device.ErrUnknown, http.StatusUnauthorized, "bad_call"},
	{device.ErrSuspended, http.StatusForbidden, "device_suspended"},
	{device.ErrNew, http.StatusForbidden, "device_suspended"},
	{device.ErrLocked, http.StatusForbidden, "pin_locked"},
	{device.ErrStopped, http.StatusForbidden, "account_stopped"},
	{device.ErrProbation, http.StatusForbidden, "probation"},
	{activation.ErrCode, http.StatusNotFound, "activation_failed"},
	{activation.ErrKey, http.StatusNotFound, "activation_failed"},
	{activation.ErrPhones, http.StatusNotFound, "activation_failed"},
	{activation.ErrClosed, http.StatusConflict, "activation_closed"},
	{activation.ErrProof, http.StatusForbidden, "proof_wrong"},
	{activation.ErrUnlock, http.StatusForbidden, "unlock_refused"},
	{device.ErrUnlock, http.StatusForbidden, "unlock_wrong"},
	{device.ErrPush, http.StatusBadRequest, "push_refused"},
	{device.ErrChange, http.StatusForbidden, "proof_wrong"},
	{device.ErrChangeGone, http.StatusConflict, "change_gone"},
	{device.ErrTooMany, http.StatusTooManyRequests, "too_many"},
	{approval.ErrChanged, http.StatusConflict, "challenge_changed"},
	{approval.ErrRefused, http.StatusBadRequest, "answer_refused"},
	{device.ErrCounter, http.StatusBadRequest, "answer_refused"},
	{device.ErrClone, http.StatusForbidden, "clone_suspected"},
}

// problemOf gives the status and the answer of spec §16 for an error. What isn't
// known is a fault of the server: nothing was approved.
func problemOf(err error) (int, keyturn.Problem) {
	status, p := detailOf(err)
	if p.Code == "" {
		status, p.Code = http.StatusServiceUnavailable, "server_busy"
		for _, c := range codes {
			if errors.Is(err, c.err) {
				status, p.Code = c.status, c.code
				break
			}
		}
	}
	var recorded *audit.Failure
	if errors.As(err, &recorded) {
		p.Reference = recorded.Reference
	} else if p.Code != "use_nonce" {
		p.Reference = keyturn.NewReference()
	}
	return status, p
}

// detailOf gives those errors that carry more than their code.
func detailOf(err error) (int, keyturn.Problem) {
	var (
		pin    *device.WrongPIN
		number *approval.WrongNumber
		gone   *approval.Gone
		end    *device.Gone
		many   *tooMany
		unlock *device.TooMany
		large  *http.MaxBytesError
	)
	switch {
	case errors.As(err, &pin):
		return http.StatusForbidden, keyturn.Problem{Code: "pin_wrong", TriesLeft: &pin.Left}
	case errors.As(err, &number):
		return http.StatusForbidden, keyturn.Problem{Code: "number_wrong", TriesLeft: &number.Left}
	case errors.As(err, &gone):
		return http.StatusGone, keyturn.Problem{Code: "request_gone", State: string(gone.State)}
	case errors.As(err, &end):
		return http.StatusGone, keyturn.Problem{Code: "device_removed", Reason: end.Reason, To: end.To, Time: end.At.Unix()}
	case errors.As(err, &many):
		return http.StatusTooManyRequests, keyturn.Problem{Code: "too_many", RetryAfter: seconds(many.wait)}
	case errors.As(err, &unlock):
		return http.StatusTooManyRequests, keyturn.Problem{Code: "too_many", RetryAfter: seconds(unlock.Wait)}
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, keyturn.Problem{Code: "too_large"}
	}
	return 0, keyturn.Problem{}
}

// seconds rounds up, so that who waits as long as told is not too early.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
