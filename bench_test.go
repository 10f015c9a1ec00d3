package keyturn_test

import (
	"testing"

	"keyturn"
)

func BenchmarkVerify(b *testing.B) {
	key := privateKey(b, keyturn.Hash("a private key"))
	text := must(given.Text())(b)
	signature := must(keyturn.Sign(key, text))(b)
	for b.Loop() {
		if err := keyturn.Verify(&key.PublicKey, text, signature); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	key := privateKey(b, keyturn.Hash("a private key"))
	text := must(given.Text())(b)
	for b.Loop() {
		if _, err := keyturn.Sign(key, text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePublicKey(b *testing.B) {
	point := must(privateKey(b, keyturn.Hash("a private key")).PublicKey.Bytes())(b)
	for b.Loop() {
		if _, err := keyturn.ParsePublicKey(point); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealWithPIN(b *testing.B) {
	kp, kk, salt := keyturn.Hash("kp"), keyturn.Hash("kk"), keyturn.Hash("salt")[:16]
	for b.Loop() {
		if _, err := keyturn.SealWithPIN("7Kq2", kp, salt, kk); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResponse(b *testing.B) {
	ko := keyturn.Hash("ko")
	for b.Loop() {
		if _, err := keyturn.Response(ko, "31415926"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKeys(b *testing.B) {
	v := read[activationVectors](b, "activation.json").Activations[0]
	phone, server := agreeKey(b, v.AgreePrivate), agreeKey(b, v.ServerPrivate)
	for b.Loop() {
		if _, err := v.agreement().Keys(server, phone.PublicKey()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseAnswer(b *testing.B) {
	text := must(given.Text())(b)
	for b.Loop() {
		if _, err := keyturn.ParseAnswer(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeReply(b *testing.B) {
	body := []byte(`{"answer":"keyturn/v1 answer\n…","signature":"` + keyturn.Bytes(make([]byte, 64)).String() +
		`","proof":{"type":"pin","mac":"` + keyturn.Hash("").String() + `"}}`)
	for b.Loop() {
		if err := keyturn.DecodeJSON(body, new(keyturn.Reply)); err != nil {
			b.Fatal(err)
		}
	}
}
