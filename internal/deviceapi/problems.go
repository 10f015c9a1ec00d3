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
	"keyturn/internal/policy"
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
	{errPath, http.StatusNotFound, keyturn.ProblemBadRequest},
	{errBody, http.StatusBadRequest, keyturn.ProblemBadRequest},
	{keyturn.ErrJSON, http.StatusBadRequest, keyturn.ProblemBadRequest},
	{keyturn.ErrID, http.StatusBadRequest, keyturn.ProblemBadRequest},
	{notice.ErrUnknown, http.StatusBadRequest, keyturn.ProblemBadRequest},
	{activation.ErrForm, http.StatusBadRequest, keyturn.ProblemBadRequest},
	{device.ErrProof, http.StatusBadRequest, keyturn.ProblemBadRequest},
	{keyturn.ErrPINChange, http.StatusBadRequest, keyturn.ProblemBadRequest},
	{keyturn.ErrHeader, http.StatusUnauthorized, keyturn.ProblemUseNonce},
	{keyturn.ErrNonce, http.StatusUnauthorized, keyturn.ProblemUseNonce},
	{device.ErrUnknown, http.StatusUnauthorized, keyturn.ProblemBadCall},
	{device.ErrSuspended, http.StatusForbidden, keyturn.ProblemDeviceSuspended},
	{device.ErrNew, http.StatusForbidden, keyturn.ProblemDeviceSuspended},
	{device.ErrLocked, http.StatusForbidden, keyturn.ProblemPINLocked},
	{device.ErrStopped, http.StatusForbidden, keyturn.ProblemAccountStopped},
	{device.ErrProbation, http.StatusForbidden, keyturn.ProblemProbation},
	{activation.ErrCode, http.StatusNotFound, keyturn.ProblemActivationFailed},
	{activation.ErrKey, http.StatusNotFound, keyturn.ProblemActivationFailed},
	{activation.ErrPhones, http.StatusNotFound, keyturn.ProblemActivationFailed},
	{activation.ErrClosed, http.StatusConflict, keyturn.ProblemActivationClosed},
	{activation.ErrProof, http.StatusForbidden, keyturn.ProblemProofWrong},
	{activation.ErrUnlock, http.StatusForbidden, keyturn.ProblemUnlockRefused},
	{device.ErrUnlock, http.StatusForbidden, keyturn.ProblemUnlockWrong},
	{device.ErrPush, http.StatusBadRequest, keyturn.ProblemPushRefused},
	{device.ErrChange, http.StatusForbidden, keyturn.ProblemProofWrong},
	{device.ErrChangeGone, http.StatusConflict, keyturn.ProblemChangeGone},
	{policy.ErrTooMany, http.StatusTooManyRequests, keyturn.ProblemTooMany},
	{approval.ErrChanged, http.StatusConflict, keyturn.ProblemChallengeChanged},
	{approval.ErrRefused, http.StatusBadRequest, keyturn.ProblemAnswerRefused},
	{device.ErrCounter, http.StatusBadRequest, keyturn.ProblemAnswerRefused},
	{device.ErrClone, http.StatusForbidden, keyturn.ProblemCloneSuspected},
}

// problemOf gives the status and the answer of spec §16 for an error. What isn't
// known is a fault of the server: nothing was approved.
func problemOf(err error) (int, keyturn.Problem) {
	status, p := detailOf(err)
	if p.Code == "" {
		status, p.Code = http.StatusServiceUnavailable, keyturn.ProblemServerBusy
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
	} else if p.Code != keyturn.ProblemUseNonce {
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
		unlock *policy.TooMany
		large  *http.MaxBytesError
	)
	switch {
	case errors.As(err, &pin):
		return http.StatusForbidden, keyturn.Problem{Code: keyturn.ProblemPINWrong, TriesLeft: &pin.Left}
	case errors.As(err, &number):
		return http.StatusForbidden, keyturn.Problem{Code: keyturn.ProblemNumberWrong, TriesLeft: &number.Left}
	case errors.As(err, &gone):
		return http.StatusGone, keyturn.Problem{Code: keyturn.ProblemRequestGone, State: string(gone.State)}
	case errors.As(err, &end):
		return http.StatusGone, keyturn.Problem{Code: keyturn.ProblemDeviceRemoved, Reason: end.Reason, To: end.To, Time: end.At.Unix()}
	case errors.As(err, &many):
		return http.StatusTooManyRequests, keyturn.Problem{Code: keyturn.ProblemTooMany, RetryAfter: seconds(many.wait)}
	case errors.As(err, &unlock):
		return http.StatusTooManyRequests, keyturn.Problem{Code: keyturn.ProblemTooMany, RetryAfter: seconds(unlock.Wait)}
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, keyturn.Problem{Code: keyturn.ProblemTooLarge}
	}
	return 0, keyturn.Problem{}
}

// seconds rounds up, so that who waits as long as told is not too early.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
