package killed

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/mail/mailtest"
	"keyturn/phone"
)

// newPassword changes the password, by the phone's approval.
func (p *person) newPassword() {
	p.t.Helper()
	const fresh = "seven herons cross the bay"
	p.approve()
	g := p.get("/password")
	for range 12 {
		switch {
		case strings.Contains(g.html, `id="next"`) && g.path == "/password":
			p.password = fresh
			return
		case g.has(`id="password"`):
			g = p.post("/password", url.Values{"present": {p.password}, "new": {fresh}, "again": {fresh}}, "/password")
		case g.has(`id="ask"`) && p.changed():
			p.password = fresh
			return
		case g.has(`id="ask"`):
			g = p.post("/password/ask", nil, "/sign-in/wait")
		case g.has(`id="redeem"`):
			g = p.post("/sign-in/redeem", url.Values{"request": {g.request()}}, "/password")
		case g.has(`id="wait"`):
			p.answer("approve", g.text("number"))
			g = p.get("/sign-in/wait")
		default:
			g = p.get("/password")
		}
	}
	p.t.Fatalf("the password isn't changed: %s\n%s", g.path, g.html)
}

// changed reports whether the record has a new password: its page got lost.
func (p *person) changed() bool {
	for _, ev := range p.node.record(p.node.account()) {
		if ev.Kind == audit.PasswordChanged {
			return true
		}
	}
	return false
}

// reportLater reports an earlier sign-in in the portal.
func (p *person) reportLater() {
	p.t.Helper()
	p.approve()
	p.approve()
	for range 3 {
		g := p.get("/activity")
		id := regexp.MustCompile(`id="report-(req_[A-Z2-7]{26})"`).FindStringSubmatch(g.html)
		if id == nil {
			break
		}
		p.post("/activity/report", url.Values{"request": {id[1]}}, "/activity")
	}
	if !p.get("/activity").has("You reported") {
		p.t.Error("the report is lost")
	}
}

// alarm says of what the phone was told that it wasn't the person.
func (p *person) alarm() {
	p.t.Helper()
	p.reportLater()
	for range 3 {
		all, err := p.phone.Notices(p.t.Context())
		if errors.Is(err, phone.ErrUnsure) {
			continue
		}
		if err != nil {
			p.t.Fatal(err)
		}
		if len(all) == 0 {
			return
		}
		p.tolerable(p.phone.Alarm(p.t.Context(), all[0], ""))
	}
}

func (p *person) forgetBrowser() {
	p.t.Helper()
	p.approve()
	for range 2 {
		p.post("/browsers/forget", url.Values{"which": {"all"}}, "/")
	}
}

// A letter is written with the change that it tells of, and sent once whenever the
// server is killed; but for the moment between the mail server's yes and the note of it:
// then it is sent a second time, under the same message id.
func TestKilledLetter(t *testing.T) {
	from := fresh.of(t)
	for _, tt := range []struct {
		moment  string
		copies  int
		claimed bool // by the server that dies: nobody sends it before that is over
	}{
		{"before activation.active", 1, false}, {"after activation.active", 1, false},
		{"before letter.claimed", 1, false}, {"after letter.claimed", 1, true},
		{"before letter.sent", 2, true}, {"after letter.sent", 1, false},
	} {
		t.Run(tt.moment, func(t *testing.T) {
			t.Parallel()
			s := mailtest.Start(t)
			n := from.start(t, tt.moment, s)
			p := newPerson(t, n, from)
			p.setUp()
			if tt.claimed {
				<-n.again
				n.later(2 * time.Minute)
			}
			s.Wait(t, tt.copies)
			n.sent()
			ids := map[string]int{}
			for _, l := range s.Letters() {
				ids[regexp.MustCompile(`(?im)^Message-ID: (.*)$`).FindString(l.Data)]++
			}
			if len(ids) != 1 || len(s.Letters()) != tt.copies {
				t.Errorf("%d copies of letters %v, want %d of one", len(s.Letters()), ids, tt.copies)
			}
		})
	}
}

// sent waits until a letter is in the record as sent, and none is left over.
func (n *node) sent() {
	n.t.Helper()
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); <-time.After(100 * time.Millisecond) {
		for _, ev := range n.record(n.account()) {
			if ev.Kind == audit.LetterSent {
				return
			}
		}
	}
	n.t.Error("no letter is in the record as sent")
}
