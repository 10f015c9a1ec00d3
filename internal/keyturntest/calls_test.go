package keyturntest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

// Whoever has one IPv6 address has 2⁶⁴ of them: codes that are tried from a whole
// network count as one address, spec §17. Each try is a row, so that a count per
// address would also let a stranger fill the database.
func TestTriesOfOneNetwork(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }))
	judged := 0
	for i := range 25 {
		r := unsigned(t, w, http.MethodPost, "/v1/activations/look", encoded(t, keyturn.Look{Code: keyturn.NewCode()}))
		r.Header.Set("X-Forwarded-For", fmt.Sprintf("2001:db8:1:2::%x", i+1))
		switch status := statusOf(t, w, r); status {
		case http.StatusNotFound:
			judged++
		case http.StatusTooManyRequests:
		default:
			t.Fatalf("status %d", status)
		}
	}
	if judged != 20 {
		t.Errorf("%d codes were judged, want 20", judged)
	}
}

// A77: parameters that a call doesn't have are refused like members that it doesn't
// have, spec §3; so is one that is there twice.
func TestA77UnknownParameters(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	phone := signerOf(ada.Phone, pin)
	look := encoded(t, keyturn.Look{Code: keyturn.NewCode()})
	for _, tt := range []struct {
		name string
		call func() int
	}{
		{"of the server", func() int { return statusOf(t, w, unsigned(t, w, http.MethodGet, "/v1/server?x=1", nil)) }},
		{"of a look", func() int {
			return statusOf(t, w, unsigned(t, w, http.MethodPost, "/v1/activations/look?x=1", look))
		}},
		{"of a signed call", func() int {
			seen := "/v1/requests/" + keyturn.NewID(keyturn.RequestID) + "/seen?at=opened"
			status, _ := phone.call(t, seen, w.Devices.Nonce(), keyturn.Seen{At: "opened"}).send(t, w.Client(), w.Origin)
			return status
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.call(); got != http.StatusBadRequest {
				t.Errorf("status %d, want 400", got)
			}
		})
	}
}

func unsigned(t *testing.T, w *keyturntest.World, method, path string, body []byte) *http.Request {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), method, w.Origin+path, bytes.NewReader(body)))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func statusOf(t *testing.T, w *keyturntest.World, r *http.Request) int {
	t.Helper()
	answer := must(w.Client().Do(r))
	defer answer.Body.Close() // nothing is read
	return answer.StatusCode
}

// Of one waiting page no more than eight streams are open, whoever holds the
// cookie; a session asks a phone for five changes in ten minutes, and no more.
func TestOneSessionKeepsWithinBounds(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	home, b := ada.SetUp("7Kq2"), w.Browser()
	page := b.SignIn(ada)
	path := "/sign-in/events?request=" + regexp.MustCompile("req_[A-Z2-7]{26}").FindString(page.HTML)
	for range 8 {
		<-b.Follow(path) // its first event
	}
	if got := b.Get(path); got.Status != http.StatusTooManyRequests {
		t.Errorf("the ninth stream: status %d, want 429", got.Status)
	}
	for i := range 6 {
		want := http.StatusOK
		if i == 5 {
			want = http.StatusTooManyRequests
		}
		if got := home.Post("/phones/add", nil); got.Status != want {
			t.Errorf("change %d: status %d, want %d", i+1, got.Status, want)
		}
	}
}
