package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
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
	settings, sources, err := from.needed()
	if err != nil {
		return err
	}
	lines, err := openLog(settings.Log.File, t.err)
	if err != nil {
		return sources.Place(err)
	}
	hangups := make(chan os.Signal, 1) // one is enough: whoever sends two wants the last to be heard
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	log := slog.New(slog.NewTextHandler(lines, nil))
	s, err := server.Open(ctx, settings, server.With{Log: log, Version: version})
	if err != nil {
		return sources.Place(err)
	}
	l, err := s.Listen(ctx)
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
	listening, deaf := context.WithCancel(ctx)
	var hears sync.WaitGroup
	hears.Go(func() { again(listening, hangups, s, lines, log) })
	err = s.Serve(ctx, l)
	deaf()
	hears.Wait()
	sayStopped(context.WithoutCancel(ctx), log, s.Store.Left())
	return err
}

// sayStopped is the last line: whoever copies the database now reads there whether its one file is all of it.
func sayStopped(ctx context.Context, log *slog.Logger, left string) {
	if left == "" {
		log.LogAttrs(ctx, slog.LevelInfo, "stopped")
		return
	}
	log.LogAttrs(ctx, slog.LevelWarn, "stopped; another program reads the database, so its newest changes are in the log beside it: a copy of the database alone lacks them",
		slog.String("log", left), slog.String("hint", "end that program, then start and stop the server once more; or copy both files"))
}

// again reads what may have changed at each SIGHUP, until ctx ends: it ends nobody's
// sign-in.
func again(ctx context.Context, hangups <-chan os.Signal, s *server.Server, lines *logFile, log *slog.Logger) {
	for {
		select {
		case <-hangups:
		case <-ctx.Done():
			return
		}
		if err := lines.again(); err != nil {
			log.LogAttrs(ctx, slog.LevelError, "the log goes on where it was", slog.Any("err", err))
		}
		s.Again()
		log.LogAttrs(ctx, slog.LevelInfo, "hangup: certificates, places and the log file were read again; other settings take a restart")
	}
}

// seconds writes a length of time with two digits that count: 0.012, 0.31.
func seconds(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.2g", d.Seconds()), ".")
}
