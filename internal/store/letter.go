package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/notice"
)

var letterSQL struct{ Due, Claim, End, Delay query }

func init() { load(&letterSQL, "letter.sql") }

var _ notice.Letters = (*DB)(nil)

func letterFields(l *notice.Letter) []any {
	return []any{&l.ID, &l.Event, &l.Account, &l.Role, &l.Address, &l.Language, &l.Name, &l.Kind, &l.At, &l.Phone, &l.From,
		&l.Place, &l.Left, &l.Reference, &l.Tries}
}

// LetterDue implements [notice.Letters].
func (d *DB) LetterDue(ctx context.Context, at time.Time) (bool, error) {
	_, err := one(d.read(ctx), value[string], letterSQL.Due, at)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// ClaimLetter implements [notice.Letters].
func (d *DB) ClaimLetter(ctx context.Context, until time.Time, ev audit.Event) (l notice.Letter, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		if l, err = one(tx, letterFields, letterSQL.Claim, until, ev.At); err != nil {
			return none(err, notice.ErrNoLetter)
		}
		ev.Account, ev.Subject, ev.Reference = l.Account, l.ID, l.Reference
		return tx.tell(ev)
	})
	return l, err
}

// EndLetter implements [notice.Letters].
func (d *DB) EndLetter(ctx context.Context, l notice.Letter, ev audit.Event) error {
	return d.step(ctx, ev, notice.ErrClaimed, letterSQL.End, l.ID, l.Tries)
}

// DelayLetter implements [notice.Letters].
func (d *DB) DelayLetter(ctx context.Context, l notice.Letter, due time.Time) error {
	return d.step(ctx, audit.Event{}, notice.ErrClaimed, letterSQL.Delay, due, l.ID, l.Tries)
}
