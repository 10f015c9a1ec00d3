package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A Step is how a statement finds rows of one table, as its engine says.
type Step struct {
	Statement string // such as "request.Expire"
	Way       string // name of an index, "all of TABLE", or "" for one row by a unique key
}

// Exec runs a text, for a test.
func (d *DB) Exec(ctx context.Context, text string) error {
	return d.write(ctx, func(tx *Tx) error { return tx.run(Text(text)) })
}

// Steps asks the engine how it would run each statement.
func (d *DB) Steps(ctx context.Context) (all []Step, err error) {
	db, _, err := d.engine.migrations()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // what PostgreSQL is set to and has prepared is the connection's
	postgres := d.read(ctx).postgres
	unique, err := uniques(ctx, db, postgres)
	if err != nil {
		return nil, err
	}
	for _, q := range queries {
		steps := sqliteSteps
		if postgres {
			steps = postgresSteps
		}
		if q.on(postgres) == "" {
			continue
		}
		ways, err := steps(ctx, db, q, unique)
		if err != nil {
			return nil, failed(q, err)
		}
		for _, way := range ways {
			all = append(all, Step{q.name, way})
		}
	}
	return all, nil
}

// uniques are the columns of unique indexes.
func uniques(ctx context.Context, db *sql.DB, postgres bool) (map[string][]string, error) {
	text := `SELECT i.name, c.name FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
	          WHERE t.type = 'table' AND i."unique"`
	if postgres {
		text = `SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_attribute a ON a.attrelid = i.indexrelid
		         WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace`
	}
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var index, column string
		if err := rows.Scan(&index, &column); err != nil {
			return nil, err
		}
		all[index] = append(all[index], column)
	}
	return all, rows.Err()
}

// way is an index, unless all columns of a unique one are compared.
func way(index, condition string, unique map[string][]string) string {
	columns, ok := unique[index]
	for _, c := range columns {
		ok = ok && regexp.MustCompile(`\b`+c+`\b *= *`).MatchString(condition)
	}
	if ok {
		return ""
	}
	return index
}

var sqliteIndex = regexp.MustCompile(`^(SEARCH|SCAN) (\w+)(?: EXISTS)?(?: USING (?:(INTEGER PRIMARY KEY)|(?:COVERING )?INDEX (\w+))(?: \((.*)\))?)?(?: LEFT-JOIN)?$`)

func sqliteSteps(ctx context.Context, db *sql.DB, q query, unique map[string][]string) (ways []string, err error) {
	none := make([]any, strings.Count(q.sqlite, "$")) // at least as many as there are placeholders
	rows, err := db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+q.sqlite, none...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(step, "SEARCH") && !strings.HasPrefix(step, "SCAN") ||
			// The statement's own short list.
			step == "SCAN CONSTANT ROW" || step == "SCAN lately" || step == "SCAN part" {
			continue
		}
		m := sqliteIndex.FindStringSubmatch(step)
		switch {
		case m == nil:
			return nil, fmt.Errorf("what is %q?", step)
		case m[1] == "SCAN":
			ways = append(ways, "all of "+m[2])
		case m[3] != "" && m[5] == "rowid=?":
			ways = append(ways, "")
		case m[3] != "":
			ways = append(ways, m[2]+" by seq")
		case m[4] == "":
			ways = append(ways, m[2]+" by seq") // the smallest or largest
		default:
			ways = append(ways, way(m[4], m[5], unique))
		}
	}
	return ways, rows.Err()
}

// A node is one of a plan of PostgreSQL.
type node struct {
	Kind      string `json:"Node Type"`
	Table     string `json:"Relation Name"`
	Index     string `json:"Index Name"`
	Condition string `json:"Index Cond"`
	Plans     []node
}

func postgresSteps(ctx context.Context, db *sql.DB, q query, unique map[string][]string) (ways []string, err error) {
	name := "s_" + strings.ReplaceAll(strings.ToLower(q.name), ".", "_")
	if _, err := db.ExecContext(ctx, "PREPARE "+name+" AS "+q.postgres); err != nil {
		return nil, err
	}
	n := 0
	for _, p := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(q.postgres, -1) {
		var i int
		_, _ = fmt.Sscan(p[1], &i) // digits
		n = max(n, i)
	}
	text := "EXPLAIN (FORMAT JSON) EXECUTE " + name
	if n > 0 {
		text += "(" + strings.TrimSuffix(strings.Repeat("NULL,", n), ",") + ")"
	}
	var plan []byte
	for _, set := range []string{"SET plan_cache_mode = force_generic_plan", "SET enable_seqscan = off"} {
		if _, err := db.ExecContext(ctx, set); err != nil {
			return nil, err
		}
	}
	if err := db.QueryRowContext(ctx, text).Scan(&plan); err != nil {
		return nil, err
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(plan, &plans); err != nil {
		return nil, err
	}
	for _, p := range plans {
		ways = append(ways, p.Plan.ways(unique)...)
	}
	return ways, nil
}

func (n node) ways(unique map[string][]string) (all []string) {
	switch {
	case n.Kind == "Seq Scan":
		all = append(all, "all of "+n.Table)
	case n.Index != "":
		all = append(all, way(n.Index, n.Condition, unique))
	}
	for _, p := range n.Plans {
		all = append(all, p.ways(unique)...)
	}
	return all
}
