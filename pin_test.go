package keyturn_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"keyturn"
)

func TestSealingVectors(t *testing.T) {
	v := read[struct {
		Sealing []struct {
			Name, Typed, Text string
			SealedWith        string `json:"sealed_with"`
			Kp, Salt, Kk, Ck  keyturn.Bytes
			Unsealed, MAC     keyturn.Bytes
			Iterations        int
			Right             bool
		}
	}](t, "pins.json")
	for _, s := range some(t, v.Sealing) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if s.Iterations != keyturn.PINIterations {
				t.Fatalf("%d iterations", s.Iterations)
			}
			if ck, err := keyturn.SealWithPIN(s.SealedWith, s.Kp, s.Salt, s.Kk); !bytes.Equal(ck, s.Ck) || err != nil {
				t.Errorf("sealed %s, %v", ck, err)
			}
			key, err := keyturn.SealWithPIN(s.Typed, s.Kp, s.Salt, s.Ck)
			if !bytes.Equal(key, s.Unsealed) || err != nil || bytes.Equal(key, s.Kk) != s.Right {
				t.Errorf("unsealed %s, %v", key, err)
			}
			if !keyturn.CheckMAC(key, s.Text, s.MAC) {
				t.Error("MAC is wrong")
			}
		})
	}
}

func TestPINChangeVector(t *testing.T) {
	v := read[struct {
		Change struct {
			Origin, Device, Text string
			Epoch                int64
			AgreePrivate         keyturn.Bytes `json:"agree_private"`
			AgreeKey             keyturn.Bytes `json:"agree_key"`
			ServerPrivate        keyturn.Bytes `json:"server_private"`
			ServerKey            keyturn.Bytes `json:"server_key"`
			TranscriptText       string        `json:"transcript_text"`
			Nonce, T             keyturn.Bytes
			OldKk                keyturn.Bytes `json:"old_kk"`
			NewKk                keyturn.Bytes `json:"new_kk"`
			OldProof             keyturn.Bytes `json:"old_proof"`
			NewProof             keyturn.Bytes `json:"new_proof"`
			PublicKey            keyturn.Bytes `json:"public_key"`
			Signature            keyturn.Bytes
		}
	}](t, "pins.json").Change
	change := keyturn.PINChange{Origin: v.Origin, Device: v.Device, Epoch: v.Epoch,
		AgreeKey: v.AgreeKey, ServerKey: v.ServerKey, Nonce: v.Nonce}
	phone, server := agreeKey(t, v.AgreePrivate), agreeKey(t, v.ServerPrivate)
	hash, kk, err := change.Key(phone, server.PublicKey())
	if !bytes.Equal(hash, v.T) || !bytes.Equal(kk, v.NewKk) || err != nil || !bytes.Equal(hash, keyturn.Hash(v.TranscriptText)) {
		t.Errorf("on the phone: %s, %s, %v", hash, kk, err)
	}
	if _, kk, err := change.Key(server, phone.PublicKey()); !bytes.Equal(kk, v.NewKk) || err != nil {
		t.Errorf("on the server: %s, %v", kk, err)
	}
	text := must(change.Text(hash))(t)
	if text != v.Text || !keyturn.CheckMAC(v.OldKk, text, v.OldProof) || !keyturn.CheckMAC(kk, text, v.NewProof) {
		t.Errorf("text %q or its proofs", text)
	}
	if err := keyturn.Verify(publicKey(t, v.PublicKey), text, v.Signature); err != nil {
		t.Error(err)
	}
	change.Nonce = change.Nonce[:16]
	if _, _, err := change.Key(phone, server.PublicKey()); !errors.Is(err, keyturn.ErrBytes) {
		t.Errorf("nonce of 16 bytes: %v, want ErrBytes", err)
	}
}

// A54: every PIN opens a sealed key to a key, and no two to the same. All PINs of
// four digits at one iteration, and a hundred of them at full cost; ten with -short.
func TestA54EveryPINOpens(t *testing.T) {
	everyPINOpens(t, 0, 10_000, 1)
	runs := 10
	if testing.Short() {
		runs = 1
	}
	for first := range runs {
		t.Run(fmt.Sprintf("full cost from %d", first*1000), func(t *testing.T) {
			t.Parallel()
			everyPINOpens(t, first*1000, 10, keyturn.PINIterations)
		})
	}
}

func everyPINOpens(t *testing.T, first, pins, iterations int) {
	kp, kk, salt := keyturn.Hash("kp"), keyturn.Hash("kk"), keyturn.Hash("salt")[:16]
	ck := must(keyturn.Seal("7Kq2", kp, salt, kk, iterations))(t)
	seen := map[string]bool{}
	for pin := range pins {
		key, err := keyturn.Seal(fmt.Sprintf("%04d", first+pin), kp, salt, ck, iterations)
		if err != nil || len(key) != 32 || len(ck) != 32 {
			t.Fatalf("PIN %04d: %d bytes, %v", first+pin, len(key), err)
		}
		seen[string(key)] = true
	}
	if len(seen) != pins || seen[string(kk)] {
		t.Errorf("%d PINs open to %d keys", pins, len(seen))
	}
}

func TestSealWithPINRefuses(t *testing.T) {
	kp, kk, salt := keyturn.Hash("kp"), keyturn.Hash("kk"), keyturn.Hash("salt")[:16]
	for _, tt := range []struct {
		name, pin    string
		kp, salt, kk keyturn.Bytes
		want         error
	}{
		{"short Kp", "7Kq2", kp[:16], salt, kk, keyturn.ErrKey},
		{"no salt", "7Kq2", kp, nil, kk, keyturn.ErrKey},
		{"short Kk", "7Kq2", kp, salt, kk[:31], keyturn.ErrKey},
		{"line feed", "7K\nq2", kp, salt, kk, keyturn.ErrField},
	} {
		if _, err := keyturn.SealWithPIN(tt.pin, tt.kp, tt.salt, tt.kk); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestWeakPINs(t *testing.T) {
	const account = "ada.lovelace@example.org"
	for _, tt := range []struct {
		name, pin string
		want      error
	}{
		{"digits", "7302", nil},
		{"letters and symbols", "k7#Q", nil},
		{"six digits", "294817", nil},
		{"Chinese", "五百月光7", nil},
		{"accents, decomposed", "e\u0301lan9", nil},
		{"full-width forms", "ｋ７＃Ｑ", nil},
		{"emoji", "🦊7🐙2", nil},
		{"three characters", "730", keyturn.ErrPINShort},
		{"three of them, in seven bytes", "é7é", keyturn.ErrPINShort},
		{"empty", "", keyturn.ErrPINShort},
		{"seven characters", "7302915", keyturn.ErrPINLong},
		{"space", "73 02", keyturn.ErrPINCharacter},
		{"wide space", "73\u300002", keyturn.ErrPINCharacter},
		{"line feed", "730\n2", keyturn.ErrPINCharacter},
		{"zero-width joiner", "73\u200d02", keyturn.ErrPINCharacter},
		{"ill-formed", "73\xff02", keyturn.ErrPINCharacter},
		{"one digit", "7777", keyturn.ErrPINSame},
		{"one letter in two cases", "aAaA", keyturn.ErrPINSame},
		{"up", "1234", keyturn.ErrPINRow},
		{"down", "9876", keyturn.ErrPINRow},
		{"over the zero", "7890", keyturn.ErrPINRow},
		{"alphabet", "aBcDe", keyturn.ErrPINRow},
		{"full-width run", "１２３４", keyturn.ErrPINRow},
		{"row of letters", "qwer", keyturn.ErrPINRow},
		{"row from the right", "lkjh", keyturn.ErrPINRow},
		{"French row", "azert", keyturn.ErrPINRow},
		{"row with shift", "!@#$", keyturn.ErrPINRow},
		{"columns", "1qaz2w", keyturn.ErrPINRow},
		{"column from below", "zaq1", keyturn.ErrPINRow},
		{"pair", "1212", keyturn.ErrPINRepeat},
		{"pair and a half", "ababa", keyturn.ErrPINRepeat},
		{"halves", "a1ba1b", keyturn.ErrPINRepeat},
		{"year", "1987", keyturn.ErrPINDate},
		{"year to come", "2041", keyturn.ErrPINDate},
		{"year long past", "1889", nil},
		{"day and month", "3112", keyturn.ErrPINDate},
		{"month and day", "1231", keyturn.ErrPINDate},
		{"leap day", "2902", keyturn.ErrPINDate},
		{"no such day", "3002", nil},
		{"day, month, year", "240783", keyturn.ErrPINDate},
		{"month, day, year", "072483", keyturn.ErrPINDate},
		{"year, month, day", "830724", keyturn.ErrPINDate},
		{"no such date", "734062", nil},
		{"user name", "lovela", keyturn.ErrPINName},
		{"short part of the user name, and a digit", "Ada7", keyturn.ErrPINName},
		{"domain of the user name", "org7", nil},
		{"middle of the keypad", "2580", keyturn.ErrPINCommon},
		{"word", "King", keyturn.ErrPINCommon},
		{"keypad", "159753", keyturn.ErrPINCommon},
	} {
		if err := keyturn.CheckPIN(tt.pin, 4, 6, account); !errors.Is(err, tt.want) || err != nil && !errors.Is(err, keyturn.ErrPIN) {
			t.Errorf("%s: CheckPIN(%q) = %v, want %v", tt.name, tt.pin, err, tt.want)
		}
	}
}

// About a tenth of all PINs of four digits is refused: fewer help little, more
// annoy. Each entry of the list earns its place.
func TestWeakPINsAreFew(t *testing.T) {
	refused := 0
	for pin := range 10_000 {
		if keyturn.CheckPIN(fmt.Sprintf("%04d", pin), 4, 6, "ada") != nil {
			refused++
		}
	}
	if refused < 700 || refused > 1100 {
		t.Errorf("%d of 10000 are refused", refused)
	}
	list := strings.Fields(keyturn.CommonPINs)
	if len(list) != 100 {
		t.Errorf("%d common PINs", len(list))
	}
	for _, pin := range list {
		if err := keyturn.CheckPIN(pin, 4, 6, "zoë"); !errors.Is(err, keyturn.ErrPINCommon) {
			t.Errorf("%s: %v, want ErrPINCommon", pin, err)
		}
	}
}

// A PIN change is read strictly: each item whole, each device once.
func TestPINFinishForm(t *testing.T) {
	bytes32, bytes64 := keyturn.Hash("proof"), append(keyturn.Hash("r"), keyturn.Hash("s")...)
	first, second := keyturn.NewID(keyturn.DeviceID), keyturn.NewID(keyturn.DeviceID)
	for _, tt := range []struct {
		name  string
		spoil func(f *keyturn.PINFinish)
		good  bool
	}{
		{"whole", func(*keyturn.PINFinish) {}, true},
		{"no items", func(f *keyturn.PINFinish) { f.Items = nil }, false},
		{"a device twice", func(f *keyturn.PINFinish) { f.Items[1].Device = first }, false},
		{"an account's id", func(f *keyturn.PINFinish) { f.Items[0].Device = keyturn.NewID(keyturn.AccountID) }, false},
		{"the epoch that every device begins with", func(f *keyturn.PINFinish) { f.Items[0].Epoch = 1 }, false},
		{"an epoch that JavaScript can't count", func(f *keyturn.PINFinish) { f.Items[0].Epoch = 1 << 53 }, false},
		{"a short old proof", func(f *keyturn.PINFinish) { f.Items[0].OldProof = bytes32[:31] }, false},
		{"no new proof", func(f *keyturn.PINFinish) { f.Items[1].NewProof = nil }, false},
		{"a signature of 63 bytes", func(f *keyturn.PINFinish) { f.Items[1].Signature = bytes64[:63] }, false},
	} {
		f := keyturn.PINFinish{}
		for _, id := range []string{first, second} {
			f.Items = append(f.Items, keyturn.PINItem{Device: id, Epoch: 2, OldProof: bytes32, NewProof: bytes32, Signature: bytes64})
		}
		tt.spoil(&f)
		if err := f.Valid(); (err == nil) != tt.good || err != nil && !errors.Is(err, keyturn.ErrPINChange) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// One text stands for all devices, whatever order they come in.
func TestJoinPINTexts(t *testing.T) {
	got := keyturn.JoinPINTexts(map[string]string{"dev_B": "two\n", "dev_A": "one\n"})
	if got != "one\ntwo\n" {
		t.Errorf("%q", got)
	}
}
