package store_test

import (
	"testing"

	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		storetest.Run(t, db, func(text string, args ...any) { write(t, db, text, args...) })
	})
}
