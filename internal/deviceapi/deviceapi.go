// Package deviceapi is the JSON API that phones call, spec §14. It decodes, calls
// a service, and encodes; it holds no rule.
package deviceapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// API serves phones. Its fields are set before [API.Routes] is called.
type API struct {
	Origin      string
	Devices     Devices
	PINs        PINs
	Activations Activations
	Approvals   Approvals
	Notices     Notices
	Limits      policy.Limits
	Server      keyturn.ServerInfo // without the time
	Now         func() time.Time
	Log         *slog.Logger

	// Draining ends when the server is about to stop: calls that are held are
	// answered at once.
	Draining context.Context

	rates rates
	tries tries
	paces paces
}

// Devices knows who calls. Package device implements it.
type Devices interface {
	Nonce() string
	Caller(ctx context.Context, call keyturn.Call, header string) (device.Device, error)
	Answers(d device.Device) error
	Leave(ctx context.Context, d device.Device, nonce string, p keyturn.Proof) error
	Subscribe(ctx context.Context, d device.Device, s keyturn.Subscription) (device.PushState, error)
	Unsubscribe(ctx context.Context, d device.Device) error
	TestPush(ctx context.Context, d device.Device) (bool, error)
}

// PINs are changed for a whole phone. Package device implements it.
type PINs interface {
	BeginChange(ctx context.Context, d device.Device, b keyturn.PINBegin) (keyturn.PINBegun, error)
	FinishChange(ctx context.Context, d device.Device, f keyturn.PINFinish) (keyturn.PINEpochs, error)
}

// Activations is the phone's side of an activation. Package activation implements it.
type Activations interface {
	Look(ctx context.Context, code keyturn.Code) (keyturn.Looked, error)
	Redeem(ctx context.Context, r keyturn.Redeem) (keyturn.Redeemed, error)
	Finish(ctx context.Context, d device.Device, f keyturn.Finish) (keyturn.Finished, error)
	Stop(ctx context.Context, d device.Device, in keyturn.Stop) (keyturn.ActivationState, error)
	Progress(ctx context.Context, d device.Device, id string, wait time.Duration) (keyturn.ActivationState, error)
}

// Approvals is the phone's side of a request. Package approval implements it.
type Approvals interface {
	Pending(ctx context.Context, d device.Device, since string, wait time.Duration) (keyturn.Pending, error)
	Seen(ctx context.Context, d device.Device, id, hint string) error
	Answer(ctx context.Context, d device.Device, id string, r keyturn.Reply, nonce string) (approval.State, error)
}

// Notices takes what a phone says to what it was told. Package notice implements it.
type Notices interface {
	Answer(ctx context.Context, d device.Device, number int64, r keyturn.NoticeReply, nonce string) (state string, err error)
}

// Routes returns the whole surface of the API, one line per call. The number is
// how often one device may make it in a minute.
func (a *API) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /v1/server", a.open(a.getServer))
	mux.Handle("POST /v1/activations/look", a.open(a.postLook))
	mux.Handle("POST /v1/activations/redeem", a.open(a.postRedeem))
	mux.Handle("POST /v1/activations/finish", a.signed(10, a.postFinish))
	mux.Handle("POST /v1/activations/stop", a.signed(10, a.postStop))
	mux.Handle("GET /v1/activations/{activation}", a.signed(60, a.getActivation))
	mux.Handle("GET /v1/device", a.signed(60, a.getDevice))
	mux.Handle("POST /v1/device/remove", a.signed(10, a.postRemove))
	mux.Handle("POST /v1/pin/begin", a.signed(10, a.postPINBegin))
	mux.Handle("POST /v1/pin/finish", a.signed(10, a.postPINFinish))
	mux.Handle("GET /v1/pending", a.signed(90, a.getPending))
	mux.Handle("POST /v1/requests/{request}/seen", a.signed(30, a.answering(a.postSeen)))
	mux.Handle("POST /v1/requests/{request}/answer", a.signed(30, a.answering(a.postAnswer)))
	mux.Handle("POST /v1/notices/{notice}", a.signed(30, a.postNotice))
	mux.Handle("PUT /v1/push", a.signed(10, a.putPush))
	mux.Handle("DELETE /v1/push", a.signed(10, a.deletePush))
	mux.Handle("POST /v1/push/test", a.signed(10, a.postPushTest))
	mux.Handle("/v1/", a.open(func(http.ResponseWriter, *http.Request) error { return errPath }))
	return mux
}

// answering lets only devices answer that may: check 2 of spec §8.5.
func (a *API) answering(f call) call {
	return func(w http.ResponseWriter, r *http.Request, by caller) error {
		if err := a.Devices.Answers(by.Device); err != nil {
			return err
		}
		return f(w, r, by)
	}
}
