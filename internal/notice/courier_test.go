package notice_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/notice"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"

	"keyturn"
)

// A box takes letters, or doesn't.
type box struct {
	err  error
	sent []notice.Message
}

// Send implements [notice.Post].
func (b *box) Send(_ context.Context, m notice.Message) error {
	if b.err == nil {
		b.sent = append(b.sent, m)
	}
	return b.err
}

// A desk is a courier on a real store, with a clock that a test moves.
type desk struct {
	*notice.Courier
	db   *store.DB
	box  *box
	log  *strings.Builder
	now  time.Time
	user string
}

func open(t *testing.T) *desk {
	t.Helper()
	db := storetest.Open(t, "sqlite::memory:")
	db.Mail = store.Mail{People: true, Operator: "it@example.org"}
	d := &desk{db: db, box: &box{}, log: &strings.Builder{}, now: time.Unix(1893456000, 0), user: keyturn.NewID(keyturn.AccountID)}
	d.Courier = &notice.Courier{Letters: db, Post: d.box, Writer: writer, Lease: time.Minute, Now: func() time.Time { return d.now },
		Log: slog.New(slog.NewTextHandler(io.MultiWriter(d.log), nil))}
	a := account.Account{ID: d.user, Name: "Ada", Email: "ada@example.org", State: account.Active, Password: "x"}
	if err := db.AddAccount(t.Context(), a, "ada", audit.Event{Kind: audit.AccountAdded, At: d.now, Account: d.user}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) tell(t *testing.T, kind audit.Kind) {
	t.Helper()
	if err := d.db.Refused(t.Context(), audit.Event{Kind: kind, At: d.now, Account: d.user}); err != nil {
		t.Fatal(err)
	}
}

// pass lets time pass and the courier look once.
func (d *desk) pass(t *testing.T, by time.Duration) {
	t.Helper()
	d.now = d.now.Add(by)
	for d.Next(t.Context()) {
	}
}

func (d *desk) ended(t *testing.T, kind audit.Kind) (n int) {
	t.Helper()
	all, err := d.db.About(t.Context(), d.user)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range all {
		if ev.Kind == kind {
			n++
		}
	}
	return n
}

// The person is told, and of what matters the operator too; each once.
func TestCourier(t *testing.T) {
	d := open(t)
	d.tell(t, audit.PasswordChanged)
	d.tell(t, audit.SignInReported)
	d.tell(t, audit.RequestDenied)
	d.pass(t, 0)
	d.pass(t, 24*time.Hour)
	to := map[string]int{}
	for _, m := range d.box.sent {
		to[m.To]++
	}
	if to["ada@example.org"] != 2 || to["it@example.org"] != 1 || len(d.box.sent) != 3 {
		t.Errorf("sent %v", to)
	}
	if n := d.ended(t, audit.LetterSent); n != 3 {
		t.Errorf("%d letters are in the record as sent", n)
	}
}

// A letter that isn't taken is tried again, ever more seldom, for a day; then it is
// given up, and the log says so without the address.
func TestCourierGivesUp(t *testing.T) {
	d := open(t)
	d.box.err = errors.New("no network")
	d.tell(t, audit.PasswordChanged)
	for range 26 * 60 {
		d.pass(t, time.Minute)
	}
	if tries := d.ended(t, audit.LetterClaimed); tries < 20 || tries > 40 {
		t.Errorf("%d tries in a day", tries)
	}
	if d.ended(t, audit.LetterFailed) != 1 || strings.Count(d.log.String(), "a letter was given up") != 1 {
		t.Errorf("the end isn't told:\n%s", d.log)
	}
	if strings.Contains(d.log.String(), "ada@") {
		t.Errorf("the log has the address:\n%s", d.log)
	}
	d.box.err = nil
	d.pass(t, time.Hour)
	if len(d.box.sent) > 0 {
		t.Error("it was sent after all")
	}
}

// An address that isn't there is not tried again.
func TestCourierNoAddress(t *testing.T) {
	d := open(t)
	d.box.err = notice.ErrAddress
	d.tell(t, audit.PasswordChanged)
	d.pass(t, 0)
	d.pass(t, time.Hour)
	if d.ended(t, audit.LetterClaimed) != 1 || d.ended(t, audit.LetterFailed) != 1 {
		t.Errorf("%d tries", d.ended(t, audit.LetterClaimed))
	}
}

// A node that died with a letter in its hands: when its claim is over, it is sent.
func TestCourierDied(t *testing.T) {
	d := open(t)
	d.tell(t, audit.PasswordChanged)
	if _, err := d.db.ClaimLetter(t.Context(), d.now.Add(d.Lease), audit.Event{Kind: audit.LetterClaimed, At: d.now}); err != nil {
		t.Fatal(err)
	}
	d.pass(t, 0)
	if len(d.box.sent) > 0 {
		t.Fatal("two have it")
	}
	d.pass(t, d.Lease)
	if len(d.box.sent) != 1 {
		t.Errorf("%d letters were sent", len(d.box.sent))
	}
}
