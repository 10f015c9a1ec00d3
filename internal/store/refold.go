package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"

	"keyturn/internal/account"
)

// refold is migration 14: names that were folded as [account.Spelt] does are folded as
// [account.Key] does. Two accounts whose names only the former tells apart both stay: who
// has the key of both has it alone, and the other is found by the former.
func refold() *goose.Migration {
	return goose.NewGoMigration(14, &goose.GoFunc{RunTx: refoldNames}, nil)
}

func refoldNames(ctx context.Context, tx *sql.Tx) error {
	all, err := foldedNames(ctx, tx)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, a := range all {
		taken[a.folded] = true
	}
	for _, a := range all {
		key := account.Key(a.name)
		if taken[key] || key == "" { // its own, most often
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE account SET folded = $1 WHERE folded = $2", key, a.folded); err != nil {
			return err
		}
		taken[key] = true
	}
	return nil
}

type foldedName struct{ folded, name string }

// foldedNames returns those of all accounts, the first added first.
func foldedNames(ctx context.Context, tx *sql.Tx) (all []foldedName, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT folded, name FROM account ORDER BY added, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close() // its error is also that of rows.Err
	for rows.Next() {
		var a foldedName
		if err := rows.Scan(&a.folded, &a.name); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
