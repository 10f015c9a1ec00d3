package account_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"keyturn/internal/account"
	"keyturn/internal/audit"
)

func TestAdd(t *testing.T) {
	for _, tt := range []struct {
		name              string
		who, secret, mail string
		want              error
	}{
		{"mei.chen", "mei.chen", "demo-tea-29", "mei@example.com", nil},
		{"a name in Chinese", "陈美", "demo-tea-29", "", nil},
		{"a name in Hebrew, from right to left", "עדה", "demo-tea-29", "", nil},
		{"a name with an emoji", "ada🚢", "demo-tea-29", "", nil},
		{"64 characters", strings.Repeat("里", 64), "demo-tea-29", "", nil},
		{"65 characters", strings.Repeat("里", 65), "demo-tea-29", "", account.ErrName},
		{"no name", " \t", "demo-tea-29", "", account.ErrName},
		{"a line feed in it", "a\nda", "demo-tea-29", "", account.ErrName},
		{"a character that turns the direction", "ada\u202eliam", "demo-tea-29", "", account.ErrName},
		{"a character of no width", "a\u200bda", "demo-tea-29", "", account.ErrName},
		{"ill-formed UTF-8", "ada\xff", "demo-tea-29", "", account.ErrName},
		{"a name that is taken, written otherwise", "ＡＤＡ", "demo-tea-29", "", account.ErrExists},
		{"a password of seven", "carol", "1234567", "", account.ErrShort},
		{"a password of 257", "carol", strings.Repeat("x", 257), "", account.ErrLong},
		{"no mail address", "carol", "demo-tea-29", "carol at example.com", account.ErrEmail},
		{"a mail address with a name", "carol", "demo-tea-29", "Carol <carol@example.com>", account.ErrEmail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			got, err := w.Add(t.Context(), tt.who, tt.secret, tt.mail)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Add: %v, want %v", err, tt.want)
			}
			if tt.want != nil {
				if len(w.people.byKey) != 2 || len(w.people.events) != 0 {
					t.Error("something was added")
				}
				return
			}
			kept := w.people.byKey[account.Key(tt.who)]
			if kept.Name != tt.who || !kept.First || kept.State != account.Active || kept.ID != got.ID {
				t.Errorf("kept %+v", kept)
			}
			if strings.Contains(kept.Password, tt.secret) || w.people.events[0].Kind != audit.AccountAdded {
				t.Errorf("kept password %q, event %v", kept.Password, w.people.events)
			}
		})
	}
}

// A folded name is what its folding is: two names have one account or two, never
// sometimes.
func TestKeyIsFolded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if key := account.Key(name); account.Key(key) != key {
			t.Fatalf("Key(%q) = %q, Key of that = %q", name, key, account.Key(key))
		}
	})
}

// The hash of another implementation: argon2id of phc-winner-argon2, test.c.
const reference = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		name, phc, secret string
		want, fault       bool
	}{
		{"another implementation's", reference, "password", true, false},
		{"wrong secret", reference, "passwort", false, false},
		{"another salt", strings.Replace(reference, "c29t", "d29t", 1), "password", false, false},
		{"another kind", strings.Replace(reference, "argon2id", "argon2i", 1), "password", false, true},
		{"another version", strings.Replace(reference, "v=19", "v=16", 1), "password", false, true},
		{"memory of a terabyte", strings.Replace(reference, "m=256", "m=1073741824", 1), "password", false, true},
		{"no passes", strings.Replace(reference, "t=2", "t=0", 1), "password", false, true},
		{"a key of one byte", reference[:strings.LastIndexByte(reference, '$')] + "$nQ", "\x00", false, true},
		{"empty", "", "", false, true},
	} {
		got, err := account.Matches(tt.phc, tt.secret)
		if got != tt.want || (err != nil) != tt.fault {
			t.Errorf("%s: %v, %v, want %v, fault %v", tt.name, got, err, tt.want, tt.fault)
		}
	}
}

func TestHash(t *testing.T) {
	a, b := account.Hash(password), account.Hash(password)
	if a == b {
		t.Error("two hashes of one password are the same: no salt")
	}
	if !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s, want Argon2id, 19 MiB, 2 passes, 1 lane", a)
	}
	if ok, err := account.Matches(a, password); !ok || err != nil {
		t.Errorf("Matches: %v, %v", ok, err)
	}
}

// A set has eight codes that differ in their first two symbols, is kept as
// hashes, and is made once.
func TestRecoveryCodes(t *testing.T) {
	w := newWorld(t)
	codes, err := w.MakeRecoveryCodes(t.Context(), w.ada.ID, "ses_1", "")
	if err != nil || len(codes) != 8 {
		t.Fatalf("%d codes, %v, want 8", len(codes), err)
	}
	seen := map[string]bool{}
	for i, c := range codes {
		kept := w.people.codes[i]
		seen[kept.Index] = true
		if kept.Index != c.Index() || strings.Contains(kept.Hash, string(c)) {
			t.Errorf("code %d is kept as %+v", i, kept)
		}
	}
	if ok, err := account.Matches(w.people.codes[7].Hash, string(codes[7])); !ok || err != nil {
		t.Errorf("the last code's hash doesn't match it: %v, %v", ok, err)
	}
	if len(seen) != 8 || w.hashes.Load() != 8 {
		t.Errorf("%d different beginnings, %d hashes, want 8 and 8", len(seen), w.hashes.Load())
	}
	if _, err := w.MakeRecoveryCodes(t.Context(), w.ada.ID, "ses_1", ""); !errors.Is(err, account.ErrUnknown) || w.hashes.Load() != 8 {
		t.Errorf("a second time: %v after %d hashes, want ErrUnknown after 8", err, w.hashes.Load())
	}
	for _, ev := range w.people.events {
		for _, detail := range ev.Detail {
			if strings.Contains(detail, string(codes[0])) {
				t.Error("A65: a code is in the record")
			}
		}
	}
}
