package entry_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/entry"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

// kept is a Store of one visit.
type kept struct {
	entry.Visit
	browser keyturn.Bytes
	asked   int
}

func (k *kept) AddVisit(_ context.Context, v entry.Visit, browser keyturn.Bytes) error {
	k.Visit, k.browser = v, browser
	return nil
}

func (k *kept) EndVisit(_ context.Context, id string, browser keyturn.Bytes, to entry.VisitState, _ time.Time) error {
	if k.State != entry.Open {
		return entry.ErrEnded
	}
	k.State = to
	return nil
}

// store is kept as a Store; the embedded Visit would hide its method.
type store struct{ *kept }

func (s store) Visit(_ context.Context, id string, browser keyturn.Bytes) (entry.Visit, error) {
	s.asked++
	if id != s.ID || string(browser) != string(s.browser) {
		return entry.Visit{}, entry.ErrNoVisit
	}
	return s.kept.Visit, nil
}

func newVisits() (*entry.Visits, *kept, *time.Time) {
	k, at := &kept{}, now
	return &entry.Visits{Store: store{k}, Limits: policy.Defaults(), Now: func() time.Time { return at }}, k, &at
}

func TestVisitOfABrowser(t *testing.T) {
	v, k, _ := newVisits()
	made, browser, err := v.Begin(t.Context(), entry.Visit{App: "Wi\nki" + strings.Repeat("i", 200), State: entry.Done}, "")
	if err != nil || made.State != entry.Open || made.Ends.Sub(made.Made) != time.Hour {
		t.Fatalf("%+v, %v", made, err)
	}
	if len(made.App) != 100 || strings.Contains(made.App, "\n") {
		t.Errorf("an application shown as %q", made.App)
	}
	if strings.Contains(string(k.browser), string(browser)) {
		t.Error("the store got the cookie itself")
	}
	_, same, err := v.Begin(t.Context(), entry.Visit{}, browser)
	if err != nil || same != browser {
		t.Errorf("the next visit has another cookie, %v", err)
	}
	if _, other, _ := v.Begin(t.Context(), entry.Visit{}, "planted"); other == "planted" || other.Hash() == nil {
		t.Error("what is no cookie of ours is taken for one")
	}
}

func TestVisitThatIsNone(t *testing.T) {
	v, k, _ := newVisits()
	made, browser, _ := v.Begin(t.Context(), entry.Visit{}, "")
	for id, cookie := range map[string]token.Token{made.ID: token.New(), keyturn.NewID(keyturn.VisitID): browser, "": browser, made.ID + "'": browser,
		strings.Replace(made.ID, "vis_", "req_", 1): browser} {
		if _, err := v.Visit(t.Context(), id, cookie); !errors.Is(err, entry.ErrNoVisit) {
			t.Errorf("%s: %v", id, err)
		}
		if err := v.Finish(t.Context(), id, cookie); !errors.Is(err, entry.ErrNoVisit) {
			t.Errorf("finish %s: %v", id, err)
		}
	}
	if _, err := v.Visit(t.Context(), made.ID, ""); !errors.Is(err, entry.ErrNoVisit) {
		t.Errorf("without a cookie: %v", err)
	}
	if k.State != entry.Open || k.asked != 4 { // what is no id isn't looked for
		t.Errorf("%s, looked for %d times", k.State, k.asked)
	}
}

func TestVisitEndsOnce(t *testing.T) {
	for says, tt := range map[string]struct {
		end  func(*entry.Visits, context.Context, string, token.Token) error
		want entry.VisitState
	}{"finished": {(*entry.Visits).Finish, entry.Done}, "left": {(*entry.Visits).Leave, entry.Left}} {
		v, _, at := newVisits()
		made, browser, _ := v.Begin(t.Context(), entry.Visit{}, "")
		*at = made.Ends.Add(-time.Second)
		if err := tt.end(v, t.Context(), made.ID, browser); err != nil {
			t.Errorf("%s: %v", says, err)
		}
		if got, err := v.Visit(t.Context(), made.ID, browser); got.State != tt.want || err != nil {
			t.Errorf("%s: %s, %v", says, got.State, err)
		}
		for _, again := range []error{v.Finish(t.Context(), made.ID, browser), v.Leave(t.Context(), made.ID, browser)} {
			if !errors.Is(again, entry.ErrEnded) {
				t.Errorf("%s, ended again: %v", says, again)
			}
		}
	}
}

func TestVisitThatIsOver(t *testing.T) {
	v, k, at := newVisits()
	made, browser, _ := v.Begin(t.Context(), entry.Visit{}, "")
	*at = made.Ends
	if got, err := v.Visit(t.Context(), made.ID, browser); got.State != entry.Over || err != nil {
		t.Errorf("%s, %v", got.State, err)
	}
	if err := v.Finish(t.Context(), made.ID, browser); !errors.Is(err, entry.ErrEnded) || k.State != entry.Open {
		t.Errorf("finished after its time: %v", err)
	}
}
