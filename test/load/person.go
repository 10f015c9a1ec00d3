package main

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// population is how many people there are: three of each one's browsers may wait
// at once, and 19,000 do at most.
const population = 6400

const password = "correct horse 7 battery"

// A person has an account and a phone. The phone keeps its keys unsealed in
// memory: 600,000 rounds of PBKDF2 at each PIN would swamp what is measured. It
// is used by one goroutine at a time.
type person struct {
	name    string
	account string
	device  string
	key     *ecdsa.PrivateKey
	kk      keyturn.Bytes
	counter int64
	nonce   string // of the last answer
}

// populate sets everybody up, through the services and not over the network. One
// password is hashed once: everybody has it.
func (b *bench) populate(ctx context.Context, n int) ([]*person, error) {
	first, err := b.inside.Accounts.Add(ctx, "person0", password, "")
	if err != nil {
		return nil, err
	}
	all := make([]*person, n)
	all[0] = &person{name: first.Name, account: first.ID}
	err = each(n, flight, func(_, i int) error {
		if i > 0 {
			a := account.Account{ID: keyturn.NewID(keyturn.AccountID), Name: fmt.Sprintf("person%d", i), State: account.Active,
				First: true, Added: first.Added, Password: first.Password}
			ev := audit.Event{Kind: audit.AccountAdded, At: a.Added, Account: a.ID}
			if err := b.inside.Store.AddAccount(ctx, a, account.Key(a.Name), ev); err != nil {
				return err
			}
			all[i] = &person{name: a.Name, account: a.ID}
		}
		return b.activate(ctx, all[i])
	})
	return all, err
}

// activate gives a person a phone, in the steps of spec §6.
func (b *bench) activate(ctx context.Context, p *person) error {
	proven := policy.Proven{Account: p.account, Way: policy.ByPassword, Password: true, Revision: 1, At: time.Now()}
	begun, cookie, err := b.inside.Sessions.Begin(ctx, proven, session.Browser{Agent: "Firefox on Windows", IP: "127.0.0.1"})
	if err != nil {
		return err
	}
	if _, err := b.inside.Activations.Begin(ctx, activation.By{Account: p.account, Session: begun.ID, Purpose: activation.First}); err != nil {
		return err
	}
	st, err := b.inside.Activations.Status(ctx, begun.ID)
	if err != nil {
		return err
	}
	check, err := b.redeem(ctx, p, st.Code)
	if err != nil {
		return err
	}
	if _, err := b.inside.Activations.Check(ctx, begun.ID, check); err != nil {
		return err
	}
	return b.inside.Sessions.End(ctx, cookie)
}

// redeem makes the keys and returns the check code.
func (b *bench) redeem(ctx context.Context, p *person, code keyturn.Code) (check string, err error) {
	var errKey, errAgree error
	p.key, errKey = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	agree, errAgree := ecdh.P256().GenerateKey(rand.Reader)
	if err := errors.Join(errKey, errAgree); err != nil {
		return "", err
	}
	public, err := p.key.PublicKey.Bytes()
	if err != nil {
		return "", err
	}
	nonce := make(keyturn.Bytes, 32)
	rand.Read(nonce) // never fails
	r := keyturn.Redeem{Code: code, DeviceKey: public, AgreeKey: agree.PublicKey().Bytes(), Commit: keyturn.Commit(nonce),
		Unlock: keyturn.UnlockPIN, PhoneName: "Pixel 9", Platform: keyturn.Android}
	text, err := r.Text(b.inside.Origin)
	if err != nil {
		return "", err
	}
	if r.Signature, err = keyturn.Sign(p.key, text); err != nil {
		return "", err
	}
	redeemed, err := b.inside.Activations.Redeem(ctx, r)
	if err != nil {
		return "", err
	}
	return b.finish(ctx, p, r, redeemed, agree, nonce)
}

func (b *bench) finish(
	ctx context.Context, p *person, r keyturn.Redeem, got keyturn.Redeemed, agree *ecdh.PrivateKey, nonce keyturn.Bytes,
) (check string, err error) {
	server, err := keyturn.ParseAgreeKey(got.ServerKey)
	if err != nil {
		return "", err
	}
	keys, err := keyturn.Agreement{Origin: b.inside.Origin, Activation: got.Activation, Account: p.account, Device: got.Device,
		DeviceKey: r.DeviceKey, AgreeKey: r.AgreeKey, ServerKey: got.ServerKey, Nonce: got.Nonce, PhoneNonce: nonce,
		Unlock: r.Unlock}.Keys(agree, server)
	if err != nil {
		return "", err
	}
	text, err := keyturn.FinishText(b.inside.Origin, got.Activation, got.Device, keys.T, r.Unlock)
	if err != nil {
		return "", err
	}
	d, err := b.inside.Store.Device(ctx, got.Device)
	if err != nil {
		return "", err
	}
	f := keyturn.Finish{Activation: got.Activation, PhoneNonce: nonce, Proof: keyturn.MAC(keys.Kk, text)}
	if _, err := b.inside.Activations.Finish(ctx, d, f); err != nil {
		return "", err
	}
	p.device, p.kk = got.Device, keys.Kk
	return keys.Check, nil
}

// approve is the body of an answer to a challenge, and what it signs.
func (p *person) approve(origin, challenge, number string) (body []byte, reply keyturn.Reply, err error) {
	c, err := keyturn.ParseChallenge(challenge)
	if err != nil {
		return nil, reply, err
	}
	p.counter++
	a := keyturn.Answer{Origin: origin, Request: c.Request, Device: p.device, Challenge: keyturn.Hash(challenge),
		Decision: keyturn.Approve, Carried: c.Carry, Value: number, Unlock: keyturn.UnlockPIN, Counter: p.counter}
	if reply.Text, err = a.Text(); err != nil {
		return nil, reply, err
	}
	if reply.Signature, err = keyturn.Sign(p.key, reply.Text); err != nil {
		return nil, reply, err
	}
	reply.Proof = &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(p.kk, reply.Text)}
	body, err = json.Marshal(reply)
	return body, reply, err
}

// signed is the Authorization of a call, spec §7.
func (p *person) signed(origin, method, target, nonce string, body []byte) (string, error) {
	text, err := keyturn.Call{Origin: origin, Method: method, Target: target, Device: p.device, Nonce: nonce, Body: body}.Text()
	if err != nil {
		return "", err
	}
	signature, err := keyturn.Sign(p.key, text)
	return keyturn.Authorization{Device: p.device, Nonce: nonce, Signature: signature}.String(), err
}
