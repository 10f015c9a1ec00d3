package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"keyturn/cmd/internal/build"
	"keyturn/internal/config"
	"keyturn/internal/listen"
	"keyturn/internal/owner"
	"keyturn/internal/server"
	"keyturn/locale"
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
	hangups := make(chan os.Signal, 1) // one is enough: whoever sends two wants the last to be heard
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	hold, missed, err := serveAsOwner(ctx, settings, owner.Alone(from.name()))
	if err != nil {
		return sources.Place(errors.Join(err, hold.Close()))
	}
	lines, err := openLog(settings.Log.File, t.err) // by whom the server is from here on: A118
	if err != nil {
		return sources.Place(errors.Join(err, hold.Close()))
	}
	log := slog.New(slog.NewTextHandler(lines, nil))
	if missed != "" {
		sayRoot(ctx, log, settings, missed)
	}
	s, err := server.Open(ctx, settings, server.With{Log: log, Version: build.Version(), Hold: hold})
	if err != nil {
		return sources.Place(errors.Join(err, hold.Close()))
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
		fmt.Fprintf(t.out, "Keyturn %s   %s   %s\n%s\n", build.Version(), l.Addr(), s.Origin, t.t("cli.serve.ready", "seconds", seconds(time.Since(began))))
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

// serveAsOwner has root serve as the owner of the database's folder, as its commands work,
// with ports that root has opened before. Attack A118. Where the owner couldn't use all that
// a server uses while it runs, root stays who it is, and missed is the first of that. By
// settings that are shared, the error which says so, root doesn't stay: attack A125.
func serveAsOwner(ctx context.Context, c config.Config, shared error) (hold *listen.Hold, missed string, err error) {
	file, ok := database(c)
	folder := filepath.Dir(file)
	if !ok || !owner.Foreign(folder) {
		return nil, "", shared
	}
	if err := c.Check(locale.Languages()); err != nil {
		return nil, "", err
	}
	if missed := needs(c).Missed(folder); missed != "" && shared == nil {
		return nil, missed, nil
	}
	hold = server.HoldAddresses(ctx, c)
	return hold, "", owner.Become(folder, file, c.KeyFile())
}

// needs are what a server of these settings opens as whom it serves.
func needs(c config.Config) owner.Needs {
	n := owner.Needs{Read: []string{c.TLS.Cert, c.TLS.Key, c.Place.Database}, Add: []string{c.Log.File}}
	if socket, ok := config.Socket(c.Listen); ok {
		n.Add = append(n.Add, socket)
	}
	if c.TLS.Autocert {
		n.Add = append(n.Add, filepath.Join(c.CertificateFolder(), "acme"))
	}
	return n
}

// sayRoot says that root serves, and what would have to change.
func sayRoot(ctx context.Context, log *slog.Logger, c config.Config, missed string) {
	file, _ := database(c)
	folder := filepath.Dir(file)
	name, _ := owner.Of(folder)
	log.LogAttrs(ctx, slog.LevelWarn, "root serves from a folder that is somebody else's, who can have root read and write elsewhere by a link there: run the server as that user, or give the folder to root",
		slog.String("folder", folder), slog.String("owner", name), slog.String("only_for_root", missed))
}

// sayStopped is the last line: whoever copies the database now reads there whether its one file is all of it.
func sayStopped(ctx context.Context, log *slog.Logger, left string) {
	if left == "" {
		log.LogAttrs(ctx, slog.LevelInfo, "stopped")
		return
	}
	log.LogAttrs(ctx, slog.LevelWarn, "stopped; the log beside the database couldn't be emptied: a copy of the database alone lacks its newest changes",
		slog.String("log", left), slog.String("hint", "if another program reads the database, end it, then start and stop the server once more; or copy both files"))
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
