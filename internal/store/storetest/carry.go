package storetest

import (
	"errors"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

var carried = []contract{
	{"of many tabs that ask for a QR code at once one makes it", func(w *world) {
		r := w.ask(w.account())
		race(func(int) error {
			return w.db.NewQR(w.Context(), r.ID, random(), 1, now.Add(2*time.Minute), 10*time.Minute, about(r, audit.QRMade))
		})
		if got := w.request(r.ID); got.QRs != 1 || len(got.QR) != 32 {
			w.Errorf("%d codes, hash %x", got.QRs, []byte(got.QR))
		}
		w.wantEvents(r.ID, audit.QRMade, 1)
	}},
	{"a QR code replaces the one before, five times, and gives time", func(w *world) {
		r := w.ask(w.account())
		w.must(w.db.SeenRequest(w.Context(), r.ID, "Pixel 9", approval.SeenScanned, now))
		for n := 1; n <= 6; n++ {
			w.must(w.db.NewQR(w.Context(), r.ID, random(), n, now.Add(3*time.Minute), 10*time.Minute, about(r, audit.QRMade)))
		}
		got := w.request(r.ID)
		if got.QRs != 5 || got.Seen != "" || !got.Expires.Equal(now.Add(3*time.Minute)) {
			w.Errorf("%d codes, seen %q, until %v", got.QRs, got.Seen, got.Expires)
		}
		w.wantEvents(r.ID, audit.QRMade, 5)
		ev := later(about(r, audit.QRMade), 3*time.Minute)
		w.wantGone(w.db.NewQR(w.Context(), r.ID, random(), 6, ev.At, 10*time.Minute, ev), approval.Expired)
		w.wantGone(w.db.NewQR(w.Context(), "req_none", random(), 1, now, time.Minute, about(r, audit.QRMade)), "unknown")
	}},
	{"a request never lives longer than it may in all, and never shorter than it did", func(w *world) {
		r := w.ask(w.account())
		w.must(w.db.NewQR(w.Context(), r.ID, random(), 1, now.Add(time.Second), 10*time.Minute, about(r, audit.QRMade)))
		w.must(w.db.Challenge(w.Context(), r.ID, keyturn.NewChallengeCode(), now.Add(time.Hour), 10*time.Minute, about(r, audit.ChallengeMade)))
		if got := w.request(r.ID); !got.Expires.Equal(r.Made.Add(10 * time.Minute)) {
			w.Errorf("until %v", got.Expires)
		}
	}},
	{"of many tabs that ask for a challenge code at once all get one", func(w *world) {
		r := w.ask(w.account())
		got := race(func(int) error {
			return w.db.Challenge(w.Context(), r.ID, keyturn.NewChallengeCode(), now.Add(5*time.Minute), 10*time.Minute, about(r, audit.ChallengeMade))
		})
		if got != racers || len(w.request(r.ID).Challenge) != 8 {
			w.Errorf("%d got the code %q", got, w.request(r.ID).Challenge)
		}
		w.wantEvents(r.ID, audit.ChallengeMade, 1)
	}},
	{"A59 no account gets a challenge code twice, and others may have it", func(w *world) {
		ada, bob := w.account(), w.account()
		first, second, other := w.ask(ada), w.ask(ada), w.ask(bob)
		give := func(r approval.Request) error {
			return w.db.Challenge(w.Context(), r.ID, "48291736", now.Add(5*time.Minute), 10*time.Minute, about(r, audit.ChallengeMade))
		}
		w.must(give(first))
		w.want(give(second), approval.ErrRepeated)
		w.must(give(other))
		w.wantEvents(second.ID, audit.ChallengeMade, 0)
		w.must(w.db.EndRequest(w.Context(), first.ID, approval.Cancelled, about(first, audit.RequestCancelled)))
		w.wantGone(w.db.Challenge(w.Context(), first.ID, "48291737", now, time.Minute, about(first, audit.ChallengeMade)), approval.Cancelled)
	}},
	{"A08 of many responses at once no more are looked at than may", func(w *world) {
		ada := w.account()
		r := w.challenged(ada)
		taken := race(func(int) error { return w.db.TryResponse(w.Context(), r.ID, about(r, audit.ResponseTried)) })
		if got := w.request(r.ID); taken != 5 || got.Responses != 5 || !got.Expires.Equal(now.Add(10*time.Second)) {
			w.Errorf("%d tries of 5, count %d; the last can be judged until %s", taken, got.Responses, got.Expires)
		}
		w.wantEvents(r.ID, audit.ResponseTried, 5)
		w.wantGone(w.db.TryResponse(w.Context(), r.ID, about(r, audit.ResponseTried)), approval.Waiting)
		bare := w.ask(ada)
		w.wantGone(w.db.TryResponse(w.Context(), bare.ID, about(bare, audit.ResponseTried)), approval.Waiting)
		late := w.challenged(ada)
		w.wantGone(w.db.TryResponse(w.Context(), late.ID, later(about(late, audit.ResponseTried), time.Hour)), approval.Expired)
	}},
	{"A57 of many over several requests no more than the account may miss in a row", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		open := []approval.Request{w.challenged(ada), w.challenged(ada), w.challenged(ada)}
		var off atomic.Int64
		taken := race(func(i int) error {
			r := open[i%len(open)]
			err := w.db.TryResponse(w.Context(), r.ID, about(r, audit.ResponseTried))
			if errors.Is(err, approval.ErrOffline) {
				off.Add(1)
			}
			return err
		})
		if taken != 10 || off.Load() == 0 {
			w.Errorf("%d tries of 10, %d heard that they are off", taken, off.Load())
		}
		race(func(i int) error {
			r := open[i%len(open)]
			_, err := w.db.MissResponse(w.Context(), r.ID, about(r, audit.ResponseWrong), about(r, audit.RequestFailed), about(r, audit.OfflineOff))
			return err
		})
		w.wantEvents(ada, audit.OfflineOff, 1)
		if d := w.device(phone.ID); d.Responses != 10 {
			w.Errorf("a device says %d in a row", d.Responses)
		}
		r := w.ask(ada)
		w.decide(r, phone, approval.Approved)
		if d := w.device(phone.ID); d.Responses != 10 {
			w.Errorf("a sign-in gives ten guesses more: %d", d.Responses)
		}
		w.approved(phone, keyturn.AddPhone, "")
		if d := w.device(phone.ID); d.Responses != 0 {
			w.Errorf("after the approval of a change: %d", d.Responses)
		}
	}},
	{"A57 an approval doesn't touch a row that is shorter, a right response does", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		r := w.challenged(ada)
		w.must(w.db.TryResponse(w.Context(), r.ID, about(r, audit.ResponseTried)))
		w.decide(w.ask(ada), phone, approval.Approved)
		if d := w.device(phone.ID); d.Responses != 1 {
			w.Errorf("after an approval: %d", d.Responses)
		}
		w.must(w.db.Decide(w.Context(), byResponse(r, phone), about(r, audit.RequestApproved)))
		if d := w.device(phone.ID); d.Responses != 0 {
			w.Errorf("after a right response: %d", d.Responses)
		}
	}},
	{"the fifth wrong response ends the request, once", func(w *world) {
		r := w.challenged(w.account())
		for range 5 {
			w.must(w.db.TryResponse(w.Context(), r.ID, about(r, audit.ResponseTried)))
		}
		race(func(int) error {
			left, err := w.db.MissResponse(w.Context(), r.ID, about(r, audit.ResponseWrong), about(r, audit.RequestFailed), about(r, audit.OfflineOff))
			if left != 0 {
				w.Errorf("%d left", left)
			}
			return err
		})
		w.wantRequest(r.ID, approval.Failed)
		w.wantEvents(r.ID, audit.RequestFailed, 1)
		if w.request(r.ID).Number != nil {
			w.Error("the number is kept")
		}
	}},
	{"A102 a response signs in, and approves nothing else", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		for _, action := range []keyturn.Action{keyturn.AddPhone, keyturn.RemovePhone, keyturn.MovePhone, keyturn.RecoveryCodes,
			keyturn.ChangePassword, keyturn.Confirm, keyturn.Test, "change_address"} {
			r := w.ask(ada, func(r *approval.Request) { r.Action, r.Session, r.Target = action, "ses_any", phone.ID })
			w.must(w.db.Challenge(w.Context(), r.ID, keyturn.NewChallengeCode(), now.Add(5*time.Minute), 10*time.Minute, about(r, audit.ChallengeMade)))
			if got := w.request(r.ID); got.Challenge != "" || !got.Expires.Equal(r.Expires) {
				w.Errorf("%s has the challenge %q, until %v", action, got.Challenge, got.Expires)
			}
			w.wantEvents(r.ID, audit.ChallengeMade, 0)
			w.sql("UPDATE request SET challenge = '48291736' WHERE id = $1", r.ID) // from before there was this rule
			w.wantGone(w.db.TryResponse(w.Context(), r.ID, about(r, audit.ResponseTried)), approval.Waiting)
			w.wantGone(w.db.Decide(w.Context(), byResponse(r, phone), about(r, audit.RequestApproved)), approval.Waiting)
			w.wantEvents(r.ID, audit.RequestApproved, 0)
			w.decide(r, phone, approval.Approved)
		}
		if d := w.device(phone.ID); d.Responses != 0 {
			w.Errorf("%d responses were tried", d.Responses)
		}
	}},
	{"A102 an approval by a response from before that rule opens nothing", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		r := w.ask(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.AddPhone, keyturn.NewID(keyturn.SessionID) })
		w.decide(r, phone, approval.Approved)
		w.sql("UPDATE request SET way = 'offline' WHERE id = $1", r.ID)
		_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, policy.Grant{}, about(r, audit.RequestRedeemed))
		w.wantGone(err, approval.Cancelled)
		r = w.approved(phone, keyturn.AddPhone, "")
		b := w.begun(ada, func(b *activation.Begun) { b.Purpose, b.Session, b.Approval = activation.Add, r.Session, r.ID })
		a, d := redeemed(b.Activation, keyturn.UnlockPIN)
		w.must(w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)))
		w.redeem(a, d)
		a = w.finish(a, d, nil)
		w.sql("UPDATE request SET way = 'offline' WHERE id = $1", r.ID)
		w.want(w.activate(a), activation.ErrApproval)
		_, err = w.db.UsableApproval(w.Context(), ada, r.Session, keyturn.AddPhone, now.Add(-time.Minute), now)
		w.want(err, approval.ErrUnknown)
		again := w.begun(ada, func(b *activation.Begun) { b.Purpose, b.Session, b.Approval = activation.Add, r.Session, r.ID })
		w.want(w.db.BeginActivation(w.Context(), again, w.activation(again.ID, audit.ActivationBegun)), activation.ErrApproval)
	}},
	{"of a phone's answer and right responses at once exactly one approves", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		r := w.challenged(ada)
		won := race(func(i int) error {
			d := byResponse(r, phone)
			if i%2 == 0 {
				d = decision(r, phone, approval.Approved)
			}
			return w.db.Decide(w.Context(), d, about(r, audit.RequestApproved))
		})
		if won != 1 {
			w.Errorf("%d approved", won)
		}
		w.wantEvents(r.ID, audit.RequestApproved, 1)
		signedIn := race(func(i int) error {
			g := policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: random(), Browser: random(), Ends: now.Add(time.Hour)}
			_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, g, about(r, audit.RequestRedeemed))
			return err
		})
		if signedIn != 1 {
			w.Errorf("%d sessions", signedIn)
		}
	}},
	{"of many new requests after one no more are made than may", func(w *world) {
		r := w.ask(w.account())
		if got := race(func(int) error { return w.db.TryAgain(w.Context(), r.ID, 3) }); got != 3 {
			w.Errorf("%d of 3", got)
		}
		w.want(w.db.TryAgain(w.Context(), r.ID, 3), approval.ErrTooLate)
	}},
}

// challenged is a request with a challenge code.
func (w *world) challenged(of string) approval.Request {
	w.Helper()
	r := w.ask(of)
	w.must(w.db.Challenge(w.Context(), r.ID, keyturn.NewChallengeCode(), now.Add(5*time.Minute), 10*time.Minute, about(r, audit.ChallengeMade)))
	return r
}

// byResponse is what a right response does.
func byResponse(r approval.Request, by device.Device) approval.Decision {
	return approval.Decision{Request: r.ID, To: approval.Approved, By: by.Name, Way: policy.ByOffline, Unlock: by.Unlock,
		RedeemBy: now.Add(2 * time.Minute), Verdict: device.Verdict{Device: by.ID}}
}
