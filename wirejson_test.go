package keyturn_test

import (
	"encoding/json"
	"testing"

	"keyturn"
)

// What the spec says an answer has is there, if it is empty too, and nothing else is.
func TestMembersOfAnswers(t *testing.T) {
	left := 0
	for _, tt := range []struct {
		name   string
		answer any
		want   string
	}{
		{"a request that nobody answered", keyturn.PendingRequest{Request: "req_A", State: "expired"},
			`{"request":"req_A","state":"expired","by":""}`},
		{"one that a phone answered", keyturn.PendingRequest{Request: "req_A", State: "approved", By: "Pixel 9"},
			`{"request":"req_A","state":"approved","by":"Pixel 9"}`},
		{"one that waits, whose last try is judged", keyturn.PendingRequest{Request: "req_A", Challenge: "c", ExpiresIn: 9},
			`{"request":"req_A","challenge":"c","expires_in":9,"tries_left":0}`},
		{"an activation that waits", keyturn.ActivationState{State: "checking"}, `{"state":"checking","cause":""}`},
		{"one after wrong digits", keyturn.ActivationState{State: "checking", TriesLeft: 2}, `{"state":"checking","cause":"","tries_left":2}`},
		{"one that was cancelled", keyturn.ActivationState{State: "cancelled", Cause: "digits"}, `{"state":"cancelled","cause":"digits"}`},
		{"one that is active and stands for no other phone", keyturn.ActivationState{State: "active"},
			`{"state":"active","replaced":"","codes":false}`},
		{"an active device", keyturn.DeviceState{State: "active", Push: "ok", PINTriesLeft: 5, PINEpoch: 1},
			`{"state":"active","pin_tries_left":5,"pin_epoch":1,"push":"ok","probation_ends_in":0}`},
		{"a suspended one whose place no phone took", keyturn.DeviceState{State: "suspended", Push: "off", Reason: "operator", Time: 9},
			`{"state":"suspended","pin_tries_left":0,"pin_epoch":0,"push":"off","probation_ends_in":0,"reason":"operator","to":"","time":9}`},
		{"a device that was removed and whose account is nowhere else", keyturn.Problem{Code: "device_removed", Reference: "7K3M9QXA", Reason: "removed", Time: 9},
			`{"error":"device_removed","reference":"7K3M9QXA","reason":"removed","to":"","time":9}`},
		{"a wrong PIN without a try left", keyturn.Problem{Code: "pin_wrong", TriesLeft: &left}, `{"error":"pin_wrong","tries_left":0}`},
		{"any other problem", keyturn.Problem{Code: "use_nonce"}, `{"error":"use_nonce"}`},
	} {
		got, err := json.Marshal(tt.answer)
		if string(got) != tt.want || err != nil {
			t.Errorf("%s: %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}
