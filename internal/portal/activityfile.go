package portal

import (
	"encoding/csv"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"keyturn/internal/door"
	"keyturn/internal/page"
)

// getActivityFile is the same as a file for a spreadsheet. What begins like a formula
// is written as text, A92.
func (p *Portal) getActivityFile(w http.ResponseWriter, r *http.Request, s door.Session) error {
	all, err := p.lines(r, s, showOf(r), 0, linesExported)
	if err != nil {
		return err
	}
	words := p.Page.Words(r)
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="keyturn-activity.csv"`)
	_, _ = w.Write([]byte("\ufeff")) // spreadsheets read Chinese only with it
	out := csv.NewWriter(w)
	head := []string{"time", "result", "app", "action", "browser", "place", "phone", "reference"}
	for i, name := range head {
		head[i] = words.T("activity.head." + name)
	}
	_ = out.Write(head) // a spreadsheet that has gone needs nothing
	for _, l := range all {
		action := l.Action
		if action.Key == "" && l.App != "" {
			action = page.Say("request.action.sign_in")
		}
		row := []string{l.At.UTC().Format(time.RFC3339), written(l.What).In(words), l.App, action.In(words), page.BrowserIn(words, l.Browser), l.Place, l.Phone, l.Reference}
		for i, cell := range row {
			row[i] = plainCell(cell)
		}
		_ = out.Write(row)
	}
	out.Flush()
	return nil
}

// written is a sentence whose instants are text.
func written(s page.Sentence) page.Sentence {
	s.Values = slices.Clone(s.Values)
	for i, v := range s.Values {
		if at, ok := v.(time.Time); ok {
			s.Values[i] = at.UTC().Format("2006-01-02 15:04 MST")
		}
	}
	return s
}

// formula is where a spreadsheet would take a part of a cell for one: at its beginning,
// and after what separates cells elsewhere: semicolons in half of Europe, tabs.
var formula = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|[;\t\r\n])(\s*)([=+\-@＝＋－＠])`) })

// plainCell keeps a spreadsheet from taking a name for a formula (OWASP "CSV injection").
func plainCell(s string) string { return formula().ReplaceAllString(s, "$1$2'$3") }
