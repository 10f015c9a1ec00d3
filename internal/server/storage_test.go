package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"keyturn/internal/config"
	"keyturn/internal/server"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// A command takes the database as it is: where nothing is, it makes neither schema nor
// key, unless it is the one that may begin. Without the key that was used nobody makes
// another one.
func TestCommandsTakeWhatIsThere(t *testing.T) {
	for name, engine := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			key := filepath.Join(t.TempDir(), "key")
			c := config.Default()
			c.PublicURL, c.Listen = "http://localhost:8080", "127.0.0.1:8080"
			c.Storage.URL, c.Seal.KeyFile = config.Address(engine(t)), key

			if err := connects(t, c, server.With{}); !errors.Is(err, store.ErrMissing) && !errors.Is(err, store.ErrEmpty) {
				t.Errorf("an empty place: %v", err)
			}
			if _, err := os.Stat(key); err == nil {
				t.Error("a key was made for nothing")
			}
			if _, err := server.Migrate(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if err := connects(t, c, server.With{}); !errors.Is(err, store.ErrEmpty) {
				t.Errorf("a schema that nobody has used: %v", err)
			}
			for _, with := range []server.With{{Fresh: true}, {}} {
				if err := connects(t, c, with); err != nil {
					t.Errorf("%+v: %v", with, err)
				}
			}
			if err := os.Remove(key); err != nil {
				t.Fatal(err)
			}
			for _, with := range []server.With{{Fresh: true}, {}} {
				if err := connects(t, c, with); !errors.Is(err, server.ErrKey) {
					t.Errorf("without its key, %+v: %v", with, err)
				}
			}
			if _, err := server.Open(t.Context(), c, server.With{}); !errors.Is(err, server.ErrKey) {
				t.Errorf("a server without its key: %v", err)
			}
			if _, err := os.Stat(key); err == nil {
				t.Error("another key was made")
			}
		})
	}
}

func connects(t *testing.T, c config.Config, with server.With) error {
	t.Helper()
	s, err := server.Connect(t.Context(), c, with)
	if err != nil {
		return err
	}
	return s.Close()
}
