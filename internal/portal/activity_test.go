package portal_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/token"
)

// What the portal itself asked for is the organisation's, in the person's language, on every
// page and in the file, whatever the language of the browser that asked.
func TestOrganisationByLanguage(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) {
		c.Organisation = map[string]string{"en": "Harbor Lane", "zh-Hans": "港湾里"}
	}))
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	x := w.Browser()
	x.Header.Set("Accept-Language", "zh-CN")
	x.SignIn(ada)
	ada.Approve(x)
	for lang, want := range map[string][2]string{"zh-CN": {"港湾里", "Harbor Lane"}, "en": {"Harbor Lane", "港湾里"}} {
		b.Header.Set("Accept-Language", lang)
		for _, path := range []string{"/", "/activity", "/activity.csv"} {
			if page := b.Get(path); !strings.Contains(page.HTML, want[0]) || strings.Contains(page.HTML, want[1]) {
				t.Errorf("%s in %s:\n%s", path, lang, page.HTML)
			}
		}
	}
}

// The history has every sign-in with its end, what people were told, and nothing of
// anybody else; the filter is in the address.
func TestActivity(t *testing.T) {
	w := keyturntest.Start(t)
	ada, ben := w.Person("ada"), w.Person("ben")
	first := ada.SetUp(pin)
	if page := first.Get("/activity"); !strings.Contains(page.HTML, "Pixel 9 was added") {
		t.Errorf("the first phone isn't there:\n%s", page.HTML)
	}
	ben.SetUp(pin)
	b := ada.SignedIn()
	w.Browser().SignIn(ada)
	if _, err := ada.Phone.Answer(t.Context(), ada.Phone.Waiting(), keyturn.Deny, "", ""); err != nil {
		t.Fatal(err)
	}
	x := w.Browser()
	x.Post("/sign-in/cancel", url.Values{"request": {x.SignIn(ada).Request()}})
	for show, want := range map[string]map[string]bool{
		"":         {"Approved": true, ">Denied<": true, "Cancelled": true, "was added": true},
		"approved": {"<strong>Approved": true, "<strong>Denied": false, "<strong>Cancelled": false, "was added": false},
		"denied":   {"<strong>Approved": false, "<strong>Denied": true, "<strong>Cancelled": false, "was added": false},
		"failed":   {"<strong>Approved": false, "<strong>Denied": false, "<strong>Cancelled": true, "was added": false},
		"security": {"<strong>Approved": false, "<strong>Denied": false, "<strong>Cancelled": false, "was added": true},
		"nonsense": {"Approved": true, ">Denied<": true},
	} {
		page := b.Get("/activity?show=" + show)
		for text, there := range want {
			if strings.Contains(page.HTML, text) != there {
				t.Errorf("show=%s: %q there %t, want %t", show, text, !there, there)
			}
		}
		if n := strings.Count(page.HTML, `aria-current="page"`); n != 1 {
			t.Errorf("show=%s: %d filters are marked", show, n)
		}
	}
	waits := w.Browser()
	desk := waits.SignIn(ada).Text("#desk")
	if page := b.Get("/activity"); !strings.Contains(page.HTML, desk[len(desk)-9:]) {
		t.Errorf("the help desk is told %q, and the history has\n%s", desk, page.HTML)
	}
	if page := b.Get("/activity?show=security&page=7"); !page.Has("#none") {
		t.Error("an empty page doesn't say so")
	}
	if page := b.Get("/"); !strings.Contains(page.Text("#activity"), "Denied") {
		t.Errorf("the security home:\n%s", page.HTML)
	}
	if page := w.Browser().Get("/activity"); page.Status != http.StatusNotFound {
		t.Errorf("without a session: %d", page.Status)
	}
}

// There are pages, and the past ends after 30 days.
func TestActivityPages(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	ada.SetUp(pin)
	for range 25 {
		b := w.Browser()
		b.Post("/sign-in/cancel", url.Values{"request": {b.SignIn(ada).Request()}})
		clock.Move(time.Minute)
	}
	b := ada.SignedIn()
	first, second := b.Get("/activity"), b.Get("/activity?page=2")
	if strings.Count(first.HTML, `class="event"`) != 20 || !strings.Contains(first.HTML, `href="/activity?page=2"`) {
		t.Errorf("the first page has %d", strings.Count(first.HTML, `class="event"`))
	}
	if n := strings.Count(second.HTML, `class="event"`); n != 7 || strings.Contains(second.HTML, `rel="next"`) || !strings.Contains(second.HTML, `rel="prev"`) {
		t.Errorf("the second page has %d\n%s", n, second.HTML)
	}
	clock.Move(31 * 24 * time.Hour)
	b = ada.SignedIn()
	if page := b.Get("/activity"); strings.Count(page.HTML, `class="event"`) != 1 {
		t.Error("the past doesn't end")
	}
}

// A92: the file is one for spreadsheets: no name becomes a formula there, with whatever
// a spreadsheet takes to be between two cells.
func TestA92ActivityFile(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	names := map[string]string{`=cmd|"/C calc"!A0`: `'=cmd|"/C calc"!A0`, "＝1+1": "'＝1+1", "Pixel;=1+1": "Pixel;'=1+1", "Pixel; @SUM(1)": "Pixel; '@SUM(1)", "A-1": "A-1"}
	for name := range names {
		if err := w.Devices.Rename(t.Context(), ada.ID, ada.Phone.Accounts()[0].Device, name); err != nil {
			t.Fatal(err)
		}
		b = ada.SignedIn()
	}
	page := b.Get("/activity.csv")
	if kind := page.Header["Content-Type"][0]; !strings.HasPrefix(kind, "text/csv") || !strings.Contains(page.Header["Content-Disposition"][0], "attachment") {
		t.Errorf("type %s", kind)
	}
	text, _ := strings.CutPrefix(page.HTML, "\ufeff")
	var written []string
	for i, row := range cells(t, text, ',') {
		if i == 0 && row[1] != "Result" {
			t.Errorf("the head is %q", row)
		}
		written = append(written, row[6])
	}
	for name, want := range names {
		if !slices.Contains(written, want) {
			t.Errorf("%s isn't written as %s:\n%s", name, want, text)
		}
	}
	for _, row := range append(cells(t, text, ';'), cells(t, text, ',')...) {
		for _, cell := range row {
			if strings.IndexAny(strings.TrimLeft(cell, " "), "=+-@＝") == 0 {
				t.Errorf("a formula: %s", cell)
			}
		}
	}
}

// cells reads a file as a spreadsheet does that has that separator.
func cells(t *testing.T, text string, separator rune) [][]string {
	t.Helper()
	file := csv.NewReader(strings.NewReader(text))
	file.Comma, file.LazyQuotes, file.FieldsPerRecord = separator, true, -1
	rows, err := file.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// "It wasn't me", afterwards: the session that came of it ends, known browsers and what
// waits too, pushes are off, the record and the person's other phones know; in the
// browser that asked it looks like any other end. Once.
func TestReportAfterwards(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	thief, b := ada.SignedIn(), ada.SignedIn()
	waits := w.Browser()
	waits.SignIn(ada)
	page := b.Get("/activity")
	if n := strings.Count(page.HTML, `action="/activity/report"`); n != 1 {
		t.Fatalf("%d sign-ins can be reported, want the one of the other browser:\n%s", n, page.HTML)
	}
	after := report(t, b)
	if after.Path != "/activity/reported" || !strings.Contains(after.HTML, `href="/password"`) {
		t.Fatalf("after the report: %s\n%s", after.Path, after.HTML)
	}
	if thief.Get("/").Attr("body", "data-account") != "" {
		t.Error("the session of the reported sign-in goes on")
	}
	if b.Get("/").Attr("body", "data-account") != "ada" {
		t.Error("the session that reported has ended")
	}
	if waits.Get("/sign-in/wait").Has("#wait") {
		t.Error("a request still waits")
	}
	a, err := w.Accounts.Account(t.Context(), ada.ID)
	if err != nil || !a.Quiet.After(time.Now().Add(29*time.Minute)) {
		t.Errorf("quiet until %v, %v", a.Quiet, err)
	}
	if len(ada.Events(audit.SignInReported)) != 1 {
		t.Error("the record doesn't have one report")
	}
	all, err := ada.Phone.Notices(t.Context())
	if err != nil || len(all) == 0 || all[0].Kind != "reported" {
		t.Errorf("the phone is told %+v, %v", all, err)
	}
	if page := b.Get("/activity"); strings.Contains(page.HTML, `action="/activity/report"`) || !strings.Contains(page.HTML, "You reported this sign-in") {
		t.Error("it can be reported again")
	}
	if page := b.Get("/"); !page.Has("#reports") || page.Has("#browsers") {
		t.Error("the security home doesn't show the report")
	}
}

// Nobody reports what isn't theirs, and not the sign-in that they are in.
func TestReportOfOthers(t *testing.T) {
	w := keyturntest.Start(t)
	ada, ben := w.Person("ada"), w.Person("ben")
	ada.SetUp(pin)
	ben.SetUp(pin)
	a, b := ada.SignedIn(), ben.SignedIn()
	s, err := w.Sessions.Session(t.Context(), token.Token(a.Cookie("keyturn_session")))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{s.Proven.Request, "", "req_x"} {
		if page := b.Post("/activity/report", url.Values{"request": {id}}); page.Status != http.StatusNotFound {
			t.Errorf("another's %q: %d", id, page.Status)
		}
	}
	if page := a.Post("/activity/report", url.Values{"request": {s.Proven.Request}}); page.Status != http.StatusNotFound {
		t.Errorf("the own one: %d", page.Status)
	}
	if len(ada.Events(audit.SignInReported))+len(ben.Events(audit.SignInReported)) > 0 {
		t.Error("something was reported")
	}
	if a.Get("/").Attr("body", "data-account") != "ada" {
		t.Error("the session has ended")
	}
}

// A sign-in that was approved, and reported before its browser went on, opens nothing.
func TestReportBeforeRedemption(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	thief := w.Browser()
	page := thief.SignIn(ada)
	ada.Phone.Approve(page.Text("#number"))
	page = page.Reload()
	report(t, b)
	page.Submit("form#redeem", nil)
	if thief.Get("/").Attr("body", "data-account") != "" {
		t.Error("a reported sign-in was redeemed")
	}
}

// Known browsers are counted, and forgotten: this one, or all.
func TestKnownBrowsers(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	a, b := ada.SignedIn(), ada.SignedIn()
	if page := a.Get("/"); !strings.Contains(page.Text("#browsers"), "2 browsers") {
		t.Errorf("known: %s", page.Text("#browsers"))
	}
	a.Post("/browsers/forget", url.Values{"which": {"this"}})
	a.Post("/browsers/forget", url.Values{"which": {"this"}})
	if text := a.Get("/").Text("#browsers"); !strings.Contains(text, "1 browser.") {
		t.Errorf("after forgetting this one: %s", text)
	}
	if page := a.SignIn(ada); !page.Has("#number") {
		t.Error("it is still known")
	}
	if page := b.SignIn(ada); page.Has("#number") {
		t.Error("the other one was forgotten too")
	}
	ada.Approve(b)
	b.Post("/browsers/forget", url.Values{"which": {"all"}})
	if page := b.SignIn(ada); !page.Has("#number") {
		t.Error("all are forgotten, and one is known")
	}
	if n := len(ada.Events(audit.BrowserForgot)); n != 2 {
		t.Errorf("%d in the record", n)
	}
}

// report reports the newest sign-in that can be.
func report(t *testing.T, b *keyturntest.Browser) *keyturntest.Page {
	t.Helper()
	page := b.Get("/activity")
	_, id, ok := strings.Cut(page.HTML, `id="report-`)
	if !ok {
		t.Fatalf("nothing can be reported:\n%s", page.HTML)
	}
	id, _, _ = strings.Cut(id, `"`)
	return page.Submit("form#report-"+id, nil)
}
