package device

import (
	"fmt"

	"keyturn"
)

// Expect returns the response that a device gives to a challenge code if its PIN
// is right. In platform mode it shows that the phone is there, and nothing of its
// unlock. Both keys are opened here, before any try is taken: whatever fails is a
// fault of the server. Spec §10, §17; attack A82.
func (s *Service) Expect(d Device, challenge string) (string, error) {
	kp, err := s.open(d, inDevice, "kp", d.Kp)
	if err != nil {
		return "", err
	}
	kk, err := s.openKk(d)
	if err != nil {
		return "", err
	}
	response, err := keyturn.Response(keyturn.OfflineKey(kp, kk), challenge)
	if err != nil {
		return "", fmt.Errorf("device %s: %w", d.ID, err)
	}
	return response, nil
}
