package keyturn_test

import (
	"testing"

	"keyturn"
)

func TestIDs(t *testing.T) {
	for _, prefix := range []string{keyturn.AccountID, keyturn.DeviceID, keyturn.ActivationID,
		keyturn.RequestID, keyturn.SessionID, keyturn.PhoneID} {
		id := keyturn.NewID(prefix)
		if got, err := keyturn.ParseID(prefix, id); got != id || err != nil {
			t.Errorf("ParseID(%q, %q) = %q, %v", prefix, id, got, err)
		}
		if id == keyturn.NewID(prefix) {
			t.Errorf("%q was drawn twice", id)
		}
	}
}

func TestNotAnID(t *testing.T) {
	for _, tt := range []struct{ name, id string }{
		{"empty", ""},
		{"prefix alone", "dev_"},
		{"one symbol short", "dev_AAAAAAAAAAAAAAAAAAAAAAAAA"},
		{"one symbol long", "dev_AAAAAAAAAAAAAAAAAAAAAAAAAAA"},
		{"lower case", "dev_aAAAAAAAAAAAAAAAAAAAAAAAAA"},
		{"digit that base32 lacks", "dev_AAAAAAAAAAAAAAAAAAAAAAAAA1"},
		{"other prefix", "acc_AAAAAAAAAAAAAAAAAAAAAAAAAA"},
		{"line feed", "dev_AAAAAAAAAAAAAAAAAAAAAAAAA\n"},
		{"full-width letter", "dev_AAAAAAAAAAAAAAAAAAAAAAAＡ"},
	} {
		if got, err := keyturn.ParseID(keyturn.DeviceID, tt.id); err == nil || got != "" {
			t.Errorf("%s: ParseID = %q, %v, want ErrID", tt.name, got, err)
		}
	}
}

func TestReference(t *testing.T) {
	if r := keyturn.NewReference(); len(r) != 8 || r == keyturn.NewReference() {
		t.Errorf("reference %q", r)
	}
}
