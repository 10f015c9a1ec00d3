package main

import (
	"context"
	"errors"
	"slices"

	"keyturn/internal/config"
	"keyturn/internal/server"
	"keyturn/internal/store"
	"keyturn/locale"
)

// configShow is "keyturn config show".
type configShow struct{}

// Run prints every setting with its value and where that comes from. Secrets are
// not shown.
func (configShow) Run(t *terminal, from *source) error {
	c, sources, err := from.load()
	if err != nil {
		return err
	}
	type row struct {
		Value  string `json:"value"`          // as in the file
		Source string `json:"source"`         // such as "keyturn.toml" or "--pin.min"
		Line   int    `json:"line,omitempty"` // in the file
	}
	rows, lines := map[string]row{}, []string{}
	for _, s := range config.Settings() {
		at := sources.Of(s.Key)
		rows[s.Key] = row{c.Value(s), at.Name, at.Line}
		lines = append(lines, cells(s.Key, c.Value(s), at.String()))
	}
	return t.print(rows, lines...)
}

// configCheck is "keyturn config check".
type configCheck struct {
	Understand bool `name:"i-understand" help:"Accept another host in public_url: every installed app and every phone unlock of the old one is lost."`
}

// Examples begin the help.
func (configCheck) Examples() string {
	return `  keyturn config check
  keyturn config check -c new.toml`
}

// Run tells all that can't be in the settings, and whether key, certificate and storage
// can be opened.
func (c configCheck) Run(ctx context.Context, t *terminal, from *source) (err error) {
	settings, sources, err := from.needed()
	known, whole := config.Broken(err)
	if whole {
		return err
	}
	for _, fault := range config.Leaves(settings.Check(locale.Languages())) {
		if keys, _ := config.Broken(fault); !slices.Contains(known, keys[0]) { // it has its default
			err = errors.Join(err, fault)
		}
	}
	if c.Understand && err == nil {
		err = moveOrigin(ctx, from)
	}
	err = errors.Join(err, settings.Unseen(), settings.Exposed(from.name(), sources), server.Inspect(ctx, settings, err))
	if err != nil {
		return sources.Place(err)
	}
	t.say(t.t("cli.config.good", "count", len(config.Settings())))
	return t.print(map[string]any{"ok": true, "public_url": settings.PublicURL}, cells("ok", settings.PublicURL))
}

// moveOrigin takes the host of the settings for the right one from now on. Before the
// first start there is none to move from.
func moveOrigin(ctx context.Context, from *source) error {
	s, err := from.connect(ctx)
	if errors.Is(err, store.ErrMissing) || errors.Is(err, store.ErrEmpty) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(s.MoveOrigin(ctx), s.Close())
}
