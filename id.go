package keyturn

import (
	"crypto/rand"
	"errors"
	"strings"
)

// Prefixes of ids. An id is a prefix and 26 symbols of A–Z and 2–7, which are
// 130 random bits. It is a name and no secret: knowing one gives no right.
// Spec §3.
const (
	AccountID    = "acc_"
	DeviceID     = "dev_"
	ActivationID = "act_"
	RequestID    = "req_"
	SessionID    = "ses_"
	VisitID      = "vis_"
	PhoneID      = "pho_" // of a phone with several devices; never leaves the server
)

// ErrID reports a text that is not an id of the kind it should be.
var ErrID = errors.New("keyturn: not an id of this kind")

const (
	idLength  = 26
	idSymbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// NewID draws an id with one of the prefixes above.
func NewID(prefix string) string {
	return prefix + rand.Text()[:idLength] // drawn from idSymbols; a later Go may return more
}

// ParseID returns s if it is an id with that prefix, else [ErrID].
func ParseID(prefix, s string) (string, error) {
	name, ok := strings.CutPrefix(s, prefix)
	if !ok || len(name) != idLength || strings.Trim(name, idSymbols) != "" {
		return "", ErrID
	}
	return s, nil
}

// named reports whether two texts are the ids of a request and a device.
func named(request, device string) bool {
	_, errRequest := ParseID(RequestID, request)
	_, errDevice := ParseID(DeviceID, device)
	return errRequest == nil && errDevice == nil
}

// NewReference draws the 8 symbols by which a person's error and the server's
// record of it find each other. Spec §16.
func NewReference() string { return draw(8) }

// GroupedReference shows a reference as people read it: "7K3M-9QXA".
func GroupedReference(s string) string { return grouped(s, 4) }
