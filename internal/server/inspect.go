package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/mail"
	"keyturn/internal/store"
)

// Inspect opens certificate, key, storage and places as a start would, logs in to the
// mail server, and changes nothing. What known says to be wrong with the settings
// isn't said again, nor tried. The error joins all that is wrong, mostly [*config.Fault];
// it has [*OtherHost] in it if phones were set up under another host than that of
// public_url. A first start, for which there is nothing yet, is fine.
func Inspect(ctx context.Context, c config.Config, known error) error {
	broken, _ := config.Broken(known)
	var all []error
	for _, part := range []struct {
		group string
		look  func(context.Context, config.Config) error
	}{
		{"tls", inspectTLS}, {"log", inspectLog}, {"place", inspectPlaces}, {"mail", inspectMail}, {"seal", inspectKey}, {"storage", inspectStorage},
	} {
		if !slices.ContainsFunc(broken, func(key string) bool { return strings.HasPrefix(key+".", part.group+".") }) {
			all = append(all, part.look(ctx, c))
		}
	}
	return errors.Join(all...)
}

// inspectLog opens the log to write, if it is there; else its folder has to be.
func inspectLog(_ context.Context, c config.Config) error {
	if c.Log.File == "" {
		return nil
	}
	f, err := os.OpenFile(c.Log.File, os.O_WRONLY|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(filepath.Dir(c.Log.File))
		return fault("log.file", err, "make its folder")
	}
	if err != nil {
		return fault("log.file", err, "")
	}
	return f.Close()
}

func inspectPlaces(_ context.Context, c config.Config) error {
	_, err := openPlaces(c, With{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	return fault("place.database", err, "")
}

func inspectMail(ctx context.Context, c config.Config) error {
	if _, err := config.ParseOrigin(c.PublicURL); err != nil || c.Mail.Server == "" {
		return nil // it greets by the name of public_url
	}
	switch err := mailer(c, nil).Check(ctx); {
	case errors.Is(err, mail.ErrOffer):
		return fault("mail.auth", err, `"auto" takes what is offered; leave out mail.user and mail.password if the mail server asks for none`)
	case errors.Is(err, mail.ErrLogin) && c.Mail.Auth != mail.Auto:
		return fault("mail.user", err, `look at mail.user and mail.password, or let mail.auth be "auto"`)
	case errors.Is(err, mail.ErrLogin):
		return fault("mail.user", err, "look at mail.user and mail.password")
	default:
		return fault("mail.server", err, "")
	}
}

// inspectKey looks at the key that a start would take. Where it would make one, there
// is nothing to look at.
func inspectKey(_ context.Context, c config.Config) error {
	if c.Seal.Key == "" && !exists(c.KeyFile()) {
		return nil // inspectStorage says if it is missed
	}
	_, err := openBox(c)
	if c.Seal.Key != "" {
		return fault("seal.key", err, "")
	}
	return errors.Join(fault("seal.key_file", err, ""), hidden("seal.key_file", c.KeyFile()))
}

// inspectStorage compares what the database holds with key and public_url, if there is
// one already. An older schema is what a start brings up to date.
func inspectStorage(ctx context.Context, c config.Config) (err error) {
	db, err := store.OpenExisting(ctx, string(c.Storage.URL))
	if errors.Is(err, store.ErrMissing) {
		return inspectFolder(c)
	}
	if errors.Is(err, store.ErrLog) {
		return err
	}
	if err != nil {
		return fault("storage.url", err, "")
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	switch err := db.Current(ctx); {
	case errors.Is(err, store.ErrEmpty):
		return nil
	case err != nil && !errors.Is(err, store.ErrOlder):
		return fmt.Errorf("storage.url: %w", err)
	}
	box, err := takes.key(ctx, c, db)
	if errors.Is(err, ErrKey) {
		return err
	}
	if err != nil {
		return nil // there is none to miss yet, or inspectKey has said it
	}
	origin, err := config.ParseOrigin(c.PublicURL)
	if err != nil {
		return nil // it was said
	}
	v := vault{db, box, time.Now}
	if _, err := v.get(ctx, firstSecret); err != nil && !errors.Is(err, store.ErrNoSecret) {
		return err
	}
	return v.compareOrigin(ctx, origin.String())
}

// inspectFolder says if a start couldn't make the database for want of its folder.
func inspectFolder(c config.Config) error {
	file := strings.TrimPrefix(string(c.Storage.URL), "sqlite:")
	_, err := os.Stat(filepath.Dir(file))
	return fault("storage.url", err, "")
}

// hidden says if a file that holds a secret is open to others.
func hidden(key, file string) error {
	info, err := os.Stat(file)
	if err != nil || config.Open(info) == "" {
		return nil // that it can't be read, whoever reads it says
	}
	return &config.Fault{Key: key, Text: file + " is a secret that " + config.Open(info), Hint: "chmod o= " + file}
}

// fault is an error as one of a setting; nil stays nil.
func fault(key string, err error, hint string) error {
	if err == nil {
		return nil
	}
	return &config.Fault{Key: key, Text: strings.TrimPrefix(err.Error(), key+": "), Hint: hint, Err: err}
}
