// Package porttest finds ports for servers that are started by their address, for tests.
package porttest

import (
	"errors"
	"net"
	"os"
	"strconv"
	"sync/atomic"
)

// Most systems give ports above these to whoever asks for any, as most tests do: at each
// moment, so also between the end of a server and the next one at its port.
const lowest, highest = 10_000, 32_000

// Apart is how far the ports are from each other: who finds one taken may try the next.
const Apart = 20

const places = (highest - lowest) / Apart

var given atomic.Uint32 // how many places this process has given out

// Free returns an address of this machine's own at which nobody listens, and which is given
// to nobody else in this process. Many may call it at once.
func Free() (address string, err error) {
	begin := uint32(os.Getpid()) * 631 // the processes that give out at one time begin far from each other
	for range places {
		port := lowest + Apart*((begin+given.Add(1))%places)
		l, taken := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.FormatUint(uint64(port), 10)))
		if taken == nil {
			return l.Addr().String(), l.Close()
		}
		err = taken
	}
	return "", errors.Join(errors.New("no port is free"), err)
}
