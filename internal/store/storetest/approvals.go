package storetest

import (
	"context"
	"testing"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// Approvals prepares phones and returns what the store does for a sign-in with a
// number: the request, the answer in three steps, the redemption. One phone is in
// one caller's hands at a time.
func Approvals(b testing.TB, db *store.DB, phones int) func() error {
	w := &world{TB: b, db: db}
	free := make(chan device.Device, phones)
	for range phones {
		free <- w.phone(w.account())
	}
	return func() error {
		d := <-free
		d.Counter++
		defer func() { free <- d }()
		return signIn(context.Background(), db, d)
	}
}

func signIn(ctx context.Context, db *store.DB, d device.Device) error {
	r := question(d.Account)
	if err := db.BeginRequest(ctx, r, nil, 3, about(r, audit.RequestBegun)); err != nil {
		return err
	}
	c := counted(d, d.Counter, withPIN)
	if _, err := db.CountAnswer(ctx, c, about(r, audit.PINTried), audit.Event{}); err != nil {
		return err
	}
	if err := db.TryNumber(ctx, r.ID, d.Phone, 3, 20, about(r, audit.NumberTried)); err != nil {
		return err
	}
	dec := decision(r, d, approval.Approved)
	dec.Verdict.Counter, dec.Verdict.Text, dec.Verdict.Result = c.Counter, c.Text, device.Result{State: "approved"}
	if err := db.Decide(ctx, dec, about(r, audit.RequestApproved)); err != nil {
		return err
	}
	g := policy.Grant{Session: "ses_" + r.ID, Cookie: random(), Browser: random(), Ends: now.Add(time.Hour), KnownUntil: now.Add(time.Hour)}
	_, err := db.Redeem(ctx, r.ID, r.Pending, g, about(r, audit.RequestRedeemed))
	return err
}
