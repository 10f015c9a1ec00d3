package keyturn

import (
	"cmp"
	"maps"
	"slices"
)

// The JSON of the device API, spec §6, §8, §11 to §14 and §16. A server reads what it
// gets with [DecodeJSON]; a phone ignores members that it doesn't know.

// A Look asks what a code is for, and changes nothing but its life. Spec §6.2.
type Look struct {
	Code Code `json:"code"`
}

// Looked is what a phone shows the person before a code is redeemed.
type Looked struct {
	Account   AccountName `json:"account"`
	Replaces  string      `json:"replaces,omitempty"` // name of the phone that ends, or was named as lost
	Service   string      `json:"service"`            // who runs the server
	Unlock    []Unlock    `json:"unlock"`             // what the operator allows, never empty
	PIN       PINRules    `json:"pin"`
	CheckCode bool        `json:"check_code"` // digits will have to be carried to the browser
	ExpiresIn int         `json:"expires_in"` // seconds
	Made      MadeIn      `json:"made"`
}

// MadeIn says where a code was made, so that a person can notice that it wasn't
// their own browser.
type MadeIn struct {
	Browser string `json:"browser"`
	Place   string `json:"place"`
	Time    int64  `json:"time"` // Unix seconds
}

// PINRules are the lengths of a PIN that the operator allows, in characters.
type PINRules struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// An AccountName is an account as the person knows it.
type AccountName struct {
	Name string `json:"name"`
}

// An AccountRef is an account with its id.
type AccountRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Redeemed is the server's part of the key agreement. A phone accepts one, ever.
type Redeemed struct {
	Activation string     `json:"activation"`
	Device     string     `json:"device"`
	Account    AccountRef `json:"account"`
	ServerKey  Bytes      `json:"server_key"` // 65 bytes
	Nonce      Bytes      `json:"nonce"`      // 32 bytes
	FinishIn   int        `json:"finish_in"`  // seconds
}

// A Finish shows the server that the phone has the same keys. Spec §6.5.
type Finish struct {
	Activation string        `json:"activation"`
	PhoneNonce Bytes         `json:"phone_nonce"` // 32 bytes, committed to by the redeem
	Proof      Bytes         `json:"proof"`       // MAC under Kk of [FinishText]
	Credential *Registration `json:"credential,omitempty"`
}

// A Registration is a new WebAuthn credential, or names the device whose
// credential the new one shares.
type Registration struct {
	ID                Bytes  `json:"id,omitempty"`
	AttestationObject Bytes  `json:"attestation_object,omitempty"`
	ClientData        Bytes  `json:"client_data,omitempty"`
	SameAs            string `json:"same_as,omitempty"` // a device, and nothing else is set
}

// Finished says how the activation goes on.
type Finished struct {
	State   string `json:"state"`    // checking, or active if no check code is asked
	CheckIn int    `json:"check_in"` // seconds that the person has to type the digits
}

// A Stop ends a set-up from the phone. Spec §6.6.
type Stop struct {
	Activation string `json:"activation"`
	Cause      string `json:"cause"` // person, storage or answer
}

// An ActivationState is what a phone waits for.
type ActivationState struct {
	State string `json:"state"`
	Cause string `json:"cause,omitempty"` // digits, person, newer, time, proof or empty

	// Of an active one: name of the phone that this one stands for now, and whether
	// recovery codes are waiting in the browser.
	Replaced string `json:"replaced,omitempty"`
	Codes    bool   `json:"codes,omitempty"`

	// While checking, after wrong digits: how many tries are left on the computer.
	TriesLeft int `json:"tries_left,omitempty"`
}

// A ServerInfo says what a server speaks. Spec §14.
type ServerInfo struct {
	Name      string            `json:"name"`
	Names     map[string]string `json:"names,omitempty"` // of the organisation, in some languages; nobody signs them
	Origin    string            `json:"origin"`
	Version   string            `json:"version"`  // of the program, for display only; may be empty
	Versions  []string          `json:"versions"` // of the protocol
	VAPIDKey  Bytes             `json:"vapid_key"`
	Unlock    []Unlock          `json:"unlock"`
	PIN       PINRules          `json:"pin"`
	Languages []string          `json:"languages"`
	Time      int64             `json:"time"` // Unix seconds, for display only
}

// In is a name as people of a language, such as "zh-Hans", read it: one of the organisation's names
// is the one of that language, and any other stays. Never for what is signed, which is shown as it
// is: the names are in no signature. Attack A14.
func (i ServerInfo) In(lang, name string) string {
	if name != i.Name && !slices.Contains(slices.Collect(maps.Values(i.Names)), name) {
		return name
	}
	return cmp.Or(i.Names[lang], i.Name)
}

// Pending is everything that waits for a device. Spec §8.2.
type Pending struct {
	Version  string           `json:"version"`  // opaque; given back to wait for a change
	Requests []PendingRequest `json:"requests"` // never null
	Device   DeviceState      `json:"device"`
	Notices  []Notice         `json:"notices"` // never null
}

// A PendingRequest is a request that waits, with its challenge, or one that
// ended a short time ago, with its state.
type PendingRequest struct {
	Request   string `json:"request"`
	Challenge string `json:"challenge,omitempty"`  // the text
	ExpiresIn int    `json:"expires_in,omitempty"` // seconds
	TriesLeft int    `json:"tries_left,omitempty"` // at the number
	State     string `json:"state,omitempty"`      // only if it ended
	By        string `json:"by,omitempty"`         // name of the phone that answered
}

// A DeviceState is what a device may know about itself.
type DeviceState struct {
	State           string `json:"state"` // of spec §12.1
	PINTriesLeft    int    `json:"pin_tries_left"`
	PINEpoch        int64  `json:"pin_epoch"`         // which of its sealed keys is the one
	Push            string `json:"push"`              // ok, off or lost
	ProbationEndsIn int64  `json:"probation_ends_in"` // seconds, 0 if there is none

	// Of a suspended device: why, for which phone, since when.
	Reason string `json:"reason,omitempty"`
	To     string `json:"to,omitempty"`
	Time   int64  `json:"time,omitempty"` // Unix seconds
}

// A Notice tells a phone what happened to its account.
type Notice struct {
	Notice int64  `json:"notice"` // number, for the call that answers it
	Kind   string `json:"kind"`   // such as "phone_added"
	Time   int64  `json:"time"`   // Unix seconds
	Detail string `json:"detail"` // name of the phone, or how many recovery codes are left

	From      string `json:"from,omitempty"`      // phone_moved: name of the phone before
	Place     string `json:"place,omitempty"`     // where it was done, if that is known
	Reference string `json:"reference,omitempty"` // 8 symbols, for the help desk
	// An alarm with a proof does more: it pauses the phone that it is about, or ends the recovery codes.
	Pause bool `json:"pause,omitempty"`
}

// A NoticeReply says that a notice was seen, or raises the alarm. Spec §12.5.
type NoticeReply struct {
	Action string `json:"action"`          // seen or alarm
	Proof  *Proof `json:"proof,omitempty"` // over [AlarmText]: stops a device on probation too
}

// DeviceInfo is a device with its account and who runs the server.
type DeviceInfo struct {
	Device  DeviceState `json:"device"`
	Account AccountRef  `json:"account"`
	Service string      `json:"service"`
}

// Seen hints how far a person is with a request. It is evidence of nothing.
type Seen struct {
	At string `json:"at"` // opened or unlocking
}

// Remove ends the device that calls.
type Remove struct {
	Proof Proof `json:"proof"` // over [RemoveText]
}

// A State is the answer of a call that moved something on.
type State struct {
	State string `json:"state"`
}

// A Subscription is where pushes to a device go. Spec §13.1.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	P256DH   Bytes  `json:"p256dh"` // 65 bytes
	Auth     Bytes  `json:"auth"`   // 16 bytes

	// Lang is the language in which the phone wants to be told, one of those of the
	// server. Empty or another: that of its account.
	Lang string `json:"lang,omitempty"`
}

// A PushState says whether pushes are sent to a device: ok, off or lost.
type PushState struct {
	Push string `json:"push"`
}

// PushSent says that a push is on its way.
type PushSent struct {
	Sent bool `json:"sent"`
}

// PINBegin begins a PIN change for one device. Spec §11.2.
type PINBegin struct {
	AgreeKey Bytes `json:"agree_key"` // 65 bytes
}

// PINBegun is the server's part of a [PINChange].
type PINBegun struct {
	ServerKey Bytes `json:"server_key"` // 65 bytes
	Nonce     Bytes `json:"nonce"`      // 32 bytes
	Epoch     int64 `json:"epoch"`      // of the new key
	FinishIn  int   `json:"finish_in"`  // seconds
}

// PINFinish changes the PIN of all devices of a phone, or of none.
type PINFinish struct {
	Items []PINItem `json:"items"`
}

// A PINItem proves the old and the new key of one device over [PINChange.Text].
type PINItem struct {
	Device    string `json:"device"`
	Epoch     int64  `json:"epoch"`
	OldProof  Bytes  `json:"old_proof"` // 32 bytes
	NewProof  Bytes  `json:"new_proof"` // 32 bytes
	Signature Bytes  `json:"signature"` // 64 bytes
}

// PINEpochs are the epochs of the devices after a change.
type PINEpochs struct {
	Epochs map[string]int64 `json:"epochs"`
}

// A Problem is the answer to a call that failed. Its code is stable; what a
// person reads comes from the catalogue. Spec §16.
type Problem struct {
	Code       string `json:"error"`
	Reference  string `json:"reference,omitempty"` // 8 symbols, also in the server's record
	TriesLeft  *int   `json:"tries_left,omitempty"`
	State      string `json:"state,omitempty"`  // request_gone: of the request
	Reason     string `json:"reason,omitempty"` // device_removed: such as "moved"
	To         string `json:"to,omitempty"`     // device_removed: name of the phone that has the account now
	Time       int64  `json:"time,omitempty"`   // device_removed: Unix seconds
	RetryAfter int    `json:"-"`                // too_many: seconds, of the header Retry-After
}

// Error implements error.
func (p *Problem) Error() string {
	if p.Reference == "" {
		return "keyturn: server says " + p.Code
	}
	return "keyturn: server says " + p.Code + ", reference " + p.Reference
}
