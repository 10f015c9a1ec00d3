package push_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"keyturn/internal/device"
	"keyturn/internal/push"
	"keyturn/internal/push/pushtest"
)

// BenchmarkLook is bare encryption, to compare with.
func BenchmarkLook(b *testing.B) {
	m := read(b).Messages[0]
	for b.Loop() {
		if _, err := push.LookNow("https://id.example.org", "en", m.UAPublic, m.Auth); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSend is whole pushes one after the other to a push service that looks at
// nothing; its own work, in the same process, is counted too.
func BenchmarkSend(b *testing.B) {
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
	}))
	defer stub.Close()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	s := &push.Sender{Origin: "https://id.example.org", VAPID: push.VAPID{Key: key, Contact: "mailto:it@example.com"}, Guard: push.Guard{Origins: []string{stub.URL}},
		Store: &store{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	in := pushtest.Start(b).Subscribe().Subscription()
	to := device.Subscription{Device: "dev_1", Endpoint: stub.URL + "/x", P256DH: in.P256DH, Auth: in.Auth, Sent: time.Now()}
	for b.Loop() {
		if _, err := s.Send(b.Context(), to); err != nil {
			b.Fatal(err)
		}
	}
}
