package phoneapp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"keyturn"
)

// reasons are the app's words for what the root package says of a PIN.
var reasons = map[error]string{
	keyturn.ErrPINShort: "short", keyturn.ErrPINLong: "long", keyturn.ErrPINCharacter: "chars", keyturn.ErrPINSame: "same",
	keyturn.ErrPINRow: "row", keyturn.ErrPINRepeat: "repeat", keyturn.ErrPINDate: "date", keyturn.ErrPINName: "name",
	keyturn.ErrPINCommon: "common",
}

// The app refuses the PINs that the root package refuses, for the same reasons.
func TestTwinsAgreeOnPINs(t *testing.T) {
	pins := []string{"7Kq2", "k7#Q", "ｋ７＃Ｑ", "密码锁键", "🔑7k2", "83 27", "8327\u0007", "83\u200b27", "aAaA", "ABCD", "QwEr", "zaq1", "p;/",
		"0p;/", "azer", "yxcv", "!@#$", ")(*&", "12345", "54321", "12121", "839839", "abcabc", "chen", "Chen7", "mei.", "ei.c", "839@", "İİİİ",
		"ßßss", "pass", "LOVE", "1q2w3e", "é́é́", "839", "8392716", "19871", "290283", "310483", "002983", "830229", "130713"}
	for n := range 10000 {
		pins = append(pins, fmt.Sprintf("%04d", n))
	}
	for n := 0; n < 1000000; n += 97 {
		pins = append(pins, fmt.Sprintf("%06d", n))
	}
	ctx := chromium(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(serve(t, app(t).Routes())+"/p/test/?only=words")); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(pins)
	if err != nil {
		t.Fatal(err)
	}
	said := evaluate[[]string](ctx, t, `import("/p/lib/pinrules.js").then(({pinProblem}) =>
		`+string(list)+`.map((pin) => pinProblem(pin, {min: 4, max: 6}, "Mei.Chen@839.example") ?? ""))`)
	for i, pin := range pins {
		want := ""
		for reason, word := range reasons {
			if errors.Is(keyturn.CheckPIN(pin, 4, 6, "Mei.Chen@839.example"), reason) {
				want = word
			}
		}
		if said[i] != want {
			t.Errorf("%q: the app says %q, want %q", pin, said[i], want)
		}
	}
}
