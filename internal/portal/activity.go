package portal

import (
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/notice"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/locale"
)

const (
	linesShown    = 20   // on a page, which stays within its weight (keyturntest) with the longest lines
	linesHome     = 5    // on the security home
	linesExported = 5000 // in a file
)

// A line is one thing that happened, as the person sees it.
type line struct {
	At        time.Time
	Icon      string
	Look      string // "ok", "warn", "bad" or "info"
	What      page.Sentence
	App       string
	Action    page.Sentence // empty for a sign-in
	Browser   string
	Place     string
	Phone     string
	Reference string
	Report    string // id of the sign-in that can be reported; empty: none
	Reported  bool
	Here      bool // the session that looks came of it
}

// activityPage is everything that activity.html shows.
type activityPage struct {
	page.Frame
	Lines  []line
	Show   string
	Shows  []string
	Page   int // from 1
	More   bool
	Export string // address of the file
}

// Name of a filter.
func (a activityPage) Name(show string) page.Sentence { return page.Say("activity.show." + show) }

// Link to a filter.
func (a activityPage) Link(show string) string { return activityLink(show, 1) }

// To is a link to another page of the same filter.
func (a activityPage) To(by int) string { return activityLink(a.Show, a.Page+by) }

func activityLink(show string, n int) string {
	q := url.Values{}
	if show != notice.ShowAll {
		q.Set("show", show)
	}
	if n > 1 {
		q.Set("page", strconv.Itoa(n))
	}
	if len(q) == 0 {
		return "/activity"
	}
	return "/activity?" + q.Encode()
}

var shows = []string{notice.ShowAll, notice.ShowApproved, notice.ShowDenied, notice.ShowFailed, notice.ShowSecurity}

// getActivity shows what happened to the account in the last 30 days. Filter and page
// are in the address; anything else there is the first page of everything.
func (p *Portal) getActivity(w http.ResponseWriter, r *http.Request, s session.Session) (err error) {
	a := activityPage{Show: showOf(r), Shows: shows, Page: 1}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && n > 1 && n <= linesExported/linesShown {
		a.Page = n
	}
	if a.Frame, err = p.frame(r, s); err != nil {
		return err
	}
	if a.Lines, err = p.lines(r, s, a.Show, (a.Page-1)*linesShown, linesShown+1); err != nil {
		return err
	}
	if a.More = len(a.Lines) > linesShown; a.More {
		a.Lines = a.Lines[:linesShown]
	}
	a.Export = "/activity.csv"
	if a.Show != notice.ShowAll {
		a.Export += "?show=" + a.Show
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/activity", a)
}

func showOf(r *http.Request) string {
	if show := r.URL.Query().Get("show"); slices.Contains(shows, show) {
		return show
	}
	return notice.ShowAll
}

func (p *Portal) lines(r *http.Request, s session.Session, show string, skip, most int) ([]line, error) {
	now, words := p.Now(), p.Page.Words(r)
	all, err := p.History.Activity(r.Context(), notice.Look{Account: s.Account, Show: show, At: now, Since: now.Add(-notice.LooksBack), Skip: skip, Most: most})
	lines := make([]line, len(all))
	for i, l := range all {
		lines[i] = lineOf(l, s, words)
		lines[i].App = p.Page.Known(r, l.App)
	}
	return lines, err
}

func lineOf(l notice.Line, s session.Session, words *locale.Words) line {
	if l.Kind != "" {
		key, values := l.Words(words, l.At)
		return line{At: l.At, Icon: "lock", Look: "info", What: page.Say("notice."+key, values...), Reference: keyturn.GroupedReference(l.Reference)}
	}
	look := states[l.State]
	out := line{At: l.At, Icon: look.icon, Look: look.look, What: page.Say("home.state." + look.word), App: l.App, Browser: l.Browser,
		Place: l.Place, Phone: l.Phone, Reference: keyturn.GroupedReference(l.Reference), Reported: l.Reported, Here: l.ID == s.Proven.Request}
	if l.Action != string(keyturn.SignIn) {
		out.Action = meant(keyturn.Action(l.Action), l.Message)
		if look.word == "approved" {
			out.What = page.Say("activity.approved.other")
		}
	} else if look.report && !l.Reported && !out.Here && s.Proven.Way != policy.ByRecovery {
		out.Report = l.ID
	}
	return out
}

// states are how the ends of requests look. Only an approved sign-in, or one that was
// denied in time, can have been somebody else's.
var states = map[string]struct {
	icon, look, word string
	report           bool
}{
	"waiting":   {"clock", "info", "waiting", false},
	"approved":  {"tick", "ok", "approved", true},
	"redeemed":  {"tick", "ok", "approved", true},
	"denied":    {"cross", "bad", "denied", true},
	"reported":  {"block", "bad", "reported", false},
	"failed":    {"cross", "bad", "failed", false},
	"expired":   {"clock", "warn", "expired", false},
	"cancelled": {"info", "info", "cancelled", false},
	"replaced":  {"info", "info", "replaced", false},
}

// getActivityFile is the same as a file for a spreadsheet. What begins like a formula
// is written as text, A92.
func (p *Portal) getActivityFile(w http.ResponseWriter, r *http.Request, s session.Session) error {
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

// postReport is "It wasn't me", afterwards: what came of that sign-in ends, and the rest
// is the effect of a report by a phone, §8.7.
func (p *Portal) postReport(w http.ResponseWriter, r *http.Request, s session.Session) error {
	id := r.PostForm.Get("request")
	if id == s.Proven.Request {
		return approval.ErrUnknown // who reports is in it
	}
	if err := p.Approvals.Report(r.Context(), s.Account, id); err != nil {
		if errors.Is(err, approval.ErrUnknown) {
			return errMissing
		}
		return err
	}
	return see(w, r, "/activity/reported")
}

// getReported is D12h. It is never shown in the browser that was reported: that one has
// no session any more.
func (p *Portal) getReported(w http.ResponseWriter, r *http.Request, s session.Session) error {
	frame, err := p.frame(r, s)
	if err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, outcomePage{Frame: frame, outcome: outcomeReported})
}

var outcomeReported = outcome{Icon: "block", Look: "warn", Title: page.Say("outcome.reported.title"),
	Body: page.Say("outcome.reported.body"), Go: page.Say("outcome.reported.go"), Link: "/password"}

// postForget makes this browser, or all of them, unknown: the next sign-in asks for the
// number.
func (p *Portal) postForget(w http.ResponseWriter, r *http.Request, s session.Session) error {
	err := p.Sessions.Forget(r.Context(), s.Account, p.token(r, page.KnownBrowser), r.PostForm.Get("which") == "all")
	if err != nil {
		return err
	}
	return see(w, r, "/")
}
