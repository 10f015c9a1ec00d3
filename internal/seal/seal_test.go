package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"keyturn/internal/seal"
)

const (
	place = "keyturn/v1 sealed\ndevice\ndev_AAAAAAAAAAAAAAAAAAAAAAAAAC\nkk\nacc_1\nhash1\n"
	other = "keyturn/v1 sealed\ndevice\ndev_AAAAAAAAAAAAAAAAAAAAAAAAAC\nkk\nacc_2\nhash1\n"
)

func TestOpens(t *testing.T) {
	box, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	secret := []byte("32 bytes that nobody may know …")
	for _, tt := range []struct {
		name  string
		by    *seal.Box
		place string
		spoil func([]byte) []byte
		want  error
	}{
		{"where it was sealed", box, place, func(b []byte) []byte { return b }, nil},
		{"A67 A90 not in a row that was given to another account", box, other, func(b []byte) []byte { return b }, seal.ErrOpen},
		{"not with another key", stranger, place, func(b []byte) []byte { return b }, seal.ErrOpen},
		{"not after one bit was changed", box, place, func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, seal.ErrOpen},
		{"not after the last byte was cut off", box, place, func(b []byte) []byte { return b[:len(b)-1] }, seal.ErrOpen},
		{"not when nothing is there", box, place, func([]byte) []byte { return nil }, seal.ErrOpen},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sealed, err := box.Seal(place, secret)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(sealed, secret[:8]) {
				t.Error("the sealed value shows the secret")
			}
			got, err := tt.by.Open(tt.place, tt.spoil(sealed))
			if !errors.Is(err, tt.want) {
				t.Errorf("Open: %v, want %v", err, tt.want)
			}
			if tt.want == nil && !bytes.Equal(got, secret) {
				t.Errorf("Open = %q, want %q", got, secret)
			}
		})
	}
}

// A file is made once, for its owner alone, and whoever opens it later opens
// what was sealed before.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	first, err := seal.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v, want 0600", info.Mode(), err)
	}
	sealed, err := first.Seal(place, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if made, err := seal.Make(file); made || err != nil {
		t.Errorf("Make on an existing file = %v, %v, want false, nil", made, err)
	}
	again, err := seal.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(place, sealed); string(got) != "secret" || err != nil {
		t.Errorf("Open after a restart = %q, %v", got, err)
	}
	left, _ := os.ReadDir(filepath.Dir(file))
	if len(left) != 1 {
		t.Errorf("%d files beside each other, want the key alone", len(left))
	}
}

// Twenty programs start on an empty folder: all have the same key.
func TestFileRace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	boxes := make([]*seal.Box, 20)
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() {
			var err error
			if boxes[i], err = seal.Open(file); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	sealed, err := boxes[0].Seal(place, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range boxes {
		if _, err := b.Open(place, sealed); err != nil {
			t.Errorf("box %d: %v", i, err)
		}
	}
}

func TestParse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	box, err := seal.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := box.Seal(place, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"the text of a file, as the environment carries it", string(text), nil},
		{"half of it", string(text[:len(text)/2]), seal.ErrKeyset},
		{"nothing", "", seal.ErrKeyset},
		{"another program's secret", "hunter2", seal.ErrKeyset},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := seal.Parse(tt.text)
			if !errors.Is(err, tt.want) || (err != nil && err != seal.ErrKeyset) {
				t.Fatalf("Parse: %v, want %v and nothing of the text", err, tt.want)
			}
			if tt.want != nil {
				return
			}
			if secret, err := got.Open(place, sealed); string(secret) != "secret" || err != nil {
				t.Errorf("Open = %q, %v", secret, err)
			}
		})
	}
}

func TestOpenRefusesAnotherFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Open(file); !errors.Is(err, seal.ErrKeyset) {
		t.Errorf("Open: %v, want ErrKeyset", err)
	}
	if text, _ := os.ReadFile(file); string(text) != "not a key" {
		t.Error("the file was written to")
	}
	if _, err := seal.Open(filepath.Join(t.TempDir(), "no", "folder")); err == nil {
		t.Error("a key was made in a folder that isn't there")
	}
}
