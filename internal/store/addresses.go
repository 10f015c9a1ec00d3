package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/pressly/goose/v3"

	"keyturn/internal/audit"
)

// addressesApart is migration 19: addresses that events of before migration 11 have among their
// details stand apart from them, as those of all others do, so that they go when addresses
// go. What an event says stays the same. How far addresses have gone is read anew.
func addressesApart() *goose.Migration {
	return goose.NewGoMigration(19, &goose.GoFunc{RunTx: setAddressesApart}, nil)
}

const apartPart = 1000 // events in memory at once

func setAddressesApart(ctx context.Context, tx *sql.Tx) error {
	for last := int64(0); ; {
		some, err := addressed(ctx, tx, last)
		if err != nil {
			return err
		}
		for _, ev := range some {
			if err := ev.setApart(ctx, tx); err != nil {
				return err
			}
			last = ev.seq
		}
		if len(some) < apartPart {
			break
		}
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM forgotten WHERE what = 'addresses'")
	return err
}

type addressedEvent struct {
	seq    int64
	detail string
}

// addressed returns the next events that may have an address among their details.
func addressed(ctx context.Context, tx *sql.Tx, after int64) (some []addressedEvent, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, detail FROM event
	  WHERE seq > $1 AND addresses = '' AND (detail LIKE '%"ip":%' OR detail LIKE '%"address":%' OR detail LIKE '%"before":%')
	  ORDER BY seq LIMIT $2`, after, apartPart)
	if err != nil {
		return nil, err
	}
	defer rows.Close() // its error is also that of rows.Err
	for rows.Next() {
		var ev addressedEvent
		if err := rows.Scan(&ev.seq, &ev.detail); err != nil {
			return nil, err
		}
		some = append(some, ev)
	}
	return some, rows.Err()
}

func (ev addressedEvent) setApart(ctx context.Context, tx *sql.Tx) error {
	var all audit.Event
	if json.Unmarshal([]byte(ev.detail), &all.Detail) != nil {
		return nil // nothing that this program wrote; it stays what it is
	}
	facts, addresses := all.Split()
	if len(addresses) == 0 {
		return nil // the words stand in a value
	}
	detail, err := text(facts)
	if err != nil {
		return err
	}
	from, err := text(addresses)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE event SET detail = $1, addresses = $2 WHERE seq = $3", detail, from, ev.seq)
	return err
}
