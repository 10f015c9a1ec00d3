package keyturn

import "encoding/json"

// Every member of an answer of the device API is always there, if empty too: a phone that reads
// it need not guess what a missing member means. Spec §3.

// MarshalJSON writes the members of a request that waits, or of one that ended. Spec §8.2.
func (r PendingRequest) MarshalJSON() ([]byte, error) {
	if r.Challenge == "" {
		return json.Marshal(struct {
			Request string `json:"request"`
			State   string `json:"state"`
			By      string `json:"by"`
		}{r.Request, r.State, r.By})
	}
	return json.Marshal(struct {
		Request   string `json:"request"`
		Challenge string `json:"challenge"`
		ExpiresIn int    `json:"expires_in"`
		TriesLeft int    `json:"tries_left"`
	}{r.Request, r.Challenge, r.ExpiresIn, r.TriesLeft})
}

// MarshalJSON writes the members of an activation that is active, or of any other. Spec §14.
func (s ActivationState) MarshalJSON() ([]byte, error) {
	if s.State == "active" {
		return json.Marshal(struct {
			State    string `json:"state"`
			Replaced string `json:"replaced"`
			Codes    bool   `json:"codes"`
		}{s.State, s.Replaced, s.Codes})
	}
	return json.Marshal(struct {
		State     string `json:"state"`
		Cause     string `json:"cause"`
		TriesLeft int    `json:"tries_left,omitempty"`
	}{s.State, s.Cause, s.TriesLeft})
}

// MarshalJSON adds to what every device is told why a suspended one is. Spec §8.2.
func (d DeviceState) MarshalJSON() ([]byte, error) {
	type always DeviceState // with Reason, To and Time only if they aren't empty
	if d.State != "suspended" {
		return json.Marshal(always(d))
	}
	return json.Marshal(struct {
		always
		Reason string `json:"reason"`
		To     string `json:"to"`
		Time   int64  `json:"time"`
	}{always(d), d.Reason, d.To, d.Time})
}

// MarshalJSON adds to a problem what the one with this code always has. Spec §12.2, §16.
func (p Problem) MarshalJSON() ([]byte, error) {
	type some Problem // with each of its members only if it isn't empty
	if p.Code != ProblemDeviceRemoved {
		return json.Marshal(some(p))
	}
	return json.Marshal(struct {
		some
		Reason string `json:"reason"`
		To     string `json:"to"`
		Time   int64  `json:"time"`
	}{some(p), p.Reason, p.To, p.Time})
}
