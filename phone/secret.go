package phone

import (
	"fmt"
	"io"
)

// What fmt and logs make of a phone, and of what it keeps and has scanned. A copy of a
// state and the PIN are the phone.
const notShown = "(phone)"

func hide(w fmt.State) { _, _ = io.WriteString(w, notShown) }

// Format implements [fmt.Formatter], for every verb.
func (*Phone) Format(w fmt.State, _ rune) { hide(w) }

// Format implements [fmt.Formatter], for every verb.
func (*Memory) Format(w fmt.State, _ rune) { hide(w) }

// Format implements [fmt.Formatter], for every verb.
func (State) Format(w fmt.State, _ rune) { hide(w) }

// Format implements [fmt.Formatter], for every verb.
func (Device) Format(w fmt.State, _ rune) { hide(w) }

// Format implements [fmt.Formatter], for every verb.
func (*Activation) Format(w fmt.State, _ rune) { hide(w) }

// Format implements [fmt.Formatter], for every verb.
func (r Request) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, r.ID) }
