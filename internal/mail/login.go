package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"

	"github.com/wneessen/go-mail/smtp"
)

// Errors of logins. Both may pass.
var (
	ErrOffer = errors.New("the mail server offers no login that can be used")
	ErrLogin = errors.New("the mail server accepts no login")
)

// Auto takes whatever kind of login the mail server accepts, the strongest first.
const Auto = "auto"

// A kind is a way to log in, RFC 4954, by its name of the registry of SASL.
type kind struct {
	name  string
	bound bool // to the encryption: it can't be without
	auth  func(user, password, host string, state *tls.ConnectionState) smtp.Auth
}

// kinds are all there are, the strongest first. NTLM is the last although it doesn't send
// the password: it is the one that mail servers offer and don't have. XOAUTH2 isn't among
// them: what it takes for a password is good for an hour.
var kinds = []kind{
	{"SCRAM-SHA-256-PLUS", true, func(u, p, _ string, t *tls.ConnectionState) smtp.Auth {
		return &scram{Auth: smtp.ScramSHA256PlusAuth(u, p, t)}
	}},
	{"SCRAM-SHA-256", false, func(u, p, _ string, _ *tls.ConnectionState) smtp.Auth {
		return &scram{Auth: smtp.ScramSHA256Auth(u, p)}
	}},
	{"SCRAM-SHA-1-PLUS", true, func(u, p, _ string, t *tls.ConnectionState) smtp.Auth {
		return &scram{Auth: smtp.ScramSHA1PlusAuth(u, p, t)}
	}},
	{"SCRAM-SHA-1", false, func(u, p, _ string, _ *tls.ConnectionState) smtp.Auth { return &scram{Auth: smtp.ScramSHA1Auth(u, p)} }},
	{"CRAM-MD5", false, func(u, p, _ string, _ *tls.ConnectionState) smtp.Auth { return smtp.CRAMMD5Auth(u, p) }},
	// These two send the password: the connection is encrypted or doesn't leave this
	// machine, which [Sender.reach] sees to, better than the library by the host's name.
	{"PLAIN", false, func(u, p, h string, _ *tls.ConnectionState) smtp.Auth { return smtp.PlainAuth("", u, p, h, true) }},
	{"LOGIN", false, func(u, p, h string, _ *tls.ConnectionState) smtp.Auth { return smtp.LoginAuth(u, p, h, true) }},
	{"NTLM", false, func(u, p, _ string, _ *tls.ConnectionState) smtp.Auth { return smtp.NTLMAuth(u, p, "") }},
}

// Kinds are the values of [Sender.Auth] besides [Auto].
func Kinds() (names []string) {
	for _, k := range kinds {
		names = append(names, strings.ToLower(k.name))
	}
	return names
}

// login opens a connection and logs in, if there is a user.
func (s *Sender) login(ctx context.Context) (*connection, error) {
	c, err := s.open(ctx)
	if err != nil || s.User == "" {
		return c, err
	}
	offered, err := s.offered(c)
	if err != nil {
		_ = c.end()
		return nil, err
	}
	return s.enter(ctx, c, offered)
}

// enter tries one kind after the other, each once at most, until one is accepted: mail
// servers offer kinds for which they have no secret of the user, and say of those what they
// say of a wrong password. Each has a connection of its own, since many end it with their
// refusal.
func (s *Sender) enter(ctx context.Context, c *connection, offered []kind) (*connection, error) {
	order := s.turns.order(offered)
	said := make([]string, 0, len(order))
	for i, k := range order {
		answer, err := s.try(c, k)
		if err == nil {
			s.turns.accepted(k)
			return c, nil
		}
		s.turns.refused(k, offered, err)
		said = append(said, k.name+": "+answer)
		if !over(ctx) && (i == len(order)-1 || final(err)) {
			s.turns.failed()
			break
		}
		if c, err = s.open(ctx); err != nil { // nobody was asked about the other kinds
			s.turns.back()
			said = append(said, "then "+words(err.Error(), s.User))
			break
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrLogin, strings.Join(said, "; "))
}

// offered are the kinds to choose from: that the mail server offers, that are known here,
// and that the settings allow.
func (s *Sender) offered(c *connection) (all []kind, err error) {
	_, list := c.talk.Extension("AUTH")
	names := strings.Fields(strings.ToUpper(list))
	for _, k := range kinds {
		allowed := s.Auth == "" || s.Auth == Auto || strings.EqualFold(s.Auth, k.name)
		if allowed && slices.Contains(names, k.name) && (!k.bound || c.tls() != nil) {
			all = append(all, k)
		}
	}
	switch {
	case len(all) > 0:
		return all, nil
	case len(names) == 0:
		return nil, fmt.Errorf("%w: it offers none, and mail.user is given", ErrOffer)
	}
	return nil, fmt.Errorf("%w: it offers %s, and mail.auth is %q", ErrOffer, words(list, ""), cmp.Or(s.Auth, Auto))
}

// try logs in by one kind, or returns what was said instead; the connection is over then.
func (s *Sender) try(c *connection, k kind) (said string, err error) {
	host, _, _ := net.SplitHostPort(s.Server)
	h := &heard{Auth: k.auth(s.User, string(s.Password), host, c.tls()), user: s.User, password: string(s.Password)}
	if err := c.talk.Auth(h); err != nil {
		return h.words(err), err
	}
	return "", nil
}

// final reports whether the mail server wants to hear no more for now (RFC 5321 §3.8).
func final(err error) bool {
	reply, ok := errors.AsType[*textproto.Error](err)
	return ok && reply.Code == 421
}

// turns remember by which kind to begin: by the one that was accepted last, until it is
// refused for good; a connection that is cut says nothing about it. After a letter
// for which none was accepted, each tries one kind only, in turn, until one is: a wrong
// password isn't shown to the mail server more often than letters are tried.
type turns struct {
	mu    sync.Mutex
	first string
	known string // was accepted last, and not refused since; empty: none
	one   bool
}

// order returns the kinds that a letter tries.
func (t *turns) order(offered []kind) []kind {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := max(0, slices.IndexFunc(offered, func(k kind) bool { return k.name == t.first }))
	order := slices.Concat(offered[i:], offered[:i])
	if t.one {
		return order[:1]
	}
	return order
}

// accepted is the end of a search.
func (t *turns) accepted(k kind) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.first, t.known, t.one = k.name, k.name, false
}

// refused gives the turn to the kind behind k.
func (t *turns) refused(k kind, offered []kind, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if reply, ok := errors.AsType[*textproto.Error](err); ok && reply.Code >= 500 && k.name == t.known {
		t.known = ""
	}
	i := slices.IndexFunc(offered, func(o kind) bool { return o.name == k.name })
	t.first = offered[(i+1)%len(offered)].name
}

// failed says that a letter found no kind.
func (t *turns) failed() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.first, t.one = cmp.Or(t.known, t.first), true
}

// back says that a letter could not go on looking.
func (t *turns) back() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.first = cmp.Or(t.known, t.first)
}
