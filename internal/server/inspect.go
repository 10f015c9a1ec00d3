package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/store"
)

// Inspect opens certificate, key, storage and places as a start would, logs in to the
// mail server, and changes nothing. It returns [*OtherHost] if phones were set up under another host than
// that of public_url. A first start, for which there is nothing yet, is fine.
func Inspect(ctx context.Context, c config.Config) (err error) {
	if _, err := tlsConfig(c); err != nil {
		return err
	}
	if _, err := openPlaces(c, With{Now: time.Now, Log: slog.New(slog.DiscardHandler)}); err != nil {
		return err
	}
	if c.Mail.Server != "" {
		if err := mailer(c, nil).Check(ctx); err != nil {
			return fmt.Errorf("mail.server: %w", err)
		}
	}
	if strings.HasPrefix(string(c.Storage.URL), "sqlite:") && !used(c) {
		return nil
	}
	if c.Seal.Key == "" && !exists(c.KeyFile()) { // opening would make another one
		return fmt.Errorf("%w: %s", ErrKey, c.KeyFile())
	}
	box, err := openBox(c)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, string(c.Storage.URL))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	origin, err := config.ParseOrigin(c.PublicURL)
	if err != nil {
		return err
	}
	return vault{db, box, time.Now}.compareOrigin(ctx, origin.String())
}
