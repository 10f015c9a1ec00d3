package account_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

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
		{"a Hangul filler in it", "a\u3164da", "demo-tea-29", "", account.ErrName},
		{"nothing but a Hangul filler", "\u3164", "demo-tea-29", "", account.ErrName},
		{"nothing but a blank of Braille", "\u2800", "demo-tea-29", "", account.ErrName},
		{"a joiner of graphemes in it", "a\u034fda", "demo-tea-29", "", account.ErrName},
		{"a variant of a letter", "ada\ufe0f.l", "demo-tea-29", "", account.ErrName},
		{"a mark that no letter stands before", "\u0301ada", "demo-tea-29", "", account.ErrName},
		{"ill-formed UTF-8", "ada\xff", "demo-tea-29", "", account.ErrName},
		{"a name with the dot of Uyghur names", "迪丽热巴·迪力木拉提", "demo-tea-29", "", nil},
		{"a name of two words", "Mei O’Chen", "demo-tea-29", "", nil},
		{"a name that is taken, with what a paste brings along", "\ufeffada\u200b", "demo-tea-29", "", account.ErrExists},
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
			if strings.Contains(string(kept.Password), tt.secret) || w.people.events[0].Kind != audit.AccountAdded {
				t.Errorf("kept password %q, event %v", kept.Password, w.people.events)
			}
		})
	}
}

// A folded name is what its folding is: two names have one account or two, never
// sometimes.
func TestKeyIsFolded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "name")
		if key := account.Key(name); account.Key(key) != key {
			t.Fatalf("Key(%q) = %q, Key of that = %q", name, key, account.Key(key))
		}
	})
}

// A123: no name keeps a processor: each letter and mark is folded once and for all, and a
// capital and its small letter are one.
func TestA123FoldingEnds(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S) {
			continue
		}
		key := account.Key("x" + string(r))
		if account.Key(key) != key {
			t.Errorf("%U is folded to %+q, that to %+q", r, key, account.Key(key))
		}
		if unicode.Is(unicode.Cherokee, r) && account.Key("x"+string(unicode.ToLower(r))) != account.Key("x"+string(unicode.ToUpper(r))) {
			t.Errorf("%U and its other case are two", r)
		}
	}
}

// A107: however a keyboard, a phone or a paste writes a name, it is one name.
func TestA107OneNameHoweverWritten(t *testing.T) {
	for name, written := range map[string][]string{
		"mei.chen":    {"Mei.Chen", "ＭＥＩ．ＣＨＥＮ", "mei.chen\u200b", "\u200emei.chen\u200f", "\ufeffmei.chen", "mei.\u00adchen", "mei.chen\u00a0", "\u2066mei.chen\u2069", "\tmei.chen\r\n"},
		"Straße 7":    {"STRASSE 7", "STRAẞE 7", "straße  7", "straße\u00a07"},
		"Οδυσσεύς":    {"ΟΔΥΣΣΕΎΣ", "οδυσσεύσ"},
		"ışık":        {"IŞIK", "Işık", "işik", "İŞİK"},
		"ipek":        {"İPEK", "IPEK", "i\u0307pek"},
		"ﬁn":          {"FIN", "fin"},
		"陈\u3000美":    {"陈 美", "陈\u2800 美"},
		"e\u0301lise": {"ÉLISE", "élise"},
		"a\u3164da":   {"ada", "a\u115fda", "A\uffa0DA", "a\u034fda"},
	} {
		for _, w := range written {
			if account.Key(w) != account.Key(name) {
				t.Errorf("%q is %q, %q is %q", w, account.Key(w), name, account.Key(name))
			}
		}
	}
}

// A107: a pasted name signs in, and its wrong passwords count with those of the typed one,
// also where nobody has it: a count that ends otherwise would tell whose name it is.
func TestA107PastedName(t *testing.T) {
	w := newWorld(t)
	if got, err := w.Check(t.Context(), attempt("\u200bAda\u2060", password)); err != nil || got.ID != w.ada.ID {
		t.Errorf("%q, %v", got.ID, err)
	}
	for _, who := range []string{"ada", "eve"} { // nobody is Eve
		for _, name := range []string{who, "\ufeff" + who, who + "\u200e", who[:1] + "\u00ad" + who[1:], who + "\u3164"} {
			if _, err := w.Check(t.Context(), attempt(name, "wrong")); !errors.Is(err, account.ErrPassword) {
				t.Fatalf("%q: %v", name, err)
			}
		}
		if _, err := w.Check(t.Context(), attempt("\u2063"+who, "wrong")); !isTooMany(err) {
			t.Errorf("a sixth spelling of %s: %v, want TooMany", who, err)
		}
	}
}

// A107: two accounts of before whose names fold alike since both go on, and there is no third.
func TestA107NamesOfBefore(t *testing.T) {
	w := newWorld(t)
	w.people.byKey["weiss"] = account.Account{ID: "acc_weiss", Name: "weiss", State: account.Active, Password: hashed()}
	w.people.byKey["weiß"] = account.Account{ID: "acc_weiß", Name: "weiß", State: account.Active, Password: hashed()}
	for name, want := range map[string]string{"weiss": "acc_weiss", "WEISS": "acc_weiss", "weiß": "acc_weiß", "Weiß": "acc_weiß"} {
		if got, err := w.Check(t.Context(), attempt(name, password)); err != nil || got.ID != want {
			t.Errorf("%s: %q, %v, want %s", name, got.ID, err, want)
		}
	}
	delete(w.people.byKey, "weiss")
	if _, err := w.Add(t.Context(), "weiß", "demo-tea-29", ""); !errors.Is(err, account.ErrExists) {
		t.Errorf("a second weiß: %v, want ErrExists", err)
	}
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
		got, err := account.Matches(account.Hash(tt.phc), tt.secret)
		if got != tt.want || (err != nil) != tt.fault {
			t.Errorf("%s: %v, %v, want %v, fault %v", tt.name, got, err, tt.want, tt.fault)
		}
	}
}

func TestHash(t *testing.T) {
	a, b := account.HashOf(password), account.HashOf(password)
	if a == b {
		t.Error("two hashes of one password are the same: no salt")
	}
	if !strings.HasPrefix(string(a), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s, want Argon2id, 19 MiB, 2 passes, 1 lane", a)
	}
	if ok, err := account.Matches(a, password); !ok || err != nil {
		t.Errorf("Matches: %v, %v", ok, err)
	}
}

// A29: a service makes hashes of full work, and what it compares with for a name that
// nobody has costs the same, in tests with light ones too.
func TestA29SameWork(t *testing.T) {
	work := func(phc account.Hash) string { return strings.Join(strings.Split(string(phc), "$")[:4], "$") }
	w := newWorld(t)
	for _, light := range []bool{true, false} {
		w.Light = light
		if _, err := w.Add(t.Context(), fmt.Sprint("eve ", light), password, ""); err != nil {
			t.Fatal(err)
		}
		made, nobody := work(w.Compared(t.Context(), fmt.Sprint("eve ", light))), work(w.Compared(t.Context(), "nobody"))
		if full := made == "$argon2id$v=19$m=19456,t=2,p=1"; made != nobody || full == light {
			t.Errorf("light %v: made %s, for nobody %s", light, made, nobody)
		}
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
		if kept.Index != c.Index() || strings.Contains(string(kept.Hash), string(c)) {
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

// All accounts are handed over a page at a time, with one question for each: the list of
// twenty thousand costs forty, and the memory of five hundred.
func TestEachIsAPageAtATime(t *testing.T) {
	w := newWorld(t)
	for i := range 1201 {
		key := fmt.Sprintf("person %d", i)
		w.people.byKey[key] = account.Account{Name: key}
	}
	seen, most := map[string]bool{}, 0
	err := w.Each(t.Context(), func(page []account.Listed) error {
		most = max(most, len(page))
		for _, a := range page {
			seen[a.Key] = true
		}
		return nil
	})
	if err != nil || len(seen) != len(w.people.byKey) || most > 500 || w.people.asked > 4 {
		t.Errorf("%d of %d, at most %d at once, %d questions, %v", len(seen), len(w.people.byKey), most, w.people.asked, err)
	}
	stop := errors.New("stop")
	if err := w.Each(t.Context(), func([]account.Listed) error { return stop }); !errors.Is(err, stop) || w.people.asked > 5 {
		t.Errorf("after an error: %v, %d questions", err, w.people.asked)
	}
}
