package keyturntest_test

import (
	"fmt"
	"net/http"
	"testing"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

// Whoever has one IPv6 address has 2⁶⁴ of them: codes that are tried from a whole
// network count as one address, spec §14, §17. Each try is a row, so that a count
// per address would also let a stranger fill the database.
func TestTriesOfOneNetwork(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }))
	tries := 0
	for i := range 25 {
		body := encoded(t, keyturn.Look{Code: keyturn.NewCode()})
		status, answer := parcel{method: http.MethodPost, path: "/v1/activations/look", body: body,
			header: http.Header{"X-Forwarded-For": {fmt.Sprintf("2001:db8:1:2::%x", i+1)}}}.send(t, w.Client(), w.Origin)
		switch {
		case status == http.StatusNotFound:
			tries++
		case status != http.StatusTooManyRequests:
			t.Fatalf("%d %s", status, answer)
		}
	}
	if tries != 20 {
		t.Errorf("%d codes were judged, want 20", tries)
	}
}
