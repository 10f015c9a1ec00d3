package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"keyturn/internal/server"
)

// serveCmd is "keyturn serve".
type serveCmd struct {
	Listen string `help:"Address to listen on, instead of the one of the settings." placeholder:"ADDRESS"`
}

// Examples begin the help.
func (serveCmd) Examples() string {
	return `  keyturn serve                               with /etc/keyturn/keyturn.toml
  keyturn serve -c keyturn.toml               with another file
  keyturn serve --listen :443 --number=always settings may be flags`
}

// Run serves until it is interrupted.
func (c *serveCmd) Run(ctx context.Context, t *terminal, from *source) error {
	began := time.Now()
	if c.Listen != "" {
		from.flags["listen"] = c.Listen
	}
	settings, sources, err := from.load()
	if err != nil {
		return err
	}
	go t.t("cli.serve.ready") // the catalogue is read while the database opens
	log := slog.New(slog.NewTextHandler(t.err, nil))
	s, err := server.Open(ctx, settings, server.With{Log: log})
	if err != nil {
		return sources.Place(err)
	}
	l, err := server.Listen(ctx, settings)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	if other, ok := errors.AsType[*server.OtherHost](s.KeepOrigin(ctx)); ok {
		log.LogAttrs(ctx, slog.LevelWarn, "phones were set up under another host; see: keyturn config check",
			slog.String("was", other.Was), slog.String("is", other.Is))
	}
	if !t.quiet {
		fmt.Fprintf(t.out, "Keyturn %s   %s   %s\n%s\n", version, l.Addr(), s.Origin, t.t("cli.serve.ready", "seconds", seconds(time.Since(began))))
	}
	err = s.Serve(ctx, l)
	log.LogAttrs(context.WithoutCancel(ctx), slog.LevelInfo, "stopped")
	return err
}

// seconds writes a length of time with two digits that count: 0.012, 0.31.
func seconds(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.2g", d.Seconds()), ".")
}
