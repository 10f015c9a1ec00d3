package argon2

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	theirs "golang.org/x/crypto/argon2"
	"pgregory.net/rapid"
)

// A memory that was used, for a larger or a smaller hash, makes no difference: the
// key is that of golang.org/x/crypto.
func TestSameAsTheLibrary(t *testing.T) {
	var m Memory
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 0, 100)
		password, salt := text.Draw(t, "password"), text.Draw(t, "salt")
		passes, memory := rapid.Uint32Range(1, 4).Draw(t, "passes"), rapid.Uint32Range(1, 600).Draw(t, "memory")
		lanes, length := rapid.Uint8Range(1, 5).Draw(t, "lanes"), rapid.Uint32Range(4, 200).Draw(t, "length")
		want := theirs.IDKey(password, salt, passes, memory, lanes, length)
		if got := m.IDKey(password, salt, passes, memory, lanes, length); !bytes.Equal(got, want) {
			t.Fatalf("%x, want %x", got, want)
		}
	})
}

// Known answers of the reference implementation, for which the comparison above
// would be of no use if both were wrong.
func TestKnownAnswers(t *testing.T) {
	var m Memory
	for _, tt := range []struct {
		passes, memory uint32
		lanes          uint8
		want           string
	}{
		{1, 64, 1, "655ad15eac652dc59f7170a7332bf49b8469be1fdb9c28bb"},
		{2, 64, 1, "068d62b26455936aa6ebe60060b0a65870dbfa3ddf8d41f7"},
		{2, 64, 2, "350ac37222f436ccb5c0972f1ebd3bf6b958bf2071841362"},
		{3, 256, 2, "4668d30ac4187e6878eedeacf0fd83c5a0a30db2cc16ef0b"},
		{4, 4096, 4, "145db9733a9f4ee43edf33c509be96b934d505a4efb33c5a"},
	} {
		t.Run(fmt.Sprintf("%d passes, %d KiB, %d lanes", tt.passes, tt.memory, tt.lanes), func(t *testing.T) {
			got := m.IDKey([]byte("password"), []byte("somesalt"), tt.passes, tt.memory, tt.lanes, 24)
			if hex.EncodeToString(got) != tt.want {
				t.Errorf("%x, want %s", got, tt.want)
			}
		})
	}
}

// Beside the library's, on the same processor: go test -bench . ./internal/argon2
func BenchmarkIDKey(b *testing.B) {
	password, salt := []byte("correct horse 7 battery"), []byte("sixteen of salt!")
	b.Run("kept memory", func(b *testing.B) {
		var m Memory
		b.ReportAllocs()
		for b.Loop() {
			m.IDKey(password, salt, 2, 19*1024, 1, 32)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			theirs.IDKey(password, salt, 2, 19*1024, 1, 32)
		}
	})
}
