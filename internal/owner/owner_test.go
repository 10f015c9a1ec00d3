package owner_test

import (
	"os"
	"path/filepath"
	"testing"

	"keyturn/internal/owner"
)

func TestOf(t *testing.T) {
	folder := t.TempDir()
	me := owner.User(os.Geteuid())
	for _, file := range []string{folder, filepath.Join(folder, "missing"), filepath.Join(folder, "no", "such", "folder")} {
		if name, of := owner.Of(file); name != me || of != folder {
			t.Errorf("Of(%s): %s has %s, want %s has %s", file, name, of, me, folder)
		}
	}
}

func TestUserWithoutAName(t *testing.T) {
	if got := owner.User(1987654321); got != "1987654321" {
		t.Errorf("User: %q, want the number", got)
	}
}

// Whoever isn't root gives nothing away, and root doesn't take from itself.
func TestGiveWhereNothingIsToGive(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // nothing was written
	if err := owner.Give(f); err != nil {
		t.Error(err)
	}
	if name, _ := owner.Of(f.Name()); name != owner.User(os.Geteuid()) {
		t.Errorf("the file is %s's now", name)
	}
}
