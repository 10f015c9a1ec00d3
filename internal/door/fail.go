package door

import (
	"errors"
	"log/slog"
	"net/http"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/entry"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// To who reads the log the doors for people are one, the portal.
var (
	ErrMissing = errors.New("portal: no such page")
	errForeign = errors.New("portal: the request comes from another site")

	errRecovered = errors.New("portal: a recovery code signs in, and opens no other change than a new phone")
)

// refuse is what the guard shows.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, status int) {
	d.unshown(r, d.Page.Error(w, r, status, ""))
}

// unshown logs that a page could not be shown.
func (d *Door) unshown(r *http.Request, err error) {
	if err != nil {
		d.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.Any("err", err))
	}
}

// Fail logs what a handler returned, once, and shows as much of it as a
// stranger may know.
func (d *Door) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if page.Left(r, err) {
		return
	}
	status, reference, level := StatusOf(err), ReferenceOf(err), slog.LevelInfo
	if status == http.StatusInternalServerError {
		level = slog.LevelError
		if reference == "" {
			reference = keyturn.NewReference()
		}
	}
	d.Log.LogAttrs(r.Context(), level, "page call failed", slog.String("route", r.Pattern),
		slog.Int("status", status), slog.String("reference", reference), slog.Any("err", err))
	if end, ok := endOf(err, d.Limits); ok {
		d.unshown(r, d.Show(w, r, status, OutcomePage{Outcome: end, Reference: keyturn.GroupedReference(reference)}))
		return
	}
	d.unshown(r, d.Page.Error(w, r, status, reference))
}

// Guessed logs a password or a recovery code that was wrong, or was not looked at after
// too many wrong ones: one line for each, with the address that a program may shut out
// (SECURITY.md has the filter) and the reference that leads to the record. What was
// typed is not in it: people type passwords into the field of the name.
func (d *Door) Guessed(r *http.Request, of string, err error) {
	d.Log.LogAttrs(r.Context(), slog.LevelInfo, "guess refused", slog.String("of", of), slog.String("address", page.Counted(r)),
		slog.String("reference", ReferenceOf(err)), slog.Any("err", err))
}

// StatusOf gives the errors that no page explains their status. A wrong or
// missing cookie looks like an unknown request, spec §9.4.
func StatusOf(err error) int {
	for status, causes := range statuses {
		for _, cause := range causes {
			if errors.Is(err, cause) {
				return status
			}
		}
	}
	return http.StatusInternalServerError
}

var statuses = map[int][]error{
	http.StatusForbidden: {errForeign},
	http.StatusNotFound:  {ErrMissing, session.ErrNone, approval.ErrUnknown, activation.ErrUnknown, device.ErrUnknown, entry.ErrNoVisit},
	http.StatusConflict: {approval.ErrReplaced, approval.ErrNoPhone, activation.ErrPurpose, activation.ErrApproval, activation.ErrPhones,
		activation.ErrLost, device.ErrProbation, errRecovered, entry.ErrEnded},
	http.StatusTooManyRequests:    {policy.ErrTooMany, approval.ErrFull, errStreams},
	http.StatusServiceUnavailable: {account.ErrBusy},
}

// ReferenceOf is the reference under which a service has recorded err.
func ReferenceOf(err error) string {
	var recorded *audit.Failure
	if errors.As(err, &recorded) {
		return recorded.Reference
	}
	return ""
}
