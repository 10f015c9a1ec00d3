package keyturntest_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// A cut wire loses every answer to a path, and counts what was sent to which.
type cut struct {
	next http.RoundTripper
	lose string // "": nothing
	sent map[string]int
}

// RoundTrip implements [http.RoundTripper].
func (c *cut) RoundTrip(r *http.Request) (*http.Response, error) {
	c.sent[r.URL.Path]++
	answer, err := c.next.RoundTrip(r)
	if err == nil && r.URL.Path == c.lose {
		_ = answer.Body.Close()
		return nil, errors.New("cut")
	}
	return answer, err
}

// A87: a phone that has said its nonce and heard nothing goes on from what it has
// kept, also after a restart. It never redeems again.
func TestA87NoSecondRedeem(t *testing.T) {
	const redeem, finish = "/v1/activations/redeem", "/v1/activations/finish"
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	code := must(keyturn.ParseCode(w.Origin, page.Text("#activation-code")))
	p := w.Phone(pin)
	line := &cut{next: w.Client().Transport, lose: finish, sent: map[string]int{}}
	p.Through(&http.Client{Transport: line})
	if _, err := p.Phone.Activate(t.Context(), code, "Pixel 9", pin); !errors.Is(err, phone.ErrUnsure) {
		t.Fatalf("the answer to finish is lost: %v", err)
	}

	p = p.At(w) // the app is closed and opened
	p.Through(&http.Client{Transport: line})
	if _, err := p.Phone.Activate(t.Context(), code, "Pixel 9", pin); !errors.Is(err, phone.ErrUnfinished) {
		t.Errorf("the same code once more: %v", err)
	}
	line.lose = ""
	set, err := p.Resume(t.Context(), pin)
	if err != nil {
		t.Fatal(err)
	}
	if line.sent[redeem] != 1 || line.sent[finish] < 2 {
		t.Errorf("sent: %v", line.sent)
	}
	page = page.Reload().Submit("form#check-code", map[string][]string{"code": {set.Check}})
	if err := set.Wait(t.Context()); err != nil {
		t.Errorf("%v\n%s", err, page.HTML)
	}
}

// A30: who guesses codes is counted by the address of the connection, whatever
// address a header claims.
func TestA30AddressLimitByPeer(t *testing.T) {
	w := keyturntest.Start(t)
	statuses := map[int]int{}
	for i := range 30 {
		r, err := http.NewRequestWithContext(t.Context(), "POST", w.Origin+"/v1/activations/look",
			strings.NewReader(string(encoded(t, keyturn.Look{Code: keyturn.NewCode()}))))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "True-Client-Ip"} {
			r.Header.Set(name, "192.0.2."+string(rune('0'+i%10))+string(rune('0'+i/10)))
		}
		answer, err := w.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		statuses[answer.StatusCode]++
	}
	if statuses[http.StatusNotFound] != 20 || statuses[http.StatusTooManyRequests] != 10 {
		t.Errorf("statuses %v, want 20 refused and 10 slowed down", statuses)
	}
}
