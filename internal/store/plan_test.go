package store_test

import (
	"slices"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// short are the ways to rows of which there are few, whatever anybody ever did, with the
// reason. A statement that finds its rows so costs the same after years of use and of attack.
var short = map[string]string{
	"":                      "one row, by a unique key",
	"request_waiting":       "limits.requests of an account wait; those whose time is over are ended by its next one",
	"request_approved":      "from now on: an approval can be fetched for minutes",
	"request_row":           "its newest end, limits.push_row of it",
	"request_settled":       "the last minutes, and of them the newest 100, or those of a session",
	"request_pending":       "what one browser asked under one cookie: the newest",
	"device_present":        "phones.max, and those that were named as lost",
	"device_added":          "whether there is one, or the newest 50; an alarm reads them all",
	"device_on_phone":       "a phone's accounts",
	"device_successor":      "phones that were named as lost for one that is new",
	"session_account":       "sessions that live, a day's at most: see tidy",
	"session_request":       "sessions that live and came of one sign-in",
	"activation_session":    "codes of one session, which limits.codes counts",
	"activation_account":    "codes of the days that are kept, which limits.codes counts",
	"activation_unfinished": "one of an account",
	"activation_device":     "activations that a phone has begun and not finished",
	"event_refused":         "the newest one within the life of a code",
	"told_kind":             "of a kind that is told seldom, since a time",
	"notice_new":            "the newest 20 that nobody has answered",
	"known_browser_cookie":  "accounts of one browser",
	"letter_due":            "the first that is due",
	"try_key":               "tries of one key, as many as its limit allows in its time",
	"answer_pkey":           "the last answers of a device", "sqlite_autoindex_answer_1": "the same",
	"late_answer_device_nonce_key": "answers that suspend the device when they are more than a few", "sqlite_autoindex_late_answer_1": "the same",
	"password_lock_account": "counts of an account that are used up", "try_account": "tries at its password, which limits.passwords_all counts",
	"familiar_network_pkey": "the last 20 networks of an account", "sqlite_autoindex_familiar_network_1": "the same",
	"proof_pkey": "proofs of the last minutes, which limits.unlocks counts", "sqlite_autoindex_proof_1": "the same",
	"recovery_code_pkey": "a list of codes", "sqlite_autoindex_recovery_code_1": "the same",
	"known_browser_pkey": "browsers in which an account signed in with a number, in 90 days", "sqlite_autoindex_known_browser_1": "the same",
}

// long are the ways to rows that may be very many, each with the statements that take them
// and why they may.
var long = map[string][]string{
	// the person's own page: 30 days of it, and of them the newest 10,000
	"request_made": {"activity.Page", "overview.Last", "account.Delete"},
	"told_account": {"activity.Page", "account.Delete"},
	// an operator or a test asks
	"all of account":                    {"account.Page"},
	"sqlite_autoindex_account_2":        {"account.Page"}, // 500 of them
	"event_account":                     {"event.OfAccount"},
	"event_device":                      {"event.OfDevice"},
	"event_subject":                     {"event.OfSubject"},
	"event_reference":                   {"event.OfReference"},
	"device_account":                    {"account.Delete", "answer.DropAnswersOf", "answer.DropLateOf", "answer.DropProofsOf", "push.UnsubscribeAll", "forget.PhonesOf"},
	"session_of":                        {"account.Delete"},
	"sqlite_autoindex_challenge_code_1": {"account.Delete"},
	// the end of the record, and a thousand events from a number on
	"event by seq": append([]string{"record.Last", "record.Since"}, parts...), "event_pkey": append([]string{"record.Last", "record.Since"}, parts...),
	// 250 rows that follow each other, from the old end
	"request by seq":    {"forget.Requests", "forget.OldRequests"},
	"request_pkey":      {"forget.Requests", "forget.OldRequests"},
	"activation by seq": {"forget.Activations", "forget.ActivationAddresses", "forget.NeverActive", "forget.OldActivations"},
	"activation_pkey":   {"forget.Activations", "forget.ActivationAddresses", "forget.NeverActive", "forget.OldActivations"},
	"device by seq":     {"forget.Devices", "forget.DeviceAddresses"},
	"device_pkey":       {"forget.Devices", "forget.DeviceAddresses"},
	// what time has ended, some at each look
	"request_open":    {"request.Overdue"},
	"request_address": {"tidy.Addresses"},
	"device_phone":    {"forget.Phone"},
	// what is over, a part at a time
	"known_browser_until":    {"tidy.Browsers"},
	"pin_change_expires":     {"tidy.Changes"},
	"session_ended":          {"tidy.EndedSessions"},
	"session_ends":           {"tidy.Sessions"},
	"told_at":                {"tidy.Told"},
	"visit_ends":             {"tidy.Visits"},
	"notice_event":           {"tidy.Told"},
	"try_at":                 {"tidy.Tries"},
	"password_lock_ends":     {"tidy.Locks"},
	"familiar_network_until": {"tidy.Networks"},
}

// parts forget a part of the record.
var parts = []string{"forget.Events", "forget.Addresses", "forget.RequestEvents", "forget.BeginningEvents", "forget.LetterEvents", "forget.ChangeEvents"}

// A105: an account with a long history, its own doing, makes no statement that a request, a
// sign-in, a call of a phone or a page runs any slower.
//
// The plan is the evidence: it names for each table the index by which rows are found, and an
// index leads either to few rows, for the reason that short gives, or to many. SQLite decides
// by its fixed assumptions as long as nobody has run ANALYZE, which Keyturn never does, so its
// plan on an empty database is the one that it always has; the second one is looked at because
// an operator may. PostgreSQL decides by the size of tables and indexes, so it is asked with
// a history in it that no statistics tell of; reading a whole table is forbidden to it,
// because it would be right to with tables as small as these. Its plan is the generic one,
// which it keeps for statements that are run again and again.
func TestA105NoStatementReadsHistory(t *testing.T) {
	for _, c := range []struct {
		name     string
		engine   func(testing.TB) string
		requests int
		analyze  bool
	}{
		{"sqlite without statistics", storetest.SQLite, 0, false},
		{"sqlite with statistics", storetest.SQLite, 3000, true},
		{"postgres without statistics", storetest.Postgres, 10000, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := c.engine(t)
			db := storetest.Open(t, url)
			used(t, db, url, c.requests)
			if c.analyze {
				statement(t, db, "ANALYZE")
			}
			steps, err := db.Steps(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range steps {
				if _, few := short[s.Way]; !few && !slices.Contains(long[s.Way], s.Statement) {
					t.Errorf("%s finds its rows by %s", s.Statement, s.Way)
				}
			}
		})
	}
}

// used makes a database that one account has used for long, and all others a little.
func used(t *testing.T, db *store.DB, url string, requests int) {
	ada, others := keyturn.NewID(keyturn.AccountID), keyturn.NewID(keyturn.AccountID)
	ids := []string{ada, others}
	for range 300 {
		ids = append(ids, keyturn.NewID(keyturn.AccountID))
	}
	for _, id := range ids {
		statement(t, db, `INSERT INTO account (id, name, folded, email, language, state, first_phone, numbers, stopped, codes_made, password, added)
		             VALUES ('`+id+`', '`+id+`', '`+id+`', '', '', 'active', FALSE, 0, FALSE, FALSE, '', 1)`)
	}
	h := storetest.History{Account: ada, Requests: requests, Events: requests, Ends: time.Now().Add(-time.Hour)}
	if err := h.Write(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	statement(t, db, "UPDATE request SET account = '"+others+"', state = 'waiting', settled = NULL WHERE seq % 10 = 0")
	statement(t, db, "UPDATE device SET account = '"+others+"', state = 'active' WHERE seq % 3 = 0")
	statement(t, db, "UPDATE session SET account = '"+others+"', ended = NULL WHERE ended IS NULL")
}

func statement(t *testing.T, db *store.DB, text string) {
	t.Helper()
	if err := db.Exec(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}
