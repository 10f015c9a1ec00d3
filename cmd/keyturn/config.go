package main

import (
	"context"
	"errors"

	"keyturn/internal/config"
	"keyturn/internal/server"
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
		Value  string        `json:"value"` // as in the file
		Source config.Source `json:"source"`
	}
	rows, lines := map[string]row{}, []string{}
	for _, s := range config.Settings() {
		rows[s.Key] = row{c.Value(s), sources.Of(s.Key)}
		lines = append(lines, cells(s.Key, c.Value(s), string(sources.Of(s.Key))))
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

// Run tells what can't be in the settings, and whether key, certificate and
// storage can be opened.
func (c configCheck) Run(ctx context.Context, t *terminal, from *source) (err error) {
	settings, _, err := from.load()
	if err != nil {
		return err
	}
	if err := settings.Check(locale.Languages()); err != nil {
		return err
	}
	if c.Understand {
		if err := moveOrigin(ctx, from); err != nil {
			return err
		}
	}
	if err := server.Inspect(ctx, settings); err != nil {
		return err
	}
	t.say(t.t("cli.config.good", "count", len(config.Settings())))
	return t.print(map[string]any{"ok": true, "public_url": settings.PublicURL}, cells("ok", settings.PublicURL))
}

// moveOrigin takes the host of the settings for the right one from now on.
func moveOrigin(ctx context.Context, from *source) error {
	s, err := from.connect(ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.MoveOrigin(ctx), s.Close())
}
