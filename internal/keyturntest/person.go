package keyturntest

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"testing"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/phone"
)

// A Person has an account, and perhaps a phone.
type Person struct {
	account.Account
	Password string
	Phone    *Phone // nil before SetUp
	w        *World
}

// Person adds an account.
func (w *World) Person(name string) *Person { return w.PersonAt(name, "") }

// PersonAt adds an account with an e-mail address.
func (w *World) PersonAt(name, email string) *Person {
	w.t.Helper()
	p := &Person{Password: "a password of " + name, w: w}
	var err error
	if p.Account, err = w.Accounts.Add(w.t.Context(), name, p.Password, email); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// SetUp signs the person in and makes a new phone with that PIN their first one.
// It returns the browser, which is signed in.
func (p *Person) SetUp(pin string) *Browser {
	p.w.t.Helper()
	p.Phone = p.w.Phone(pin)
	return p.SetUpOn(p.Phone)
}

// SetUpOn is SetUp with a phone that there is.
func (p *Person) SetUpOn(phone *Phone) *Browser {
	p.w.t.Helper()
	p.Phone = phone
	b := p.w.Browser()
	page := b.SignIn(p)
	if page.Has("#no-phone") { // days of grace
		page = page.Submit("form#set-up", nil)
	}
	set := phone.Activate(page.Text("#activation-code"))
	page = page.Reload().Submit("form#check-code", url.Values{"code": {set.Check}})
	if err := set.Wait(p.w.t.Context()); err != nil {
		p.w.t.Fatalf("set up the phone of %s: %v on\n%s", p.Name, err, page.HTML)
	}
	return b
}

// SetUpWithCodes is SetUp, and returns the recovery codes.
func (p *Person) SetUpWithCodes(pin string) []string {
	p.w.t.Helper()
	list := p.SetUp(pin).Get("/phones/activation").Submit("form#next", nil)
	codes := list.Values(`name="listed" value="`)
	if len(codes) < 8 {
		p.w.t.Fatalf("no codes on\n%s", list.HTML)
	}
	return codes[:8]
}

// Reset gives the person another password, as the operator does, before the n-th hash from
// now is compared: after the account was read.
func (p *Person) Reset(n int, password string) {
	p.w.Accounts.Hashed = func() {
		if n--; n == 0 {
			if err := p.w.Accounts.SetPassword(p.w.t.Context(), p.ID, password); err != nil {
				p.w.t.Error(err)
			}
		}
	}
}

// A Phone is one that its tests know the PIN of.
type Phone struct {
	*phone.Phone
	Keeper *phone.Memory // what it keeps
	PIN    string
	t      testing.TB
}

// Phone returns a phone without accounts.
func (w *World) Phone(pin string) *Phone {
	w.t.Helper()
	p := &Phone{Keeper: &phone.Memory{}, PIN: pin, t: w.t}
	var err error
	if p.Phone, err = phone.Open(w.Origin, p.Keeper); err != nil {
		w.t.Fatal(err)
	}
	p.Through(&http.Client{Transport: w.through()})
	p.SealWith(Seal)
	return p
}

// Seal is a [phone.Sealer] without work: no PIN here is worth guessing, and stretching
// them was two fifths of what these tests cost.
func Seal(pin string, kp, salt, kk keyturn.Bytes) (keyturn.Bytes, error) {
	out := make(keyturn.Bytes, len(kk))
	subtle.XORBytes(out, kk, keyturn.MAC(kp, pin+"\n"+string(salt)))
	return out, nil
}

// At returns the phone as it talks to another node.
func (p *Phone) At(w *World) *Phone {
	p.t.Helper()
	same := *p
	var err error
	if same.Phone, err = phone.Open(w.Origin, p.Keeper); err != nil {
		p.t.Fatal(err)
	}
	same.Through(&http.Client{Transport: w.through()})
	same.SealWith(Seal)
	return &same
}

// Activate redeems a code as the portal shows it.
func (p *Phone) Activate(shown string) *phone.Activation {
	p.t.Helper()
	code, err := keyturn.ParseCode(p.Origin(), shown)
	if err != nil {
		p.t.Fatal(err)
	}
	set, err := p.Phone.Activate(p.t.Context(), code, "Pixel 9", p.PIN)
	if err != nil {
		p.t.Fatal(err)
	}
	return set
}

// Waiting is the newest request that waits. That there is one is part of the test.
func (p *Phone) Waiting() phone.Request {
	p.t.Helper()
	all, err := p.Pending(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, r := range all {
		if r.State == "waiting" {
			return r
		}
	}
	p.t.Fatal("nothing waits for the phone")
	return phone.Request{}
}

// Approve approves the newest request with the number that the browser shows; ""
// if none is asked.
func (p *Phone) Approve(number string) {
	p.t.Helper()
	state, err := p.Answer(p.t.Context(), p.Waiting(), keyturn.Approve, number, p.PIN)
	if err != nil || state != "approved" {
		p.t.Fatalf("approve: %s, %v", state, err)
	}
}
