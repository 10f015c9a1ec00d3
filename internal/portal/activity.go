package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"keyturn"
	"keyturn/internal/door"
	"keyturn/internal/notice"
	"keyturn/internal/page"
	"keyturn/internal/policy"
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
	Tone      string // "ok", "warn", "bad" or "info"
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
func (p *Portal) getActivity(w http.ResponseWriter, r *http.Request, s door.Session) (err error) {
	a := activityPage{Show: showOf(r), Shows: shows, Page: 1}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && n > 1 && n <= linesExported/linesShown {
		a.Page = n
	}
	a.Frame = s.Frame()
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

func (p *Portal) lines(r *http.Request, s door.Session, show string, skip, most int) ([]line, error) {
	now, words := p.Now(), p.Page.Words(r)
	all, err := p.History.Activity(r.Context(), notice.Query{Account: s.Account, Show: show, At: now, Since: now.Add(-notice.LooksBack), Skip: skip, Most: most})
	lines := make([]line, len(all))
	for i, l := range all {
		lines[i] = lineOf(l, s, words)
		lines[i].App = p.Page.Known(r, l.App)
	}
	return lines, err
}

func lineOf(l notice.Line, s door.Session, words *locale.Words) line {
	if l.Kind != "" {
		key, values := l.Words(words, l.At)
		return line{At: l.At, Icon: "lock", Tone: "info", What: page.Say("notice."+key, values...), Reference: keyturn.GroupedReference(l.Reference)}
	}
	look := states[l.State]
	out := line{At: l.At, Icon: look.icon, Tone: look.tone, What: page.Say("home.state." + look.word), App: l.App, Browser: l.Browser,
		Place: l.Place, Phone: l.Phone, Reference: keyturn.GroupedReference(l.Reference), Reported: l.Reported, Here: l.ID == s.Proven.Request}
	if l.Action != string(keyturn.SignIn) {
		out.Action = door.Asked(keyturn.Action(l.Action), l.Message)
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
	icon, tone, word string
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
