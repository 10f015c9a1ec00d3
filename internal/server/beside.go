package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// A Door is what the server answers below a path. Its package makes it of the services.
type Door struct {
	Path    string // as http.ServeMux has it, such as "/v1/"
	Handler http.Handler
}

// A Runner runs beside the doors: a worker, or a door that listens for itself.
type Runner struct {
	Name string // for the error that it ends with

	// Listen opens what Run answers on, before the server is ready, and Close closes that if
	// it doesn't come to Run; both nil: nothing is opened.
	Listen func(ctx context.Context) error
	Close  func() error

	// Run runs until ctx ends, after all doors have finished, and closes what Listen has
	// opened. An error ends the program.
	Run func(ctx context.Context) error
}

// listenAside opens what all runners listen on, or nothing.
func (s *Server) listenAside(ctx context.Context) error {
	for i, r := range s.runners {
		if r.Listen == nil {
			continue
		}
		if err := r.Listen(ctx); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", r.Name, err), closeAside(s.runners[:i]))
		}
	}
	return nil
}

func closeAside(opened []Runner) (err error) {
	for _, r := range opened {
		if r.Close != nil {
			err = errors.Join(err, r.Close())
		}
	}
	return err
}

// besides starts what runs beside the doors. The first error of one of them is sent; stop ends
// all and waits for them.
func (s *Server) besides(ctx context.Context) (failed <-chan error, stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	first := make(chan error, 1)
	for _, r := range s.runners {
		running.Go(func() {
			if err := r.Run(ctx); err != nil {
				select {
				case first <- fmt.Errorf("%s: %w", r.Name, err):
				default: // another one ends the program already
				}
			}
		})
	}
	return first, func() { cancel(); running.Wait() }
}

// worker is a runner that listens nowhere and can't fail.
func worker(name string, run func(ctx context.Context)) Runner {
	return Runner{Name: name, Run: func(ctx context.Context) error { run(ctx); return nil }}
}

// listener is a runner that serves http on a listener of its own, if open opens one.
func listener(
	name string, open func(context.Context) (net.Listener, error), serve func(context.Context) *http.Server,
) Runner {
	var l net.Listener
	return Runner{Name: name,
		Listen: func(ctx context.Context) (err error) { l, err = open(ctx); return err },
		Close: func() error {
			if l == nil {
				return nil
			}
			return l.Close()
		},
		Run: func(ctx context.Context) error {
			if l == nil {
				return nil
			}
			h := serve(ctx)
			defer context.AfterFunc(ctx, func() { _ = h.Close() })()
			if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		}}
}
