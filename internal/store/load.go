package store

import (
	"embed"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

//go:embed *.sql
var sqlFiles embed.FS

// A query is one statement, in the words of each engine. Nearly always they are
// the same. Placeholders are $1, $2, …, which both engines know.
type query struct {
	name             string // such as "request.Decide"
	sqlite, postgres string
}

// on returns the text for one engine.
func (q query) on(postgres bool) string {
	if postgres {
		return q.postgres
	}
	return q.sqlite
}

// usingIndex is how a statement says by which index it has to find its rows, because
// another one would lead through all that an account ever did: USING_INDEX(name). SQLite,
// which without statistics can't tell the two apart, is told; PostgreSQL sees how large
// they are.
const usingIndex = "USING_INDEX("

// indexed puts an engine's words in place of each [usingIndex].
func indexed(stmt string, words func(index string) string) string {
	if !strings.Contains(stmt, usingIndex) {
		return stmt
	}
	parts := strings.Split(stmt, usingIndex)
	for i, part := range parts[1:] {
		index, rest, _ := strings.Cut(part, ")")
		parts[i+1] = words(index) + rest
	}
	return strings.Join(parts, "")
}

// queries are all that were filled in, for the test that prepares each of them.
var queries []query

// waiting are the files whose statements nobody has needed yet.
var waiting []func()

// load lets the query fields of *into be filled with the statements of a .sql file
// before a database is opened, not while the program starts: most commands open none.
func load(into any, file string) { waiting = append(waiting, func() { fillFrom(into, file) }) }

// loadAll fills in what waits, once.
var loadAll = sync.OnceFunc(func() {
	for _, fill := range waiting {
		fill()
	}
})

// rules are words of the statements that stand for lists of other packages.
var rules = sync.OnceValue(func() map[string]string {
	return map[string]string{"CHANGE_NOTHING": quoted(policy.ChangeNothing()), "BY_RESPONSE": quoted(policy.Respondable()),
		"THE_CHANGES": quoted(audit.Changes), "THE_BEGINNINGS": quoted(audit.Beginnings), "THE_LETTERS": quoted(audit.Letters)}
})

// ruled puts the lists in place of their words, of which most files have none.
func ruled(text string) string {
	for word, list := range rules() {
		text = strings.ReplaceAll(text, word, list)
	}
	return text
}

// fillFrom fills the query fields of *into with the statements of a .sql file, matched
// by their "-- name:" lines. "-- name: Lock (postgres)" is what PostgreSQL runs
// instead of Lock; without a plain Lock, SQLite does nothing. A name that is missing
// on either side or given twice panics, so any test of the package finds a
// misspelling. "-- name: COLUMNS (part)" is a text that the statements after it have in
// place of that word; a part that none has panics too. CHANGE_NOTHING stands for the
// actions that are no security change, BY_RESPONSE for those that a response code may
// approve: rules of package policy;
// THE_CHANGES and its like for the kinds of events that package audit lists; for
// USING_INDEX see [usingIndex].
func fillFrom(into any, file string) {
	text, err := sqlFiles.ReadFile(file)
	if err != nil {
		panic(err)
	}
	v := reflect.ValueOf(into).Elem()
	noun := strings.TrimSuffix(file, ".sql")
	var parts []string
	for _, part := range strings.Split(ruled(string(text)), "-- name: ")[1:] {
		head, stmt, _ := strings.Cut(part, "\n")
		name, variant, _ := strings.Cut(strings.TrimSpace(head), " ")
		if variant == "(part)" {
			if strings.Count(string(text), name) < 2 || slices.Contains(parts, name) {
				panic(fmt.Sprintf("%s: part %q is used nowhere, or given twice", file, name))
			}
			parts = append(parts, name, strip(stmt))
			continue
		}
		f := v.FieldByName(name)
		if !f.IsValid() {
			panic(fmt.Sprintf("%s: no field for %q", file, name))
		}
		if err := f.Addr().Interface().(*query).set(variant, strings.NewReplacer(parts...).Replace(strip(stmt))); err != nil {
			panic(fmt.Sprintf("%s: %s: %v", file, name, err))
		}
	}
	for i := range v.NumField() {
		q := v.Field(i).Addr().Interface().(*query)
		if q.postgres == "" {
			q.postgres = q.sqlite
		}
		q.sqlite = indexed(q.sqlite, func(index string) string { return "INDEXED BY " + index })
		q.postgres = indexed(q.postgres, func(string) string { return "" })
		q.name = noun + "." + v.Type().Field(i).Name
		if q.postgres == "" {
			panic(fmt.Sprintf("%s: no statement for %s", file, q.name))
		}
		queries = append(queries, *q)
	}
}

// quoted is a list of names as one of SQL.
func quoted[S ~string](names []S) string {
	var all []string
	for _, a := range names {
		all = append(all, "'"+string(a)+"'")
	}
	return strings.Join(all, ", ")
}

// set puts a statement where its variant belongs.
func (q *query) set(variant, stmt string) error {
	to := &q.sqlite
	switch variant {
	case "":
	case "(postgres)":
		to = &q.postgres
	default:
		return fmt.Errorf("unknown variant %q", variant)
	}
	if *to != "" || strings.Contains(stmt, ";") {
		return fmt.Errorf("more than one statement")
	}
	*to = stmt
	return nil
}

// strip takes comments and the closing semicolon from a statement. SQLite reads
// a text with anything behind a semicolon as a script, and parses a script again
// at each call.
func strip(stmt string) string {
	var code strings.Builder
	code.Grow(len(stmt))
	for line := range strings.Lines(stmt) {
		before, _, _ := strings.Cut(line, "--")
		code.WriteString(strings.TrimRight(before, " \n"))
		code.WriteByte('\n')
	}
	return strings.TrimSuffix(strings.TrimSpace(code.String()), ";")
}
