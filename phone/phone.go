// Package phone is a phone as a Go value: it becomes the device of accounts, sees
// what waits for them, and answers. It does what the phone app does, by
// spec/protocol.md alone, and knows nothing of the server's inside: it serves
// terminals, kiosks and tests.
//
//	p, err := phone.Open("https://id.example.org", file)
//	looked, err := p.Look(ctx, code)              // whose code is it?
//	set, err := p.Activate(ctx, code, "Desk", pin) // the code is used up here
//	fmt.Println(set.Check)                         // typed by the person into the portal
//	err = set.Wait(ctx)
//
//	requests, err := p.Pending(ctx)
//	state, err := p.Answer(ctx, requests[0], keyturn.Approve, number, pin)
//
// A PIN that is changed is changed for all accounts; a change that is cut off is
// settled before the next use of a PIN.
//
// A PIN is never kept, and nothing that is kept tells a right PIN from a wrong
// one: only the server knows, and counts. This phone has no unlock of its own; it
// works in PIN mode.
package phone

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"keyturn"
)

// Errors a caller can act on. What a server refuses comes as [*keyturn.Problem].
var (
	ErrOrigin     = errors.New("phone: a server's address is https:// and its name; http:// is for a server on this machine alone")
	ErrUnknown    = errors.New("phone: no such account or request on this phone")
	ErrUnsure     = errors.New("phone: no answer came, so it is not known whether it worked")
	ErrAnswer     = errors.New("phone: the server's answer does not have the form it should")
	ErrUnfinished = errors.New("phone: another set-up on this phone is unfinished")
	ErrEnded      = errors.New("phone: the set-up has ended without success")
)

// A Phone serves any number of accounts of one server. It is safe for concurrent
// use; one answer at a time is on its way, also if other processes use the same
// [File].
type Phone struct {
	origin string
	client *http.Client
	keep   Keeper

	pause func(context.Context, time.Duration) error // waits; fails when the context ends
	seal  Sealer

	mu    sync.Mutex
	state State
	nonce string

	answering sync.Mutex

	owning sync.Mutex
	owners int          // of the state, in this process
	unlock func() error // for the last of them
}

// Open returns the phone that keeps its state in k, for the server at origin,
// such as "https://id.example.org". An empty origin is the kept one's. [ErrOrigin] if it
// is plain http and not on this machine.
func Open(origin string, k Keeper) (*Phone, error) {
	state, err := k.Load()
	if err != nil {
		return nil, err
	}
	origin = strings.TrimSuffix(origin, "/")
	if state.Origin == "" {
		state.Origin = origin
	}
	if origin != "" && origin != state.Origin {
		return nil, errors.New("phone: this phone belongs to " + state.Origin)
	}
	if state.Origin == "" {
		return nil, errors.New("phone: no server is known")
	}
	if err := checkOrigin(state.Origin); err != nil {
		return nil, err
	}
	p := &Phone{origin: state.Origin, keep: k, state: state, pause: pause, seal: keyturn.SealWithPIN}
	p.Through(&http.Client{Timeout: 40 * time.Second})
	return p, nil
}

// checkOrigin returns [ErrOrigin] for an address that others could listen to or answer for.
func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme+"://"+u.Host != origin {
		return ErrOrigin
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && !ip.Unmap().IsLoopback()) {
		return ErrOrigin
	}
	return nil
}

// Through makes the phone use another HTTP client, such as one with a private
// certificate authority. It is called before anything else. No call follows a redirect:
// what is signed is for this server alone.
func (p *Phone) Through(c *http.Client) {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p.client = &own
}

// A Sealer seals the key kk under a PIN, and opens what it sealed, as
// [keyturn.SealWithPIN] does: every PIN opens it to some key.
type Sealer func(pin string, kp, salt, kk keyturn.Bytes) (keyturn.Bytes, error)

// SealWith makes the phone seal with something other than [keyturn.SealWithPIN], such as
// a chip, or what costs nothing where thousands of phones are played and no PIN is worth
// anything. It is called before anything else, and always with the same for one [Keeper].
func (p *Phone) SealWith(s Sealer) { p.seal = s }

// Origin is the address of the phone's server.
func (p *Phone) Origin() string { return p.origin }

// An Account is one that this phone is set up for.
type Account struct {
	Device string // id of this phone's device
	ID     string
	Name   string // as the person signs in
	Phone  string // name of this phone there
	Ended  string // reason, such as "moved"; empty while the device is used
}

// Accounts returns the accounts of the phone, the oldest first.
func (p *Phone) Accounts() []Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Account
	for _, d := range p.state.Devices {
		if d.Active {
			out = append(out, Account{d.ID, d.Account.ID, d.Account.Name, d.Phone, d.Ended})
		}
	}
	return out
}

// mac proves a text with the PIN. Every PIN gives a MAC; a wrong one gives a
// wrong MAC, and only the server can tell.
func (p *Phone) mac(d Device, pin, text string) (*keyturn.Proof, error) {
	if d.Next != nil {
		return nil, ErrUnsettled
	}
	kk, err := p.seal(pin, d.Kp, d.Salt, d.Ck)
	if err != nil {
		return nil, err
	}
	return &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(kk, text)}, nil
}

// device returns a device of the phone.
func (p *Phone) device(id string) (Device, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.state.Devices, func(d Device) bool { return d.ID == id })
	if i < 0 {
		return Device{}, ErrUnknown
	}
	return p.state.Devices[i], nil
}
