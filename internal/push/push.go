// Package push wakes phones by Web Push (RFC 8030, 8188, 8291, 8292). A push says
// "look now" and nothing else. The phone then asks the server what is waiting, as it
// also does without pushes. Spec §13.
//
// Where a push goes is an address that a stranger chose, so each one passes a
// [Guard], at registration and again when it is dialed.
package push
