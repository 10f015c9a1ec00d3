package main

import (
	"context"
	"strconv"

	"keyturn/internal/server"
	"keyturn/locale"
)

// migrateCmd is "keyturn migrate".
type migrateCmd struct{}

// Examples begin the help.
func (migrateCmd) Examples() string {
	return `  keyturn migrate                             stop the server of the older version first
  keyturn migrate -c keyturn.toml --json      {"from":10,"to":27,"backup":"…"}`
}

// Run brings the database to this version and says from where, and where the copy is.
func (migrateCmd) Run(ctx context.Context, t *terminal, from *source) error {
	settings, sources, err := from.needed()
	if err != nil {
		return err
	}
	if err := settings.Check(locale.Languages()); err != nil {
		return sources.Place(err)
	}
	if err := from.asService(settings); err != nil {
		return err
	}
	change, err := server.Migrate(ctx, settings)
	if err != nil {
		return err
	}
	lines := []string{cells(t.t("cli.migrate.schema"), strconv.FormatInt(change.From, 10)+" → "+strconv.FormatInt(change.To, 10))}
	if change.From == change.To {
		lines = []string{cells(t.t("cli.migrate.schema"), strconv.FormatInt(change.To, 10), t.t("cli.migrate.none"))}
	}
	if change.Backup != "" {
		lines = append(lines, cells(t.t("cli.migrate.backup"), change.Backup))
	}
	return t.print(map[string]any{"from": change.From, "to": change.To, "backup": change.Backup}, lines...)
}
