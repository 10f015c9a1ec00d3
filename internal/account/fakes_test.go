package account_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

var now = time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)

// people is a Store with accounts by key, and a Record.
type people struct {
	account.Store
	mu     sync.Mutex
	byKey  map[string]account.Account
	codes  []account.RecoveryHash
	row    int // wrong recovery codes
	events []audit.Event
	asked  int // for pages of accounts
}

func (p *people) AddAccount(_ context.Context, a account.Account, key string, ev audit.Event) error {
	if _, taken := p.byKey[key]; taken {
		return account.ErrExists
	}
	p.byKey[key] = a
	return p.Refused(context.Background(), ev)
}

func (p *people) AccountNamed(_ context.Context, spelt, key string) (account.Account, error) {
	a, ok := p.byKey[spelt]
	if !ok {
		a, ok = p.byKey[key]
	}
	if !ok {
		return account.Account{}, account.ErrUnknown
	}
	return a, nil
}

func (p *people) Accounts(_ context.Context, after string, most int) (page []account.Listed, _ error) {
	p.asked++
	for _, key := range slices.Sorted(maps.Keys(p.byKey)) {
		if key > after && len(page) < most {
			page = append(page, account.Listed{Account: p.byKey[key], Key: key})
		}
	}
	return page, nil
}

func (p *people) Refused(_ context.Context, ev audit.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, ev)
	return nil
}

func (p *people) Account(_ context.Context, id string) (account.Account, error) {
	for _, a := range p.byKey {
		if a.ID == id {
			return a, nil
		}
	}
	return account.Account{}, account.ErrUnknown
}

func (p *people) RecoveryCodes(context.Context, string) (account.CodeList, error) {
	return account.CodeList{Left: len(p.codes), Made: p.codes != nil}, nil
}

func (p *people) MayMakeCodes(_ context.Context, m account.Maker, _ time.Time) (bool, error) {
	return p.codes == nil || m.Approval != "", nil
}

func (p *people) SetRecoveryCodes(
	_ context.Context, _ account.Maker, codes []account.RecoveryHash, ev audit.Event,
) error {
	p.codes = codes
	return p.Refused(context.Background(), ev)
}

func (p *people) SaveRecoveryCodes(_ context.Context, _ string, ev audit.Event) error {
	return p.Refused(context.Background(), ev)
}

func (p *people) TakeCode(_ context.Context, _ string, row int) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.row >= row {
		return 0, account.ErrCodesOff
	}
	p.row++
	return p.row, nil
}

func (p *people) UnusedCode(_ context.Context, _, index string) (account.Hash, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.codes {
		if c.Index == index {
			return c.Hash, nil
		}
	}
	return "", account.ErrUnknown
}

func (p *people) SpendCode(_ context.Context, s account.Spent, _ policy.Grant, ev audit.Event) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, c := range p.codes {
		if c.Index == s.Index && c.Hash == s.Hash {
			p.codes = slices.Delete(p.codes, i, i+1)
			p.row, p.events = 0, append(p.events, ev)
			return len(p.codes), nil
		}
	}
	return 0, account.ErrRecovery
}

// tries counts in memory; nothing runs out of time.
type tries struct {
	mu       sync.Mutex
	taken    map[string]int
	judging  map[string]int // of the taken ones
	familiar map[string]bool
	full     bool // others wait for every count, for ever
	last     []account.Count
	events   *people
}

func (t *tries) Take(_ context.Context, c policy.Count, _ time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken[c.Key] == c.Rate.Most {
		return &policy.TooMany{Wait: c.Rate.In}
	}
	t.taken[c.Key]++
	return nil
}

func (t *tries) GiveBack(_ context.Context, c policy.Count) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken[c.Key]--
	return nil
}

func (t *tries) BeginGuess(ctx context.Context, g account.Guess) (judging string, err error) {
	if t.full {
		<-ctx.Done()
		return "", ctx.Err()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = g.Counts
	for _, c := range g.Counts {
		switch {
		case t.taken[c.Key]-t.judging[c.Key] >= c.Rate.Most:
			return "", &policy.TooMany{Wait: c.Rate.In}
		case t.taken[c.Key] >= c.Rate.Most:
			judging = c.Key
		}
	}
	if judging == "" {
		for _, c := range g.Counts {
			t.taken[c.Key]++
			t.judging[c.Key]++
		}
	}
	return judging, nil
}

func (t *tries) EndGuess(_ context.Context, g account.Guess) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range g.Counts {
		t.taken[c.Key]--
		t.judging[c.Key]--
	}
	return nil
}

func (t *tries) WrongGuess(ctx context.Context, g account.Guess, ev, _ audit.Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range g.Counts {
		t.judging[c.Key]--
	}
	return t.events.Refused(ctx, ev)
}

func (t *tries) PasswordLocks(context.Context, string, time.Time) ([]account.Lock, error) {
	panic("not asked for")
}

func (t *tries) FamiliarNetwork(_ context.Context, id, network string, _ time.Time) (bool, error) {
	return t.familiar[id+" "+network], nil
}

// browsers knows browsers by account and cookie hash.
type browsers map[string]string

func (b browsers) KnownBrowser(_ context.Context, id string, cookie keyturn.Bytes, _ time.Time) (bool, error) {
	return id != "" && b[string(cookie)] == id, nil
}

// A world has Ada, whose password is "里昂 Lyon 1815", and Bob, who is disabled.
type world struct {
	*account.Service
	people *people
	tries  *tries
	known  browsers
	hashes atomic.Int64
	ada    account.Account
}

const password = "里昂 Lyon 1815"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{people: &people{byKey: map[string]account.Account{}}, known: browsers{}}
	w.tries = &tries{taken: map[string]int{}, judging: map[string]int{}, familiar: map[string]bool{}, events: w.people}
	w.Service = &account.Service{Store: w.people, Codes: w.people, Tries: w.tries, Guesses: w.tries, Browsers: w.known, Record: w.people,
		Limits: policy.Defaults(), Hashes: 2, Light: true, Now: func() time.Time { return now }, Hashed: func() { w.hashes.Add(1) }}
	w.ada = account.Account{ID: "acc_ada", Name: "Ada", State: account.Active, Password: hashed()}
	w.people.byKey["ada"] = w.ada
	w.people.byKey["bob"] = account.Account{ID: "acc_bob", Name: "bob", State: account.Disabled, Password: hashed()}
	return w
}

// hashed is computed once.
var hashed = sync.OnceValue(func() account.Hash { return account.LightHashOf(password) })

// attempt is one from an address of the documentation.
func attempt(name, password string) account.Attempt {
	return account.Attempt{Name: name, Password: keyturn.Secret(password), Addr: "192.0.2.7", Counted: "192.0.2.7"}
}
