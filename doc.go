// Package keyturn is the protocol by which a phone becomes the second factor of
// an account and approves its sign-ins: what is written, what is signed, and how
// both are checked. It does no I/O, has no clock and keeps no state; a phone, a
// server and a test vector all stand on it.
//
//	browser ── password ──▶ server ── Challenge ──▶ phone
//	   ▲                       │                      │ the person reads it,
//	   │                       │                      │ types the number, unlocks
//	   └────── signed in ──────┴◀───── Answer ────────┘
//
// To read it, begin where everything begins, with a text to sign, and go on in
// the order in which a phone meets the rest:
//
//   - text.go, bytes.go, id.go: texts of lines, and one spelling for each value
//   - key.go: public keys, signatures, MACs
//   - code.go: the code that a person scans or types
//   - exchange.go, redeem.go: a phone becomes a device, with a check code
//   - call.go: each call of a device is signed
//   - challenge.go, answer.go: the question that a device is shown, and its answer
//   - assertion.go, pin.go: the person's part, by the phone's own unlock or a PIN
//   - ocra.go: the same without a network
//   - json.go, wire.go: how it all travels
//
// The words are those of spec/protocol.md, which comments cite as "spec §8.3".
// What is not here: whether a request is still waiting, how often a PIN was
// wrong, and who may do what. A server keeps that.
package keyturn
