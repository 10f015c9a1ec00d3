package keyturn_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"keyturn"
)

// activationVector has both sides' secrets, and all that follows from them.
type activationVector struct {
	Name, Origin, Code, Activation, Account, Device string
	Unlock                                          keyturn.Unlock
	Platform                                        keyturn.Platform
	PhoneName                                       string        `json:"phone_name"`
	CodeHash                                        keyturn.Bytes `json:"code_hash"`
	DevicePrivate                                   keyturn.Bytes `json:"device_private"`
	DeviceKey                                       keyturn.Bytes `json:"device_key"`
	AgreePrivate                                    keyturn.Bytes `json:"agree_private"`
	AgreeKey                                        keyturn.Bytes `json:"agree_key"`
	ServerPrivate                                   keyturn.Bytes `json:"server_private"`
	ServerKey                                       keyturn.Bytes `json:"server_key"`
	PhoneNonce                                      keyturn.Bytes `json:"phone_nonce"`
	ServerNonce                                     keyturn.Bytes `json:"server_nonce"`
	Commit                                          keyturn.Bytes
	RedeemText                                      string        `json:"redeem_text"`
	RedeemSignature                                 keyturn.Bytes `json:"redeem_signature"`
	CredentialChallenge                             keyturn.Bytes `json:"credential_challenge"`
	Z                                               keyturn.Bytes
	TranscriptText                                  string `json:"transcript_text"`
	T, Kp, Kk                                       keyturn.Bytes
	CheckCode                                       string        `json:"check_code"`
	FinishText                                      string        `json:"finish_text"`
	FinishProof                                     keyturn.Bytes `json:"finish_proof"`
}

func (v activationVector) redeem() keyturn.Redeem {
	return keyturn.Redeem{Code: keyturn.Code(v.Code), DeviceKey: v.DeviceKey, AgreeKey: v.AgreeKey, Commit: v.Commit,
		Unlock: v.Unlock, PhoneName: v.PhoneName, Platform: v.Platform, Signature: v.RedeemSignature}
}

func (v activationVector) agreement() keyturn.Agreement {
	return keyturn.Agreement{Origin: v.Origin, Activation: v.Activation, Account: v.Account, Device: v.Device,
		DeviceKey: v.DeviceKey, AgreeKey: v.AgreeKey, ServerKey: v.ServerKey,
		Nonce: v.ServerNonce, PhoneNonce: v.PhoneNonce, Unlock: v.Unlock}
}

type activationVectors struct {
	Activations []activationVector
	Add         struct {
		Via, Nonce, Text string
		NonceKey         keyturn.Bytes `json:"nonce_key"`
		Signature, MAC   keyturn.Bytes
		RedeemText       string        `json:"redeem_text"`
		RedeemSignature  keyturn.Bytes `json:"redeem_signature"`
	}
	Commitments []struct {
		Name          string
		Nonce, Commit keyturn.Bytes
		Valid         bool
	}
}

func TestRedeemVectors(t *testing.T) {
	for _, v := range some(t, read[activationVectors](t, "activation.json").Activations) {
		r := v.redeem()
		if err := r.Valid(); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if text, err := r.Text(v.Origin); text != v.RedeemText || err != nil {
			t.Errorf("%s: text %q, %v", v.Name, text, err)
		}
		if err := keyturn.Verify(publicKey(t, v.DeviceKey), v.RedeemText, r.Signature); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if got := r.Code.Hash(); !bytes.Equal(got, v.CodeHash) {
			t.Errorf("%s: code hash %s", v.Name, got)
		}
		if v.Unlock == keyturn.UnlockPlatform && !bytes.Equal(keyturn.Hash(v.RedeemText), v.CredentialChallenge) {
			t.Errorf("%s: credential challenge %s", v.Name, keyturn.Hash(v.RedeemText))
		}
	}
}

func TestAgreementVectors(t *testing.T) {
	for _, v := range some(t, read[activationVectors](t, "activation.json").Activations) {
		phone, server := agreeKey(t, v.AgreePrivate), agreeKey(t, v.ServerPrivate)
		want := keyturn.Keys{T: v.T, Kp: v.Kp, Kk: v.Kk, Check: v.CheckCode}
		if z := must(phone.ECDH(server.PublicKey()))(t); !bytes.Equal(z, v.Z) || !bytes.Equal(v.T, keyturn.Hash(v.TranscriptText)) {
			t.Errorf("%s: Z or T contradicts itself", v.Name)
		}
		onPhone := must(v.agreement().Keys(phone, must(keyturn.ParseAgreeKey(v.ServerKey))(t)))(t)
		onServer := must(v.agreement().Keys(server, must(keyturn.ParseAgreeKey(v.AgreeKey))(t)))(t)
		for side, got := range map[string]keyturn.Keys{"phone": onPhone, "server": onServer} {
			if !bytes.Equal(got.T, want.T) || !bytes.Equal(got.Kp, want.Kp) || !bytes.Equal(got.Kk, want.Kk) || got.Check != want.Check {
				t.Errorf("%s: the %s has %+v, want %+v", v.Name, side, got, want)
			}
		}
		text, err := keyturn.FinishText(v.Origin, v.Activation, v.Device, v.T, v.Unlock)
		if text != v.FinishText || err != nil || !keyturn.CheckMAC(v.Kk, text, v.FinishProof) {
			t.Errorf("%s: finish text %q, %v, or its proof", v.Name, text, err)
		}
	}
}

func TestAddVector(t *testing.T) {
	v := read[activationVectors](t, "activation.json")
	first, second := v.Activations[0], v.Activations[1]
	r := second.redeem()
	r.Unlock = keyturn.UnlockPIN // the mode of the first
	r.Via = &keyturn.Via{Device: v.Add.Via, Nonce: v.Add.Nonce, Signature: v.Add.Signature,
		Proof: keyturn.Proof{Type: keyturn.UnlockPIN, MAC: v.Add.MAC}}
	if text, err := r.AddText(second.Origin); text != v.Add.Text || err != nil {
		t.Errorf("add text %q, %v", text, err)
	}
	if text, err := r.Text(second.Origin); text != v.Add.RedeemText || err != nil {
		t.Errorf("redeem text %q, %v", text, err)
	}
	if err := keyturn.Verify(publicKey(t, first.DeviceKey), v.Add.Text, v.Add.Signature); err != nil {
		t.Errorf("by the first device: %v", err)
	}
	if err := keyturn.Verify(publicKey(t, second.DeviceKey), v.Add.RedeemText, v.Add.RedeemSignature); err != nil {
		t.Errorf("by the second: %v", err)
	}
	if !keyturn.CheckMAC(first.Kk, v.Add.Text, v.Add.MAC) {
		t.Error("MAC is wrong")
	}
	if err := keyturn.CheckNonce(v.Add.NonceKey, v.Add.Nonce, time.Unix(1893456000, 0)); err != nil {
		t.Error(err)
	}
}

func TestCommitmentVectors(t *testing.T) {
	for _, c := range some(t, read[activationVectors](t, "activation.json").Commitments) {
		if got := keyturn.CheckCommit(c.Commit, c.Nonce); got != c.Valid {
			t.Errorf("%s: %t", c.Name, got)
		}
	}
}

// A38: if anything that the two sides were told differs, so do their digits and keys.
func TestA38AnyDifferenceShows(t *testing.T) {
	v := read[activationVectors](t, "activation.json").Activations[0]
	phone, server := agreeKey(t, v.AgreePrivate), agreeKey(t, v.ServerPrivate)
	good := must(v.agreement().Keys(phone, server.PublicKey()))(t)
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Agreement)
	}{
		{"origin", func(a *keyturn.Agreement) { a.Origin = "https://evil.example" }},
		{"activation", func(a *keyturn.Agreement) { a.Activation = "act_AAAAAAAAAAAAAAAAAAAAAAAAAA" }},
		{"account", func(a *keyturn.Agreement) { a.Account = "acc_AAAAAAAAAAAAAAAAAAAAAAAAAA" }},
		{"device", func(a *keyturn.Agreement) { a.Device = "dev_AAAAAAAAAAAAAAAAAAAAAAAAAA" }},
		{"device key", func(a *keyturn.Agreement) { a.DeviceKey = a.AgreeKey }},
		{"server's nonce", func(a *keyturn.Agreement) { a.Nonce = a.PhoneNonce }},
		{"phone's nonce", func(a *keyturn.Agreement) { a.PhoneNonce = a.Nonce }},
		{"unlock", func(a *keyturn.Agreement) { a.Unlock = keyturn.UnlockPlatform }},
	} {
		a := v.agreement()
		tt.spoil(&a)
		got := must(a.Keys(phone, server.PublicKey()))(t)
		if got.Check == good.Check || bytes.Equal(got.T, good.T) || bytes.Equal(got.Kp, good.Kp) || bytes.Equal(got.Kk, good.Kk) {
			t.Errorf("%s differs, and something else doesn't", tt.name)
		}
	}
}

func TestAgreementRefuses(t *testing.T) {
	v := read[activationVectors](t, "activation.json").Activations[0]
	phone, server := agreeKey(t, v.AgreePrivate), agreeKey(t, v.ServerPrivate)
	other := agreeKey(t, keyturn.Hash("another key"))
	short := v.agreement()
	short.Nonce = short.Nonce[:31]
	if _, err := short.Keys(phone, server.PublicKey()); !errors.Is(err, keyturn.ErrBytes) {
		t.Errorf("nonce of 31 bytes: %v, want ErrBytes", err)
	}
	if _, err := v.agreement().Keys(phone, other.PublicKey()); !errors.Is(err, keyturn.ErrKey) {
		t.Errorf("a key that the agreement doesn't name: %v, want ErrKey", err)
	}
	if _, err := v.agreement().Keys(phone, phone.PublicKey()); !errors.Is(err, keyturn.ErrKey) {
		t.Errorf("the phone with itself: %v, want ErrKey", err)
	}
}

func TestRedeemForm(t *testing.T) {
	v := read[activationVectors](t, "activation.json").Activations[0]
	mac := keyturn.Hash("")
	via := func() *keyturn.Via {
		return &keyturn.Via{Device: question.Device, Signature: v.RedeemSignature, Proof: keyturn.Proof{Type: "pin", MAC: mac}}
	}
	for _, tt := range []struct {
		name   string
		spoil  func(*keyturn.Redeem)
		member string // at fault; empty if it is good
	}{
		{"good", func(r *keyturn.Redeem) {}, ""},
		{"good, with a via", func(r *keyturn.Redeem) { r.Via = via() }, ""},
		{"code with dashes", func(r *keyturn.Redeem) { r.Code = keyturn.Code(r.Code.String()) }, "code"},
		{"code in lower case", func(r *keyturn.Redeem) { r.Code = keyturn.Code(strings.ToLower(string(r.Code))) }, "code"},
		{"key off the curve", func(r *keyturn.Redeem) { r.DeviceKey = append(r.DeviceKey[:64:64], 0) }, "device_key"},
		{"no agree key", func(r *keyturn.Redeem) { r.AgreeKey = nil }, "agree_key"},
		{"commit cut", func(r *keyturn.Redeem) { r.Commit = r.Commit[:31] }, "commit"},
		{"no unlock", func(r *keyturn.Redeem) { r.Unlock = keyturn.UnlockNone }, "unlock"},
		{"no name", func(r *keyturn.Redeem) { r.PhoneName = "" }, "phone_name"},
		{"name with a line feed", func(r *keyturn.Redeem) { r.PhoneName = "Ada\nMail" }, "phone_name"},
		{"another platform", func(r *keyturn.Redeem) { r.Platform = "toaster" }, "platform"},
		{"signature cut", func(r *keyturn.Redeem) { r.Signature = r.Signature[:63] }, "signature"},
		{"via no device", func(r *keyturn.Redeem) { r.Via = via(); r.Via.Device = "" }, "via"},
		{"via without signature", func(r *keyturn.Redeem) { r.Via = via(); r.Via.Signature = nil }, "via"},
		{"via of another mode", func(r *keyturn.Redeem) { r.Via = via(); r.Unlock = keyturn.UnlockPlatform }, "via"},
		{"via with half a proof", func(r *keyturn.Redeem) { r.Via = via(); r.Via.Proof.MAC = mac[:16] }, "via"},
	} {
		r := v.redeem()
		tt.spoil(&r)
		err := r.Valid()
		if (err == nil) != (tt.member == "") || err != nil && (!errors.Is(err, keyturn.ErrRedeem) || !strings.HasSuffix(err.Error(), ": "+tt.member)) {
			t.Errorf("%s: %v, want member %q", tt.name, err, tt.member)
		}
	}
	if _, err := v.redeem().AddText(origin); !errors.Is(err, keyturn.ErrRedeem) {
		t.Errorf("add text without a via: %v, want ErrRedeem", err)
	}
}

func TestPhoneName(t *testing.T) {
	for _, tt := range []struct {
		name string
		good bool
	}{
		{"Pixel 9", true},
		{"Ada's 手机 📱", true},
		{"של עדה", true},
		{strings.Repeat("é", 40), true},
		{strings.Repeat("é", 41), false},
		{"", false},
		{" \u3000", false},
		{"Pixel\t9", false},
		{"Pixel\u202E9", false},
		{"Pixel\u20289", false},
		{"Pixel\xff", false},
	} {
		if err := keyturn.CheckPhoneName(tt.name); (err == nil) != tt.good {
			t.Errorf("%q: %v", tt.name, err)
		}
	}
}

func TestProofTexts(t *testing.T) {
	for _, tt := range []struct {
		got  func(testing.TB) string
		want string
	}{
		{must(keyturn.RemoveText(origin, "dev_A", "N")), "keyturn/v1 remove\nhttps://id.example.org\ndev_A\nN\n"},
		{must(keyturn.AlarmText(origin, "dev_A", 41, "N")), "keyturn/v1 alarm\nhttps://id.example.org\ndev_A\n41\nN\n"},
	} {
		if got := tt.got(t); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
