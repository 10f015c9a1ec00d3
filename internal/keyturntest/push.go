package keyturntest

import (
	"fmt"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/push/pushtest"
	"keyturn/locale"
)

// Push makes the server send pushes, and know that push service besides the usual
// ones. It judges by the clock of the world.
func Push(s *pushtest.Service) Option {
	return func(o *options) {
		s.At(func() time.Time { return o.now() })
		Set(func(c *config.Config) {
			c.Push.Contact, c.Push.Hosts = "mailto:it@example.com", append(c.Push.Hosts, s.URL)
		})(o)
	}
}

// Subscribe gives the phone a browser that gets its pushes, and tells the server.
func (p *Phone) Subscribe(s *pushtest.Service) *pushtest.Browser {
	p.t.Helper()
	b := s.Subscribe()
	for _, a := range p.Accounts() {
		if state, err := p.Register(p.t.Context(), a.Device, b.Subscription()); err != nil || state != "ok" {
			p.t.Fatalf("register: %s, %v", state, err)
		}
	}
	return b
}

// PushSays is what every push of a server says to phones that speak a language; lang
// may be that of somebody who has said none.
func PushSays(origin, lang string) string {
	words := locale.For(lang)
	return fmt.Sprintf(`{"web_push":8030,"notification":{"title":%q,"body":%q,"lang":%q,"navigate":%q,"tag":"request","mutable":true},"mutable":true}`,
		words.T("push.title"), words.T("push.body"), words.Lang(), origin+"/p/")
}
