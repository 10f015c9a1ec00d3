package account_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// recovery is a code of Ada's, typed after the right password.
func recovery(c keyturn.RecoveryCode) account.Recovery {
	return account.Recovery{Account: "acc_ada", Request: "req_1", Code: c, Browser: "Firefox on Windows", Addr: "192.0.2.7"}
}

// another is a code that has the beginning of c and is not c.
func another(c keyturn.RecoveryCode) keyturn.RecoveryCode {
	for {
		if n := keyturn.NewRecoveryCode(); n.Index() == c.Index() && n != c {
			return n
		}
	}
}

func (w *world) codes(t *testing.T) []keyturn.RecoveryCode {
	t.Helper()
	codes, err := w.MakeRecoveryCodes(t.Context(), w.ada.ID, "ses_1", "")
	if err != nil {
		t.Fatal(err)
	}
	w.hashes.Store(0)
	return codes
}

// A61: a hit, a wrong code, one that is used and one with an unknown beginning each
// cost one hash; the last three look alike; the sixth within an hour isn't compared.
func TestA61Recover(t *testing.T) {
	w := newWorld(t)
	codes := w.codes(t)
	try := func(name string, c keyturn.RecoveryCode, want error) {
		t.Helper()
		before := w.hashes.Load()
		left, err := w.Recover(t.Context(), recovery(c), policy.Grant{Session: "ses_2"})
		if !errors.Is(err, want) || err == nil && left != 7 {
			t.Errorf("%s: %v, %d left", name, err, left)
		}
		if n := w.hashes.Load() - before; n != 1 {
			t.Errorf("%s costs %d hashes", name, n)
		}
		var f *audit.Failure
		if want != nil && (!errors.As(err, &f) || f.Reference == "") {
			t.Errorf("%s has no reference", name)
		}
	}
	try("right", codes[0], nil)
	try("used", codes[0], account.ErrRecovery)
	try("wrong", another(codes[1]), account.ErrRecovery)
	unknown := keyturn.NewRecoveryCode()
	for hash, err := w.people.UnusedCode(t.Context(), "", unknown.Index()); err == nil; hash, err = w.people.UnusedCode(t.Context(), "", unknown.Index()) {
		_, unknown = hash, keyturn.NewRecoveryCode()
	}
	try("unknown", unknown, account.ErrRecovery)
	try("unknown again", unknown, account.ErrRecovery)
	try("and again", unknown, account.ErrRecovery)
	before := w.hashes.Load()
	var many *policy.TooMany
	if _, err := w.Recover(t.Context(), recovery(codes[1]), policy.Grant{}); !errors.As(err, &many) || w.hashes.Load() != before {
		t.Errorf("a right one after five wrong: %v", err)
	}
	for _, ev := range w.people.events {
		for _, detail := range ev.Detail {
			if strings.Contains(detail, string(codes[1])) || strings.Contains(detail, string(unknown)) {
				t.Error("A65: a code is in the record")
			}
		}
	}
}

// A08: of a thousand guesses at once five are compared.
func TestA08ParallelRecovery(t *testing.T) {
	w := newWorld(t)
	w.Hashes = 4
	wrong := another(w.codes(t)[0])
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { _, _ = w.Recover(t.Context(), recovery(wrong), policy.Grant{}) })
	}
	wg.Wait()
	if n := w.hashes.Load(); n > 5 || n == 0 {
		t.Errorf("%d codes were compared", n)
	}
}

// A61: a hundred wrong ones in a row, over days, and the codes are off.
func TestA61Off(t *testing.T) {
	w := newWorld(t)
	w.Limits.RecoveryRow, w.Limits.Recoveries.Most = 3, 1000
	codes := w.codes(t)
	wrong := another(codes[0])
	for range 3 {
		if _, err := w.Recover(t.Context(), recovery(wrong), policy.Grant{}); !errors.Is(err, account.ErrRecovery) {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := w.Recover(t.Context(), recovery(codes[0]), policy.Grant{}); !errors.Is(err, account.ErrCodesOff) {
			t.Errorf("%v, want ErrCodesOff", err)
		}
	}
	if w.hashes.Load() != 3 || w.tries.taken["recovery acc_ada"] != 3 {
		t.Errorf("%d hashes, %d tries", w.hashes.Load(), w.tries.taken["recovery acc_ada"])
	}
	off := 0
	for _, ev := range w.people.events {
		if ev.Kind == audit.RecoveryOff {
			off++
		}
	}
	if off != 1 {
		t.Errorf("it is on record %d times", off)
	}
}

// While phones can't be changed nothing is tried, and nothing spent.
func TestRecoverQuiet(t *testing.T) {
	for name, spoil := range map[string]func(*account.Account){
		"after a report": func(a *account.Account) { a.Quiet = now.Add(time.Minute) },
		"after an alarm": func(a *account.Account) { a.Held = true },
	} {
		w := newWorld(t)
		codes := w.codes(t)
		ada := w.ada
		spoil(&ada)
		w.people.byKey["ada"] = ada
		if _, err := w.Recover(t.Context(), recovery(codes[0]), policy.Grant{}); !errors.Is(err, account.ErrQuiet) || w.hashes.Load() != 0 || len(w.tries.taken) != 0 {
			t.Errorf("%s: %v after %d hashes", name, err, w.hashes.Load())
		}
	}
	w := newWorld(t)
	r := recovery(keyturn.NewRecoveryCode())
	r.Account = "acc_bob" // disabled
	if _, err := w.Recover(t.Context(), r, policy.Grant{}); !errors.Is(err, account.ErrTicket) || w.hashes.Load() != 0 {
		t.Errorf("a disabled account: %v", err)
	}
}
