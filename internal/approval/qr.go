package approval

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/token"
)

// secretLen is in bytes, spec §9.3.
const secretLen = 16

// ShowQR makes the next QR secret of a waiting request: from now on the one before
// is worth nothing. The request lives long enough to find phone and camera. When it
// has had as many as it may, the last one stays. [*Gone] if it doesn't wait.
func (s *Service) ShowQR(ctx context.Context, h Handle) error {
	r, err := s.of(ctx, h)
	if err != nil {
		return err
	}
	n, now := r.QRs+1, s.Now()
	err = s.Store.NewQR(ctx, r.ID, hashSecret(secret(h.Token, r.ID, n)), n, now.Add(s.Limits.QRLeast), s.Limits.RequestMost,
		s.about(r).As(audit.QRMade))
	if err != nil {
		return fmt.Errorf("QR code of %s: %w", r.ID, err)
	}
	s.wake(r)
	return nil
}

// secret is the n-th QR secret of a request. It is made of the handle's token, which
// nobody but the browser keeps: so the page shows the same code however often it is
// loaded, and the store has its hash only.
func secret(of token.Token, id string, n int) keyturn.Bytes {
	return keyturn.MAC(of.Bytes(), fmt.Sprintf("keyturn/v1 qr\n%s\n%d\n", id, n))[:secretLen]
}

func hashSecret(secret keyturn.Bytes) keyturn.Bytes {
	sum := sha256.Sum256(secret)
	return sum[:]
}

// carriesSecret reports whether the phone has scanned the request's newest QR code.
// A request without one has none that could be right.
func (c *hearing) carriesSecret() bool {
	carried, err := keyturn.ParseFixed(c.answer.Value, secretLen)
	return err == nil && len(c.QR) > 0 && subtle.ConstantTimeCompare(hashSecret(carried), c.QR) == 1
}
