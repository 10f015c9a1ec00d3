// Package demo is a small world to show: an organisation, two people without a
// phone, a server in memory. Nothing of it is left behind.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/door"
	"keyturn/internal/listen"
	"keyturn/internal/server"
)

// A Person of the demo.
type Person struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// People are two accounts of one person: a phone can serve both.
func People() []Person {
	return []Person{{"mei.chen", "demo-tea-29"}, {"harbor.shop", "demo-oak-71"}}
}

// Options are what somebody may want otherwise. The zero value is the demo on
// this computer.
type Options struct {
	Listen  string               // where to listen; empty: 127.0.0.1:8080
	URL     string               // of a proxy or tunnel in front, https; empty: http://localhost:PORT
	Log     *slog.Logger         // nil: nothing is logged
	Now     func() time.Time     // nil: the real clock
	Version string               // of this program; empty: phones show none
	Set     func(*config.Config) // changes settings; nil: none

	// Doors are those of [server.With].
	Doors func(*server.Services, *door.Door) []server.Door
}

// A Demo is a server with people, listening and not yet serving.
type Demo struct {
	*server.Server
	Portal string // address of the portal
	Phone  string // address of the phone app
	Taken  string // address that another program has, if the next free one had to do

	listener net.Listener
}

// nextPorts is how many ports are tried if another program has the first.
const nextPorts = 20

// Open makes the world and listens.
func Open(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:8080"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if err := d.listen(ctx, o.Listen); err != nil {
		return nil, err
	}
	var err error
	d.Server, err = server.Open(ctx, d.settings(o), server.With{Log: o.Log, Now: o.Now, Version: o.Version, Pretend: true, Doors: o.Doors})
	if err != nil {
		return nil, errors.Join(err, d.listener.Close())
	}
	d.Portal, d.Phone = d.Origin+"/", d.Origin+"/p/"
	for _, p := range People() {
		if _, err := d.Accounts.Add(ctx, p.Name, p.Password, ""); err != nil {
			return nil, errors.Join(err, d.listener.Close(), d.Close())
		}
	}
	return d, nil
}

// Serve serves until ctx ends.
func (d *Demo) Serve(ctx context.Context) error { return d.Server.Serve(ctx, d.listener) }

// listen takes the address, or one of the next ports if another program has it.
func (d *Demo) listen(ctx context.Context, addr string) error {
	host, first, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	port, err := strconv.Atoi(first)
	if err != nil {
		return fmt.Errorf("listen: port %q isn't a number", first)
	}
	for range nextPorts {
		d.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if !listen.InUse(err) {
			break
		}
		d.Taken = addr
		port++
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

// settings are those of a fresh installation, in memory.
func (d *Demo) settings(o Options) config.Config {
	c := config.Default()
	c.Listen = d.listener.Addr().String()
	c.PublicURL = o.URL
	if c.PublicURL == "" {
		_, port, _ := net.SplitHostPort(c.Listen) // it is listening there
		c.PublicURL = "http://localhost:" + port
	} else {
		c.TrustedProxies = []string{"127.0.0.1", "::1"} // what stands in front runs on this computer
	}
	c.Organisation = map[string]string{"en": "Harbor Lane", "zh-Hans": "港湾里"}
	c.Storage.URL = "sqlite::memory:"
	if o.Set != nil {
		o.Set(&c)
	}
	return c
}
