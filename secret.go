package keyturn

import (
	"fmt"
	"io"
	"log/slog"
)

// None of these may be found in a log, or in what fmt makes of a value that has one. Each
// says so itself; whoever is to show one calls its String or converts it.
const notShown = "(secret)"

var secret = slog.StringValue(notShown)

func hide(w fmt.State) { _, _ = io.WriteString(w, notShown) }

// A Secret is a text that neither fmt nor a log shows, such as a password. string(s) is
// the text.
type Secret string

// Format implements [fmt.Formatter], for every verb.
func (Secret) Format(w fmt.State, _ rune) { hide(w) }

// MarshalText implements [encoding.TextMarshaler]: a log in JSON makes JSON of what a
// secret stands in.
func (Secret) MarshalText() ([]byte, error) { return []byte(notShown), nil }

// Format implements [fmt.Formatter], for every verb.
func (Code) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (Code) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb.
func (RecoveryCode) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (RecoveryCode) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb.
func (SignInLink) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (SignInLink) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb.
func (Keys) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (Keys) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb. A MAC allows to test PINs. Spec §4.3.
func (Proof) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (Proof) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb. A text holds the number, and a reply the proof.
func (Reply) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (Reply) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb. It has the PIN.
func (OCRAInput) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (OCRAInput) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb. Its value is the number, or a QR code's secret.
func (Answer) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (Answer) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb. It has a MAC, as a proof has.
func (Finish) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (Finish) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb. It has MACs, as proofs have.
func (PINItem) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (PINItem) LogValue() slog.Value { return secret }

// Format implements [fmt.Formatter], for every verb. Of a pointer in a value that %s is not
// for, fmt prints all that it points to and asks no method of it: not that of a proof either.
func (Via) Format(w fmt.State, _ rune) { hide(w) }

// LogValue implements [slog.LogValuer].
func (Via) LogValue() slog.Value { return secret }
