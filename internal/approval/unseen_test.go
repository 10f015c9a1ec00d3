package approval_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/store/storetest"
)

// actions are all that a phone can be asked.
var actions = []keyturn.Action{keyturn.SignIn, keyturn.Confirm, keyturn.Test, keyturn.AddPhone, keyturn.MovePhone,
	keyturn.RemovePhone, keyturn.ChangePassword, keyturn.RecoveryCodes}

// A102: who has a copy of a phone's storage can compute its responses, with the phone's
// own unlock without a guess, and the phone can't show what it is asked. So a response
// signs in and allows nothing else, in no mode; every other way works as it did.
func TestA102ResponsesOnlySignIn(t *testing.T) {
	w, change := startFile(t)
	for _, unlock := range []keyturn.Unlock{keyturn.UnlockPIN, keyturn.UnlockPlatform} {
		for _, probation := range []bool{false, true} {
			p := w.phone(fmt.Sprint(unlock, probation), unlock)
			for _, action := range actions {
				for _, way := range []string{"number", "nothing", "qr", "response"} {
					t.Run(fmt.Sprintf("%s by %s, %s, probation %t", action, way, unlock, probation), func(t *testing.T) {
						w := w.in(t)
						change(w.probation(p, false))
						q := w.asks(p, action, way == "nothing")
						change(w.probation(p, probation))
						p.Device = w.device(p.ID)
						w.wantWay(p, q, way, unseen(action, way, probation))
					})
				}
			}
		}
	}
}

// unseen is what an approval of an action gets.
func unseen(action keyturn.Action, way string, probation bool) error {
	change := action != keyturn.SignIn && action != keyturn.Confirm && action != keyturn.Test
	switch {
	case way == "response" && action != keyturn.SignIn:
		return approval.ErrUnseen
	case change && probation:
		return device.ErrProbation
	}
	return nil
}

// asks makes a request for an action, as its page would.
func (w *world) asks(p *phone, action keyturn.Action, known bool) asked {
	w.t.Helper()
	w.pass(11 * time.Minute) // the account may ask again
	a := w.attempt(p)
	a.Action, a.Known = action, known
	if action != keyturn.SignIn {
		a.Session, a.Message, a.Target = keyturn.NewID(keyturn.SessionID), "Pixel 9", p.ID
	}
	return w.begin(a)
}

// startFile is a world whose database can be changed by hand.
func startFile(t *testing.T) (*world, func(text string)) {
	t.Helper()
	url := storetest.SQLite(t)
	w := startOn(t, url)
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return w, func(text string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
}

// probation is the statement that makes a phone one that a recovery brought, or not.
func (w *world) probation(p *phone, on bool) string {
	if !on {
		return fmt.Sprintf("UPDATE device SET probation = NULL WHERE id = '%s'", p.ID)
	}
	return fmt.Sprintf("UPDATE device SET probation = %d WHERE id = '%s'", w.clock.Load()+3600, p.ID)
}

// wantWay carries an answer and checks what it gets and leaves.
func (w *world) wantWay(p *phone, q asked, way string, want error) {
	w.t.Helper()
	err := w.carry(p, q, way)
	state := approval.Approved
	if want != nil {
		state = approval.Waiting
	}
	r := w.row(q.ID)
	if !like(err, want) || r.State != state || (r.Challenge != "") != (want == nil && way == "response") || r.Responses > 0 && want != nil {
		w.t.Errorf("got %v, request is %s with challenge %q after %d responses; want %v, %s", err, r.State, r.Challenge, r.Responses, want, state)
	}
	if err := w.Cancel(w.t.Context(), q.handle); err != nil && !errors.As(err, new(*approval.Gone)) {
		w.t.Error(err)
	}
}

// carry answers in one of the ways that there are.
func (w *world) carry(p *phone, q asked, way string) error {
	switch way {
	case "response":
		if err := w.ShowChallenge(w.t.Context(), q.handle); err != nil {
			return err
		}
		return w.respond(q, w.right(p, q))
	case "qr":
		if err := w.ShowQR(w.t.Context(), q.handle); err != nil {
			return err
		}
		secret := w.status(q).Link.Secret.String()
		_, err := w.send(p, q, func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryQR, secret })
		return err
	}
	_, err := w.send(p, q)
	return err
}

// A102: a challenge code that a request got before there was this rule approves nothing
// either, and no try at it is taken.
func TestA102ChallengeFromBefore(t *testing.T) {
	w, change := startFile(t)
	p := w.phone("Ada", keyturn.UnlockPlatform)
	q := w.asks(p, keyturn.AddPhone, false)
	change(fmt.Sprintf("UPDATE request SET challenge = '48291736' WHERE id = '%s'", q.ID))
	if err := w.respond(q, w.right(p, q)); !like(err, approval.ErrUnseen) {
		t.Errorf("got %v", err)
	}
	w.left(q.ID, approval.Waiting, 0)
	if w.row(q.ID).Responses != 0 || w.told(q.ID, audit.ResponseTried) != 0 {
		t.Error("a try was taken")
	}
	w.approve(p, q)
}
