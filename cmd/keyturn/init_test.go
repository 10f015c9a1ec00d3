package main

import (
	"os"
	"path/filepath"
	"testing"

	"keyturn/internal/config"
)

// The folder of the data is its owner's alone, as SECURITY.md asks.
func TestDataFolderIsItsOwners(t *testing.T) {
	dir := t.TempDir()
	c := config.Default()
	c.Storage.URL = config.Address("sqlite:" + filepath.Join(dir, "data", "keyturn.db"))
	if made, err := write(filepath.Join(dir, "settings", "keyturn.toml"), c); err != nil || !made {
		t.Fatal(made, err)
	}
	for folder, others := range map[string]os.FileMode{"data": 0o077, "settings": 0o027} {
		if info, err := os.Stat(filepath.Join(dir, folder)); err != nil || info.Mode().Perm()&others != 0 {
			t.Errorf("%s: %v, %v", folder, info.Mode(), err)
		}
	}
}
