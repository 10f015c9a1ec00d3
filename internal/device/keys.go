package device

import (
	"fmt"

	"keyturn"
)

// Tables whose rows hold sealed keys of a device.
const (
	inDevice = "device"
	inChange = "pin_change"
)

// SealKeys returns the device with its keys sealed for its row, account and public
// key, which have to be final: with any of them changed nothing opens. Spec §19;
// attacks A67, A90.
func (s *Service) SealKeys(d Device, kp, kk keyturn.Bytes) (Device, error) {
	var err error
	if d.Kp, err = s.seal(d, inDevice, "kp", kp); err != nil {
		return Device{}, err
	}
	if d.Kk, err = s.seal(d, inDevice, "kk", kk); err != nil {
		return Device{}, err
	}
	return d, nil
}

func (s *Service) seal(d Device, table, column string, key keyturn.Bytes) ([]byte, error) {
	place, err := place(d, table, column)
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", d.ID, err)
	}
	sealed, err := s.Seal.Seal(place, key)
	if err != nil {
		return nil, fmt.Errorf("device %s: sealing %s: %w", d.ID, column, err)
	}
	return sealed, nil
}

// openKk opens the key that only the right PIN unseals on the phone. It is opened
// before any try is taken, so that an outage of the keys locks no phone: whatever
// fails here is a fault of the server. Spec §17; attack A82.
func (s *Service) openKk(d Device) (keyturn.Bytes, error) { return s.open(d, inDevice, "kk", d.Kk) }

// open opens what was sealed for one column of a device.
func (s *Service) open(d Device, table, column string, sealed []byte) (keyturn.Bytes, error) {
	place, err := place(d, table, column)
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", d.ID, err)
	}
	key, err := s.Seal.Open(place, sealed)
	if err != nil {
		return nil, fmt.Errorf("device %s: opening %s: %w", d.ID, column, err)
	}
	return key, nil
}

// place names the only place where a sealed key opens.
func place(d Device, table, column string) (string, error) {
	return keyturn.Lines("sealed", table, d.ID, column, d.Account, keyturn.Hash(string(d.Key)).String())
}
