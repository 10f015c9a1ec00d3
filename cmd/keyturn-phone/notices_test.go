package main

import (
	"encoding/json"
	"os"
	"testing"

	"keyturn/locale"
	"keyturn/phone"
)

// Which sentence a notice has: the phone app and the server run the same table.
func TestSentences(t *testing.T) {
	table, err := os.ReadFile("../../web/phone/test/notices.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct{ Name, Kind, Detail, From, Place, Key string }
	if err := json.Unmarshal(table, &rows); err != nil || len(rows) < 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, lang := range locale.Languages() {
			n := phone.Notice{Kind: row.Kind, Detail: row.Detail, From: row.From, Place: row.Place}
			if got := sentence(locale.For(lang), n); got != row.Key {
				t.Errorf("%s in %s: %s, want %s", row.Name, lang, got, row.Key)
			}
		}
	}
}
