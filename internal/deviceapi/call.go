package deviceapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/page"
)

const maxBody = 16 << 10 // bytes; the largest valid body is under 4 KiB

// A caller is a device that has signed its call.
type caller struct {
	device.Device
	Nonce string // of the call
}

// A call is a handler that returns its error. [API.open] and [API.signed] make
// handlers of it.
type call func(w http.ResponseWriter, r *http.Request, by caller) error

// open lets anyone call f.
func (a *API) open(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.prepare(w)
		err := a.sameOrigin(r)
		if err == nil {
			err = f(w, r)
		}
		a.fail(w, r, err)
	})
}

// signed lets f be called only by a device that signed the call, spec §7, and at
// most so often in a minute. A handler can't be reached unsigned: Routes says for
// each call who may make it.
func (a *API) signed(most int, f call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.prepare(w)
		by, err := a.caller(w, r)
		if err == nil {
			err = a.rates.take(by.ID+" "+r.Pattern, most, a.Now())
		}
		if err == nil {
			err = f(w, r, by)
		}
		a.fail(w, r, err)
	})
}

// prepare sets what every answer carries: a fresh nonce, and no store.
func (a *API) prepare(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Keyturn-Nonce", a.Devices.Nonce())
	h.Set("X-Content-Type-Options", "nosniff")
}

// sameOrigin refuses calls that another site's page makes. Phones that are no
// browsers send no Origin.
func (a *API) sameOrigin(r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" && origin != a.Origin {
		return errBody
	}
	return nil
}

// caller checks who calls. The body is read once and put back for the handler:
// its hash is part of what was signed.
func (a *API) caller(w http.ResponseWriter, r *http.Request) (caller, error) {
	if err := a.sameOrigin(r); err != nil {
		return caller{}, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return caller{}, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	header := r.Header.Get("Authorization")
	c := keyturn.Call{Origin: a.Origin, Method: r.Method, Target: r.URL.RequestURI(), Body: body}
	dev, err := a.Devices.Caller(r.Context(), c, header)
	if err != nil {
		return caller{}, a.wrongCall(r, err)
	}
	dev.Address = page.Addr(r)
	auth, err := keyturn.ParseAuthorization(header)
	return caller{dev, auth.Nonce}, err
}

// wrongCall counts a call that was not signed by its device against the address
// that it came from: it never counts against the device.
func (a *API) wrongCall(r *http.Request, err error) error {
	if !errors.Is(err, device.ErrUnknown) {
		return err
	}
	if full := a.take(r, "call", a.Limits.Calls); full != nil {
		return full
	}
	return err
}

// decode reads the body into a struct, strictly: spec §3. A call with a body has no
// parameters.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	if _, err := query(r); err != nil {
		return err
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return errBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	return keyturn.DecodeJSON(body, into)
}

// encode writes an answer. A phone that has gone can't be told anything.
func encode(w http.ResponseWriter, v any) error {
	_ = json.NewEncoder(w).Encode(v)
	return nil
}

// query reads a query that has none but the named parameters, each at most once.
func query(r *http.Request, names ...string) (map[string]string, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, errBody
	}
	out := map[string]string{}
	for _, name := range names {
		if v, ok := values[name]; ok {
			out[name] = v[0]
			if len(v) != 1 {
				return nil, errBody
			}
			delete(values, name)
		}
	}
	if len(values) > 0 {
		return nil, errBody
	}
	return out, nil
}

// busy is how long whoever is one too many is asked to wait, in seconds.
const busy = 3

// Busy answers that the server can't answer now. It looks at nothing, and logs nothing: of
// those calls there may be many.
func (a *API) Busy(w http.ResponseWriter, _ *http.Request) {
	a.prepare(w)
	w.Header().Set("Retry-After", strconv.Itoa(busy))
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = encode(w, keyturn.Problem{Code: keyturn.ProblemServerBusy}) // nobody may be there any more
}

// fail sends an error as its code, and logs it once. What a stranger could learn
// from it stays in the log.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil || page.Left(r, err) {
		return
	}
	status, problem := problemOf(err)
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if problem.Code != keyturn.ProblemUseNonce { // part of every phone's first call
		a.Log.LogAttrs(r.Context(), level, "device call failed", slog.String("route", r.Pattern),
			slog.String("code", problem.Code), slog.String("reference", problem.Reference),
			slog.String("address", page.Addr(r)), slog.Any("err", err))
	}
	if problem.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(problem.RetryAfter))
	}
	w.WriteHeader(status)
	_ = encode(w, problem)
}
