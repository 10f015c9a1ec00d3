package notice_test

import (
	"encoding/json"
	"os"
	"testing"

	"keyturn/internal/notice"
	"keyturn/locale"
)

// Which sentence a notice has: the phone app and keyturn-phone run the same table.
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
			told := notice.Told{Kind: notice.Kind(row.Kind), Phone: row.Detail, From: row.From, Place: row.Place}
			if row.Kind == string(notice.RecoveryUsed) {
				told.Phone, told.Left = "", row.Detail
			}
			if got, _ := told.Words(locale.For(lang), ""); "notice."+got != row.Key {
				t.Errorf("%s in %s: %s, want %s", row.Name, lang, got, row.Key)
			}
			if sent := told.ForPhone(false); sent.Detail != row.Detail || sent.From != row.From || sent.Place != row.Place {
				t.Errorf("%s: a phone is told %+v", row.Name, sent)
			}
		}
	}
}
