package spec_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"keyturn/spec"
)

// Every file of the module's own vectors is an object, and all of them are there.
func TestVectors(t *testing.T) {
	t.Setenv("KEYTURN_VECTORS", "")
	names, err := fs.Glob(spec.Vectors(), "*.json")
	if err != nil || len(names) != 9 {
		t.Errorf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(spec.Vectors(), name)
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(b, &object); err != nil || len(object) == 0 {
			t.Errorf("%s: %d members, %v", name, len(object), err)
		}
	}
}

func TestVectorsOfAnotherFolder(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("KEYTURN_VECTORS", folder)
	if err := os.WriteFile(filepath.Join(folder, "lines.json"), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := fs.ReadFile(spec.Vectors(), "lines.json"); string(b) != "other" || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
}
