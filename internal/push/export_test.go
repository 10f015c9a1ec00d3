package push

import (
	"context"
	"net"
	"net/url"
)

// Unexported functions and numbers that tests are about.
var (
	Encrypt = encrypt
	Says    = says
	Padded  = padded
	Token   = VAPID.token
	Queued  = queued
	PerLane = perLane
	CallIn  = callIn
)

// Dial dials for an address.
func Dial(g Guard, ctx context.Context, u *url.URL, to string) (net.Conn, error) {
	if u != nil {
		ctx = context.WithValue(ctx, target{}, u)
	}
	return g.dial(ctx, "tcp", to)
}
