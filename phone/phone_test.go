package phone_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

const pin = "7Kq2"

// setUp makes p the first phone of a person and returns the browser.
func setUp(t *testing.T, w *keyturntest.World, p *phone.Phone, who *keyturntest.Person) *keyturntest.Browser {
	t.Helper()
	b := w.Browser()
	page := b.SignIn(who)
	set, err := p.Activate(t.Context(), code(t, p, page), "Desk", pin)
	if err != nil {
		t.Fatal(err)
	}
	page.Reload().Submit("form#check-code", url.Values{"code": {set.Check}})
	if err := set.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func code(t *testing.T, p *phone.Phone, page *keyturntest.Page) keyturn.Code {
	t.Helper()
	c, err := keyturn.ParseCode(p.Origin(), page.Text("#activation-code"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A phone kept in a file serves several accounts, is the same after a restart,
// and its file is its owner's alone.
func TestPhoneInAFile(t *testing.T) {
	w := keyturntest.Start(t)
	ada, bo := w.Person("ada"), w.Person("bo")
	file := phone.File(filepath.Join(t.TempDir(), "phone", "state.json"))
	p, err := phone.Open(w.Origin, file)
	if err != nil {
		t.Fatal(err)
	}
	p.Through(w.Client())
	setUp(t, w, p, ada)
	setUp(t, w, p, bo)
	if info, err := os.Stat(string(file)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v, %v, want 0600", info, err)
	}

	again, err := phone.Open("", file)
	if err != nil {
		t.Fatal(err)
	}
	again.Through(w.Client())
	b := w.Browser()
	page := b.SignIn(bo)
	requests, err := again.Pending(t.Context())
	if err != nil || len(requests) != 1 || requests[0].Account != "bo" || requests[0].Challenge.Carry != keyturn.CarryNumber {
		t.Fatalf("pending: %+v, %v", requests, err)
	}
	state, err := again.Answer(t.Context(), requests[0], keyturn.Approve, page.Text("#number"), pin)
	if state != "approved" || err != nil {
		t.Fatalf("answer: %s, %v", state, err)
	}
	w.Browser().SignIn(bo)
	requests, err = p.Pending(t.Context())
	if err != nil || len(requests) == 0 {
		t.Fatalf("pending: %+v, %v", requests, err)
	}
	unlock, err := file.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Answer(t.Context(), requests[0], keyturn.Deny, "", ""); !errors.Is(err, phone.ErrInUse) {
		t.Errorf("while another program uses the file: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if state, err := p.Answer(t.Context(), requests[0], keyturn.Deny, "", ""); state != "denied" || err != nil {
		t.Errorf("with what it read before another program answered: %s, %v", state, err)
	}
	if err := again.Remove(t.Context(), requests[0].Device, pin); err != nil {
		t.Fatal(err)
	}
	if left := again.Accounts(); len(left) != 1 || left[0].Name != "ada" {
		t.Errorf("accounts after one was removed: %+v", left)
	}
	if _, err := phone.Open("https://other.example", file); err == nil {
		t.Error("the phone goes with another server's address")
	}
}

// A wrong PIN for a further account leaves the code good, and says what is left.
func TestWrongPINKeepsTheCode(t *testing.T) {
	w := keyturntest.Start(t)
	p := w.Phone(pin)
	setUp(t, w, p.Phone, w.Person("ada"))
	page := w.Browser().SignIn(w.Person("bo"))
	_, err := p.Phone.Activate(t.Context(), code(t, p.Phone, page), "Desk", "wrong1")
	problem, ok := errors.AsType[*keyturn.Problem](err)
	if !ok || problem.Code != "pin_wrong" || problem.TriesLeft == nil || *problem.TriesLeft != 4 {
		t.Fatalf("wrong PIN: %v", err)
	}
	if _, err := p.Phone.Activate(t.Context(), code(t, p.Phone, page), "Desk", pin); err != nil {
		t.Errorf("the right PIN afterwards: %v", err)
	}
}

// A phone that can't keep its key says so, and the page doesn't wait for nothing.
func TestSetUpWithoutRoom(t *testing.T) {
	w := keyturntest.Start(t)
	p, err := phone.Open(w.Origin, &full{Memory: &phone.Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	p.Through(w.Client())
	page := w.Browser().SignIn(w.Person("ada"))
	if _, err := p.Activate(t.Context(), code(t, p, page), "Desk", pin); err == nil {
		t.Fatal("it is set up")
	}
	if got, want := page.Reload().Text("h1"), "Desk couldn't keep its key"; got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
}

// A lossy is a network that loses the answers of one path, once.
type lossy struct {
	through http.RoundTripper
	path    string
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.through.RoundTrip(r)
	if err == nil && r.URL.Path == l.path {
		l.path = ""
		return nil, errors.Join(errors.New("the answer got lost"), answer.Body.Close())
	}
	return answer, err
}

// An answer that gets lost on the way costs nothing: the same bytes are sent again.
func TestLostAnswersAreAskedForAgain(t *testing.T) {
	for _, path := range []string{"/v1/activations/redeem", "/v1/activations/finish"} {
		t.Run(path, func(t *testing.T) {
			w := keyturntest.Start(t)
			p := w.Phone(pin)
			p.Through(&http.Client{Transport: &lossy{w.Client().Transport, path}})
			setUp(t, w, p.Phone, w.Person("ada"))
		})
	}
}
