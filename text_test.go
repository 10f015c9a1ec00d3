package keyturn_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"keyturn"

	"pgregory.net/rapid"
)

func TestLinesVectors(t *testing.T) {
	v := read[struct {
		Build []struct {
			Name, Context, Text string
			Fields              []string
			SHA256              keyturn.Bytes
		}
		BuildRefused []struct {
			Name, Context string
			Fields        []string
		} `json:"build_refused"`
		Read []struct {
			Name, Context, Text string
			Count               int
			Valid               bool
			Fields              []string
		}
	}](t, "lines.json")
	for _, v := range some(t, v.Build) {
		got, err := keyturn.Lines(v.Context, v.Fields...)
		if err != nil || got != v.Text || keyturn.Hash(got).String() != v.SHA256.String() {
			t.Errorf("%s: Lines = %q, %v", v.Name, got, err)
		}
	}
	for _, v := range some(t, v.BuildRefused) {
		if got, err := keyturn.Lines(v.Context, v.Fields...); !errors.Is(err, keyturn.ErrField) {
			t.Errorf("%s: Lines = %q, %v, want ErrField", v.Name, got, err)
		}
	}
	for _, v := range some(t, v.Read) {
		got, err := keyturn.Split(v.Text, v.Context, v.Count)
		if (err == nil) != v.Valid || !slices.Equal(got, v.Fields) {
			t.Errorf("%s: split = %q, %v", v.Name, got, err)
		}
	}
}

func TestBytesVectors(t *testing.T) {
	v := read[struct {
		Base64URL []struct {
			Input, Hex string
			Valid      bool
		}
	}](t, "lines.json")
	for _, v := range some(t, v.Base64URL) {
		got, err := keyturn.ParseBytes(v.Input)
		if (err == nil) != v.Valid || hex.EncodeToString(got) != v.Hex {
			t.Errorf("ParseBytes(%q) = %x, %v", v.Input, []byte(got), err)
		}
		if err := new(keyturn.Bytes).UnmarshalText([]byte(v.Input)); (err == nil) != v.Valid {
			t.Errorf("UnmarshalText(%q): %v", v.Input, err)
		}
	}
}

// A05: whatever is in the fields that people see, a text has its number of lines
// or is not made.
func TestA05FieldsNeverShift(t *testing.T) {
	for _, evil := range []string{"a\nb", "a\rb", "a\r\nb", "\n", "a\u0085b", "a\u2028b", "a\u2029b", "a\vb", "a\x00b", "a\xffb"} {
		for _, set := range []func(*keyturn.Challenge){
			func(c *keyturn.Challenge) { c.Name = evil },
			func(c *keyturn.Challenge) { c.App = evil },
			func(c *keyturn.Challenge) { c.Message = evil },
			func(c *keyturn.Challenge) { c.Browser = evil },
			func(c *keyturn.Challenge) { c.IP = evil },
			func(c *keyturn.Challenge) { c.Place = evil },
		} {
			c := question
			set(&c)
			text, err := c.Text()
			if err == nil && strings.Count(text, "\n") != 14 {
				t.Errorf("%q makes %q", evil, text)
			}
			if got, errParse := keyturn.ParseChallenge(text); err == nil && (errParse != nil || got != c) {
				t.Errorf("%q comes back as %+v, %v", evil, got, errParse)
			}
		}
	}
}

// Two different lists of fields never make the same text.
func TestLinesAreInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfN(rapid.SampledFrom([]string{"", "ada", "Mail", "里昂", "a b", "👋", "שלום"}), 0, 4)
		a, b := fields.Draw(t, "a"), fields.Draw(t, "b")
		x, errA := keyturn.Lines("test", a...)
		y, errB := keyturn.Lines("test", b...)
		if errA != nil || errB != nil || (x == y) != slices.Equal(a, b) {
			t.Fatalf("%q makes %q, %v; %q makes %q, %v", a, x, errA, b, y, errB)
		}
	})
}

// What Lines joins, split takes apart.
func TestSplitReversesLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOf(rapid.StringMatching(`[^\r\n]*`)).Draw(t, "fields")
		text, err := keyturn.Lines("test", fields...)
		if err != nil {
			t.Fatalf("Lines(%q): %v", fields, err)
		}
		if got, err := keyturn.Split(text, "test", len(fields)); err != nil || !slices.Equal(got, fields) {
			t.Fatalf("%q comes back as %q, %v", fields, got, err)
		}
	})
}
