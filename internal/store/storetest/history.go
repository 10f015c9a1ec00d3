package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// A History is what somebody did long ago: rows that nobody needs any more, and that
// must not slow anybody down.
type History struct {
	Account  string    // whose
	Requests int       // ended ones; of activations, sessions, devices and notices a tenth of that
	Events   int       // of the record
	Ends     time.Time // when the newest of it happened
	First    int       // its rows are counted from here; 0: from 1
}

// past are the statements that make a history: a row for each number i of n, of the
// account ACCOUNT, the last at ENDS, a second apart. Most requests expired and no phone
// was woken for them, which is what an attack on one's own account leaves behind.
var past = []struct {
	text string
	part int // of the requests; 0: of the events
}{
	{`INSERT INTO request (id, account, name, app, action, message, target, session, pending, known, browser, ip, place, carry, tries,
	   state, made, expires, seen, seen_by, device, answered_by, way, unlock, used, settled, answer)
	  SELECT 'req_ACCOUNT' || i, 'ACCOUNT', 'ada', 'Keyturn', CASE i % 50 WHEN 1 THEN 'add_phone' ELSE 'sign_in' END, '', '', '',
	   CAST('ACCOUNT' || i AS BYTES), FALSE, 'Firefox', '192.0.2.7', '', 'number', 0,
	   CASE i % 50 WHEN 0 THEN 'redeemed' WHEN 1 THEN 'approved' ELSE 'expired' END,
	   ENDS + i - 120, ENDS + i, '', '', '', '', '', '', FALSE, ENDS + i, '' FROM n`, 1},
	{`INSERT INTO event (kind, at, account, device, subject, reference, detail)
	  SELECT CASE i % 3 WHEN 0 THEN 'activation.refused' ELSE 'request.expired' END, ENDS + i, 'ACCOUNT', '', 'req_ACCOUNT' || i, 'H' || i, '{}'
	    FROM n`, 0},
	{`INSERT INTO phone (id, taken, wrong, sign_count, backup, backed_up) SELECT 'pho_ACCOUNT' || i, 0, 0, 0, FALSE, FALSE FROM n`, 10},
	{`INSERT INTO device (id, account, phone, name, platform, unlock, state, reason, moved_to, public_key, epoch, counter, added, ended)
	  SELECT 'dev_ACCOUNT' || i, 'ACCOUNT', 'pho_ACCOUNT' || i, 'old', 'android', 'pin', 'removed', 'left', '', CAST('k' AS BYTES), 1, 0,
	   ENDS + i, ENDS + i FROM n`, 10},
	{`INSERT INTO activation (id, account, session, purpose, approval, old_device, state, cause, made, expires, extended, browser, ip, place,
	   code_hash, device, phone_name, platform, unlock, via, tries, ended)
	  SELECT 'act_ACCOUNT' || i, 'ACCOUNT', 'ses_ACCOUNT' || i, 'add', '', '', 'expired', '', ENDS + i, ENDS + i, FALSE, '', '', '',
	   CAST('ACCOUNT' || i AS BYTES), '', '', '', '', '', 0, ENDS + i FROM n`, 10},
	{`INSERT INTO session (id, account, cookie, way, unlock, device, request, proven_at, agent, ip, begun, used, ends, ended)
	  SELECT 'ses_ACCOUNT' || i, 'ACCOUNT', CAST('ACCOUNT' || i AS BYTES), 'push', 'pin', '', '', ENDS, '', '', ENDS, ENDS, ENDS + i, CASE WHEN i % 2 = 0 THEN ENDS + i END FROM n`, 10},
	{`INSERT INTO told (event, account, kind, at, device, phone, origin, place, remaining, reference)
	  SELECT i - 1000000000, 'ACCOUNT', 'phone_removed', ENDS + i, '', '', '', '', '', '' FROM n`, 10},
	{`INSERT INTO try (key, at) SELECT 'old ACCOUNT' || i, ENDS FROM n`, 10},
}

// numbers are those of one part.
const numbers = "WITH RECURSIVE n (i) AS (SELECT FROM_ UNION ALL SELECT i + 1 FROM n WHERE i < TO_) "

// many is from how many rows on indexes are made again afterwards instead of row by row.
const many = 100_000

// Write fills the database at url, whose schema is there, in parts of 100,000 rows.
func (h History) Write(ctx context.Context, url string) error {
	db, postgres, err := open(url)
	if err != nil {
		return err
	}
	defer db.Close() // each part is committed
	var indexes []string
	if h.Requests > many || h.Events > many {
		if indexes, err = dropIndexes(ctx, db, postgres); err != nil {
			return err
		}
	}
	for _, p := range past {
		if err := h.fill(ctx, db, postgres, p.text, p.part); err != nil {
			return err
		}
	}
	for _, text := range indexes {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("history: %s: %w", text, err)
		}
	}
	return nil
}

// Do runs one statement on the database at url.
func Do(ctx context.Context, url, text string) error {
	db, _, err := open(url)
	if err != nil {
		return err
	}
	defer db.Close() // the statement is committed
	_, err = db.ExecContext(ctx, text)
	return err
}

func open(url string) (db *sql.DB, postgres bool, err error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		db, err = sql.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)&_pragma=cache_size(-200000)")
		return db, false, err
	}
	db, err = sql.Open("pgx", url)
	return db, true, err
}

// dropIndexes returns what makes them again, in the same order.
func dropIndexes(ctx context.Context, db *sql.DB, postgres bool) (again []string, err error) {
	text := "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name IN ('event', 'request') AND sql IS NOT NULL ORDER BY rowid"
	if postgres {
		text = `SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() AND i.tablename IN ('event', 'request')
		           AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)`
	}
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name, make string
		if err := rows.Scan(&name, &make); err != nil {
			return nil, err
		}
		names, again = append(names, name), append(again, make)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := db.ExecContext(ctx, "DROP INDEX "+name); err != nil {
			return nil, err
		}
	}
	return again, nil
}

// fill runs a statement for as many numbers as it has rows.
func (h History) fill(ctx context.Context, db *sql.DB, postgres bool, text string, part int) error {
	rows, first, bytes := h.Events, max(h.First, 1), "AS BLOB"
	if part > 0 {
		rows = h.Requests / part
	}
	if postgres {
		bytes = "AS BYTEA"
	}
	last := first + rows - 1
	text = strings.NewReplacer("ACCOUNT", h.Account, "AS BYTES", bytes, "ENDS", fmt.Sprint(h.Ends.Unix()-int64(last))).Replace(text)
	insert, from, _ := strings.Cut(text, "SELECT")
	for ; first <= last; first += many {
		n := strings.NewReplacer("FROM_", fmt.Sprint(first), "TO_", fmt.Sprint(min(last, first+many-1))).Replace(numbers)
		if _, err := db.ExecContext(ctx, insert+n+"SELECT"+from); err != nil {
			return fmt.Errorf("history: %.30s: %w", text, err)
		}
	}
	return nil
}
