package main

import (
	"net/http"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/push/pushtest"
)

// notify is what D4 and D9 say of notifications, with a push service.
func notify(t testing.TB, look look, lang string) {
	service := pushtest.Start(t)
	s := newStage(t, look, lang, func(c *config.Config) {
		c.Push.Contact, c.Push.Hosts = "mailto:it@example.com", []string{service.URL}
	})
	service.At(s.clock.Now)
	h := s.ready()
	id, b := h.Accounts()[0].Device, service.Subscribe()
	must(h.Register(t.Context(), id, b.Subscription()))(t)
	s.signOut()
	s.asks()
	s.take("wait-notify-number")
	s.answer(h, keyturn.Approve)
	s.desk.Sees("[data-proven]")
	s.desk.Open(s.origin + "/phones")
	s.desk.Tap("phones.notify.test")
	s.reads("phones.notify.ok")
	s.take("phones-notify-sent")
	s.desk.Tap("phones.notify.test")
	s.desk.Sees(".banner.bad")
	s.take("phones-notify-wait")
	s.desk.Tap("phones.notify.turnoff")
	s.reads("phones.notify.off")
	s.take("phones-notify-off")
	s.desk.Tap("phones.notify.turnon")
	s.reads("phones.notify.on")
	s.clock.Move(time.Minute)
	service.Refuse(http.StatusGone)
	s.desk.Tap("phones.notify.test")
	s.reads("phones.notify.lost")
	s.take("phones-notify-lost")
	s.desk.Open(s.origin + "/")
	s.take("home-notify-lost")
	service.Answer(nil)
	must(h.Register(t.Context(), id, b.Subscription()))(t)
	s.rings(h)
}

// rings is D4 with notifications.
func (s *stage) rings(h *handset) {
	s.signOut()
	s.asks()
	s.later(18 * time.Second) // the page counts the rest
	s.desk.Misses("wait.again")
	s.desk.Sees("#again:not([hidden])")
	s.clock.Move(2 * time.Second) // as the page has counted
	s.take("wait-notify")
	s.desk.Tap("wait.again")
	s.desk.Sees("#soon")
	s.take("wait-notify-again")
	for range 3 {
		s.answer(h, keyturn.Deny)
		s.desk.Sees(".outcome")
		s.clock.Move(20 * time.Second)
		s.asks()
	}
	s.desk.Sees("#paused")
	s.take("wait-notify-paused")
}
