package device

import (
	"time"

	"keyturn"
	"keyturn/internal/policy"
)

// Shown is what a device may know about itself, spec §8.2.
func (d Device) Shown(now time.Time, l policy.Limits) keyturn.DeviceState {
	shown := keyturn.DeviceState{
		State:           string(d.State),
		PINTriesLeft:    max(0, l.PINTries-d.WrongPINs),
		PINEpoch:        d.Epoch,
		Push:            string(d.Push),
		ProbationEndsIn: int64(max(0, d.Probation.Sub(now)) / time.Second),
	}
	if d.State == Suspended {
		shown.Reason, shown.To, shown.Time = d.Reason, d.MovedTo, d.Ended.Unix()
	}
	return shown
}
