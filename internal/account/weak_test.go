package account_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/account"
)

// What others would try first, what a name gives and what can't be typed is no password,
// whoever sets it. NIST SP 800-63B-4 §3.1.1.2.
func TestUnusablePasswords(t *testing.T) {
	for _, tt := range []struct {
		name, secret string
		want         error
	}{
		{"the best known one", "password", account.ErrCommon},
		{"with capitals", "PassWord", account.ErrCommon},
		{"in wide letters", "ｐａｓｓｗｏｒｄ", account.ErrCommon},
		{"of other signs", "P@ssw0rd", account.ErrCommon},
		{"the first of the list", "!qaz2wsx", account.ErrCommon},
		{"the last of the list", "zzzzzzz1", account.ErrCommon},
		{"a Chinese one", "woaini1314", account.ErrCommon},
		{"a season and its year", "Winter2026!", account.ErrCommon},
		{"counting up", "12345678", account.ErrCommon},
		{"counting up past 9", "4567890123", account.ErrCommon},
		{"counting down", "hgfedcba", account.ErrCommon},
		{"one character", "aaaaaaaa", account.ErrCommon},
		{"one character that isn't Latin", "陈陈陈陈陈陈陈陈", account.ErrCommon},
		{"a pair again and again", "x7x7x7x7x", account.ErrCommon},
		{"a year again and again", "199019901990", account.ErrCommon},
		{"the name and a year", "mei.chen1990", account.ErrNamed},
		{"the name otherwise", "ChenMei!2026", account.ErrNamed},
		{"the name twice", "meichenmeichen", account.ErrNamed},
		{"the name backwards", "nehc.iem-1", account.ErrNamed},
		{"the name and a common one", "chen-password", account.ErrNamed},
		{"the address", "mei@example.com", account.ErrNamed},
		{"the place of the address", "example2026", account.ErrNamed},
		{"the organisation", "HarborLane1", account.ErrNamed},
		{"the organisation in Chinese", "2026港湾里港湾里", account.ErrNamed},
		{"the product", "keyturn123", account.ErrNamed},
		{"a byte order mark before it", "\ufeffdemo-tea-29", account.ErrTyped},
		{"UTF-16", "d\x00e\x00m\x00o\x00-\x00t\x00e\x00a\x00", account.ErrTyped},
		{"bytes that are no UTF-8", "demo-tea-\xff\xfe", account.ErrTyped},
		{"a colour of the terminal", "demo-\x1b[31mtea-29", account.ErrTyped},
		{"a tab", "demo\ttea-29", account.ErrTyped},
		{"a mark of direction", "demo-tea-29\u200e", account.ErrTyped},
		{"a space of no width", "demo\u200btea-29", account.ErrTyped},
		{"no character at all", "demo-tea-29\ufdd0", account.ErrTyped},
		{"a sentence with the name", "mei.chen drinks green tea", nil},
		{"a sentence with a common word", "my password is a long story", nil},
		{"eight characters besides the name", "chen-h7$kQz!", nil},
		{"spaces at its ends", " demo-tea-29 ", nil},
		{"Chinese", "红茶配柠檬不加糖", nil},
		{"a family", "👨‍👩‍👧❤️ demo-tea", nil},
		{"the flag of Wales", "demo-tea 🏴\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.Names = []string{"keyturn", "Harbor Lane", "港湾里"}
			_, err := w.Add(t.Context(), "mei.chen", tt.secret, "mei@example.com")
			if !errors.Is(err, tt.want) {
				t.Errorf("added: %v, want %v", err, tt.want)
			}
			if tt.want == nil || err == nil {
				return
			}
			mei := account.Account{ID: "acc_mei", Name: "mei.chen", Email: "mei@example.com", State: account.Active, Password: hashed()}
			w.people.byKey["mei.chen"] = mei
			if err := w.SetPassword(t.Context(), mei.ID, tt.secret); !errors.Is(err, tt.want) {
				t.Errorf("set by the operator: %v, want %v", err, tt.want)
			}
			change := account.Change{Account: mei.ID, Session: "ses_1", Request: "req_1", Present: password, New: keyturn.Secret(tt.secret)}
			if err := w.ChangePassword(t.Context(), change); !errors.Is(err, tt.want) {
				t.Errorf("changed: %v, want %v", err, tt.want)
			}
			if len(w.tries.taken) != 0 {
				t.Error("a try was taken for it")
			}
		})
	}
}

// A password that somebody has signs in, whatever is asked of new ones.
func TestPasswordOfBefore(t *testing.T) {
	w := newWorld(t)
	w.people.byKey["eve"] = account.Account{ID: "acc_eve", Name: "eve", State: account.Active, Password: account.HashOf("password")}
	if _, err := w.Check(t.Context(), attempt("eve", "password")); err != nil {
		t.Error(err)
	}
}

// The list is searched by halves: it is in the order of its bytes, and each line is as a
// password is compared.
func TestCommonIsSorted(t *testing.T) {
	data, err := os.ReadFile("common.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if !slices.IsSorted(lines) || len(slices.Compact(slices.Clone(lines))) != len(lines) {
		t.Error("not in order, or twice")
	}
	for _, line := range lines {
		if !account.IsCommon(line) || account.Plain(line) != line || len([]rune(line)) < 8 {
			t.Errorf("%q isn't found, isn't folded, or is shorter than any password", line)
		}
	}
	for _, other := range []string{"", "\n", "password\n", "passwor", " password", "zzzzzzzzzzzz", "!"} {
		if account.IsCommon(other) {
			t.Errorf("%q is found", other)
		}
	}
}
