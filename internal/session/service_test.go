package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/token"
)

var now = time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)

// kept is a Store that keeps one session and what it was called with.
type kept struct {
	session.Session
	cookie, before keyturn.Bytes
	idle           time.Duration
	events         []audit.Event
}

func (k *kept) AddSession(_ context.Context, s session.Session, cookie, before keyturn.Bytes, ev audit.Event) error {
	k.Session, k.cookie, k.before, k.events = s, cookie, before, append(k.events, ev)
	return nil
}

func (k *kept) get(cookie keyturn.Bytes) (session.Session, error) {
	if string(cookie) != string(k.cookie) {
		return session.Session{}, session.ErrNone
	}
	return k.Session, nil
}

func (k *kept) EndSession(_ context.Context, cookie keyturn.Bytes, ev audit.Event) error {
	k.cookie, k.events = nil, append(k.events, ev)
	return nil
}

func (k *kept) KnownBrowser(_ context.Context, account string, cookie keyturn.Bytes, _ time.Time) (bool, error) {
	return account == k.Account && string(cookie) == string(k.before), nil
}

func (k *kept) BrowsersOf(context.Context, string, keyturn.Bytes, time.Time) (session.Browsers, error) {
	return session.Browsers{}, nil
}

func (k *kept) ForgetBrowsers(_ context.Context, _ string, cookie keyturn.Bytes, all bool, ev audit.Event) error {
	k.events = append(k.events, ev)
	return nil
}

// store is kept as a Store; the embedded Session would hide its method.
type store struct{ *kept }

func (s store) Session(
	_ context.Context, cookie keyturn.Bytes, idle time.Duration, _ time.Time,
) (session.Session, error) {
	s.idle = idle
	return s.get(cookie)
}

func newService() (*session.Service, *kept) {
	k := &kept{}
	return &session.Service{Store: store{k}, Limits: policy.Defaults(), Now: func() time.Time { return now }}, k
}

var proven = policy.Proven{Account: "acc_ada", Way: policy.ByPassword, Password: true, At: now}

// A20: whatever cookie was there before, a sign-in draws a new one, and the old
// session ends with it.
func TestA20NewCookie(t *testing.T) {
	s, k := newService()
	planted := token.Token(strings.Repeat("A", 43))
	begun, cookie, err := s.Begin(t.Context(), proven, session.Browser{Before: planted, Agent: "Firefox on Windows", IP: "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	if cookie == planted || len(cookie) != 43 {
		t.Errorf("cookie %q", string(cookie))
	}
	if string(k.before) != string(planted.Hash()) {
		t.Error("the planted session doesn't end")
	}
	if _, err := s.Session(t.Context(), planted); !errors.Is(err, session.ErrNone) {
		t.Errorf("the planted value: %v, want ErrNone", err)
	}
	got, err := s.Session(t.Context(), cookie)
	if err != nil || got.ID != begun.ID || got.Proven != proven || k.idle != time.Hour {
		t.Errorf("the new value: %+v, %v", got, err)
	}
	if !got.Ends.Equal(now.Add(12 * time.Hour)) {
		t.Errorf("ends %v, want after 12 hours", got.Ends)
	}
	if ev := k.events[0]; ev.Kind != audit.SessionBegun || ev.Detail["acr"] != "urn:keyturn:aal1" || ev.Subject != begun.ID {
		t.Errorf("event %+v", ev)
	}
	if strings.Contains(string(k.cookie), string(cookie)) {
		t.Error("A65: the store got the value itself")
	}
}

// A85: a planted known-browser value is never the one that is known afterwards.
func TestA85NewBrowserCookie(t *testing.T) {
	s, _ := newService()
	planted := token.Token(strings.Repeat("A", 43))
	g, c := s.Draft("", planted, "Firefox on Windows", "192.0.2.7")
	if c.Browser == planted || c.Session == c.Browser || len(c.Browser) != 43 {
		t.Errorf("cookies %+v", c)
	}
	if string(g.OldBrowser) != string(planted.Hash()) || string(g.Browser) != string(c.Browser.Hash()) ||
		string(g.Cookie) != string(c.Session.Hash()) || g.Before != nil {
		t.Errorf("grant %+v doesn't belong to the cookies", g)
	}
	if !g.KnownUntil.Equal(now.Add(90*24*time.Hour)) || !g.Ends.Equal(now.Add(12*time.Hour)) {
		t.Errorf("known until %v, ends %v", g.KnownUntil, g.Ends)
	}
}

func TestEnd(t *testing.T) {
	s, k := newService()
	_, cookie, err := s.Begin(t.Context(), proven, session.Browser{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.End(t.Context(), "no cookie"); err != nil || len(k.events) != 1 {
		t.Errorf("ending none: %v and %d events, want nil and none", err, len(k.events)-1)
	}
	if err := s.End(t.Context(), cookie); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(t.Context(), cookie); !errors.Is(err, session.ErrNone) {
		t.Errorf("after its end: %v, want ErrNone", err)
	}
}

// A28: known for the account that it is known for, and never without a cookie.
func TestA28Known(t *testing.T) {
	s, k := newService()
	cookie := token.Token(strings.Repeat("A", 43))
	k.Account, k.before = "acc_ada", cookie.Hash()
	for _, tt := range []struct {
		account string
		cookie  token.Token
		want    bool
	}{
		{"acc_ada", cookie, true},
		{"acc_bob", cookie, false},
		{"acc_ada", "", false},
		{"acc_ada", cookie[:42], false},
	} {
		if got, err := s.Known(t.Context(), tt.account, tt.cookie); got != tt.want || err != nil {
			t.Errorf("Known(%s, %q) = %v, %v, want %v", tt.account, string(tt.cookie), got, err, tt.want)
		}
	}
}
