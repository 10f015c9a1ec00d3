package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"keyturn/internal/listen"
	"keyturn/internal/porch"
)

const (
	// lastCalls is how long kept connections are still answered after the listener
	// has closed: each answer tells its browser to connect anew. It ends when none is left.
	lastCalls = 250 * time.Millisecond

	// finishIn is how long what is under way may take then.
	finishIn = 20 * time.Second
)

// Serve answers on l, which [Server.Listen] has opened, and beside it until ctx ends, and then stops without cutting
// anyone off: it listens no more, ends streams and held calls, so that browsers and phones come
// back to whoever listens next, finishes what is under way and closes the store.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := s.crowd.Join(porch.Answering(s.handler, s.with.Log))
	broken, stop := s.besides(ctx)
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(s.crowd.On(l)) }()
	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case err = <-broken:
		err = errors.Join(err, s.finish(h, l, failed))
	case <-ctx.Done():
		err = s.finish(h, l, failed)
	}
	stop()
	return errors.Join(err, s.Close())
}

// finish is the graceful end.
func (s *Server) finish(h *http.Server, l net.Listener, left <-chan error) error {
	err := l.Close()
	<-left // or h would close the listener once more
	s.stop()
	s.crowd.Goes(lastCalls)
	ctx, cancel := context.WithTimeout(context.Background(), finishIn)
	defer cancel()
	if e := h.Shutdown(ctx); e != nil {
		return errors.Join(fmt.Errorf("stop: %w", e), h.Close())
	}
	if errors.Is(err, net.ErrClosed) {
		return nil // somebody was faster
	}
	return err
}

// running is the list of what runs beside the doors.
func (s *Server) running() []Runner {
	record := &tail{record: s.Store, wake: s.bus.Wake, log: s.with.Log}
	all := []Runner{
		worker("record", record.run),
		worker("tidying up", (&tidying{db: s.Store, keep: keep(s.config), now: s.with.Now, log: s.with.Log}).run),
		worker("refusals", s.tellRefused),
		worker("ended requests", s.expire),
		listener("health", s.listenHealth, func(ctx context.Context) *http.Server {
			return &http.Server{Handler: s.health(ctx), ReadTimeout: porch.HeaderIn, WriteTimeout: porch.HeaderIn}
		}),
		listener("tls.redirect", s.listenPlain, func(context.Context) *http.Server { return s.crowd.Join(porch.Plain(s.Origin)) }),
	}
	if courier := s.courier(); courier != nil {
		all = append(all, worker("letters", courier.Run))
	}
	if s.certificates != nil {
		all = append(all, worker("certificates", func(ctx context.Context) { listen.Watch(ctx, s.certificates) }))
	}
	return append(all, s.with.Runners...)
}

// expireEvery is how soon the record says that time has ended a request: nothing else
// depends on it.
const expireEvery = 10 * time.Second

// expire writes down what time has ended, until ctx ends.
func (s *Server) expire(ctx context.Context) {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := s.Approvals.Expire(ctx); err != nil && ctx.Err() == nil {
			s.with.Log.LogAttrs(ctx, slog.LevelError, "ended requests can't be written down", slog.Any("err", err))
		}
	}
}

// tellEvery is how often the record hears of refusals that were only counted.
const tellEvery = 10 * time.Minute

// tellRefused writes them until ctx ends, and once more then.
func (s *Server) tellRefused(ctx context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
		if err := s.Activations.TellRefused(context.WithoutCancel(ctx)); err != nil {
			s.with.Log.LogAttrs(ctx, slog.LevelError, "refused codes", slog.Any("err", err))
		}
	}
}
