package keyturn_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"keyturn"
)

// A77: a body that two readers could understand differently is refused.
func TestA77StrictJSON(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		good       bool
	}{
		{"good", `{"answer":"a","signature":"AQID","proof":{"type":"pin","mac":"AQID"}}`, true},
		{"proof missing", `{"answer":"a","signature":"AQID"}`, true},
		{"white space around", " {\"answer\" : \"a\"}\r\n", true},
		{"a name written with an escape", `{"\u0061nswer":"a"}`, true},
		{"a whole pair", `{"answer":"\ud83d\ude00"}`, true},
		{"a backslash before the letters of an escape", `{"answer":"\\ud83d"}`, true},
		{"unknown member", `{"answer":"a","extra":1}`, false},
		{"unknown member inside", `{"answer":"a","proof":{"type":"pin","extra":1}}`, false},
		{"repeated member", `{"answer":"a","answer":"a"}`, false},
		{"repeated by an escape", `{"answer":"a","\u0061nswer":"b"}`, false},
		{"repeated member inside", `{"proof":{"mac":"AQID","mac":"AQID"}}`, false},
		{"name in another case", `{"Answer":"a"}`, false},
		{"name of the Go field", `{"Text":"a"}`, false},
		{"name with a Kelvin sign", `{"proof":{"authenticator_data":"","mac":"","\u212a":""}}`, false},
		{"null", `null`, false},
		{"member null", `{"answer":null}`, false},
		{"proof null", `{"answer":"a","proof":null}`, false},
		{"array", `[]`, false},
		{"string", `"answer"`, false},
		{"empty", ``, false},
		{"not ended", `{"answer":"a"`, false},
		{"something after it", `{"answer":"a"} {}`, false},
		{"comma too many", `{"answer":"a",}`, false},
		{"number for a text", `{"answer":1}`, false},
		{"object for a text", `{"answer":{}}`, false},
		{"array for bytes", `{"signature":[1,2,3]}`, false},
		{"text for an object", `{"proof":"pin"}`, false},
		{"bytes padded", `{"signature":"AQI="}`, false},
		{"bytes with a line feed", `{"signature":"AQID\n"}`, false},
		{"bytes with trailing bits", `{"signature":"AR"}`, false},
		{"ill-formed UTF-8", "{\"answer\":\"a\xff\"}", false},
		{"lone high surrogate", `{"answer":"\ud83d"}`, false},
		{"lone low surrogate", `{"answer":"\ude00"}`, false},
		{"pair the wrong way round", `{"answer":"\ude00\ud83d"}`, false},
		{"high surrogate before another escape", `{"answer":"\ud83d\u0041"}`, false},
		{"high surrogate before a line feed", `{"answer":"\ud83d\n"}`, false},
		{"byte order mark", "\uFEFF{}", false},
		{"deep", strings.Repeat("[", 20_000), false},
	} {
		var got keyturn.Reply
		err := keyturn.DecodeJSON([]byte(tt.body), &got)
		if (err == nil) != tt.good || err != nil && !errors.Is(err, keyturn.ErrJSON) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func TestJSONOfLists(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		good       bool
	}{
		{"good", `{"items":[{"device":"dev_A","epoch":2},{"device":"dev_B","epoch":3}]}`, true},
		{"null in it", `{"items":[null]}`, false},
		{"unknown member in it", `{"items":[{"device":"dev_A","kk":"AQID"}]}`, false},
		{"object instead", `{"items":{}}`, false},
		{"fraction", `{"items":[{"epoch":2.5}]}`, false},
		{"too large", `{"items":[{"epoch":9223372036854775808}]}`, false},
	} {
		var got keyturn.PINFinish
		if err := keyturn.DecodeJSON([]byte(tt.body), &got); (err == nil) != tt.good {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
	var epochs keyturn.PINEpochs
	if err := keyturn.DecodeJSON([]byte(`{"epochs":{"dev_A":2,"dev_A":3}}`), &epochs); err == nil {
		t.Errorf("a name twice in a map: %v", epochs)
	}
	if err := keyturn.DecodeJSON([]byte(`{"epochs":{"dev_A":2}}`), &epochs); err != nil || epochs.Epochs["dev_A"] != 2 {
		t.Errorf("%v, %v", epochs, err)
	}
}

// An error about a body goes into a log: it has the member, not the value.
func TestJSONErrorsKeepValues(t *testing.T) {
	for _, body := range []string{`{"code":7302}`, `{"code":{"7302":1}}`, `{"code":"7302","code":"7302"}`, `{"code":"7302"} 7302`} {
		if err := keyturn.DecodeJSON([]byte(body), new(keyturn.Look)); err == nil || strings.Contains(err.Error(), "7302") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// A65: what is secret says so where a log is given it, in a log of text and of JSON.
func TestA65LogsKeepSecrets(t *testing.T) {
	var log bytes.Buffer
	code, recovery := keyturn.NewCode(), keyturn.NewRecoveryCode()
	link := keyturn.SignInLink{Request: question.Request, Secret: keyturn.Hash("secret")[:16]}
	keys := keyturn.Keys{Kp: keyturn.Hash("kp"), Kk: keyturn.Hash("kk"), Check: "042317"}
	proof := keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.Hash("mac")}
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("test", "code", code, "recovery", recovery, "link", link, "keys", keys, "proof", proof,
			"proofs", &proof, "reply", keyturn.Reply{Text: "number 042317", Proof: &proof})
	}
	for _, s := range []string{string(code), code.String(), string(recovery), recovery.String(), link.Secret.String(),
		"042317", keys.Kp.String(), keys.Kk.String(), proof.MAC.String()} {
		if strings.Contains(log.String(), s) {
			t.Errorf("%q is in the log", s)
		}
	}
}

func TestProblem(t *testing.T) {
	for _, tt := range []struct {
		problem keyturn.Problem
		want    string
	}{
		{keyturn.Problem{Code: "server_busy"}, "keyturn: server says server_busy"},
		{keyturn.Problem{Code: "pin_wrong", Reference: "7K3M9QXA"}, "keyturn: server says pin_wrong, reference 7K3M9QXA"},
	} {
		if got := tt.problem.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
