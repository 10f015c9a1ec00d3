package phone_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

const next = "k7#Q"

// A pair is one phone with the accounts of ada and bo.
type pair struct {
	t     *testing.T
	w     *keyturntest.World
	phone *keyturntest.Phone
	ada   *keyturntest.Person
	bo    *keyturntest.Person
	file  string // of the database, where a test looks into it
}

func startPair(t *testing.T, options ...keyturntest.Option) *pair {
	t.Helper()
	w := keyturntest.Start(t, options...)
	p := &pair{t: t, w: w, ada: w.Person("ada"), bo: w.Person("bo")}
	p.ada.SetUp(pin)
	p.phone = p.ada.Phone
	p.bo.SetUpOn(p.phone)
	return p
}

// again opens the phone anew from what it keeps, on a network that works.
func (p *pair) again() *phone.Phone {
	p.t.Helper()
	again, err := phone.Open(p.w.Origin, p.phone.Keeper)
	if err != nil {
		p.t.Fatal(err)
	}
	again.Through(p.w.Client())
	again.SealWith(keyturntest.Seal)
	return again
}

// answer approves a sign-in of a person with that PIN, and returns the error.
func (p *pair) answer(ph *phone.Phone, who *keyturntest.Person, pin string) error {
	p.t.Helper()
	page := p.w.Browser().SignIn(who)
	requests, err := ph.Pending(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, r := range requests {
		if r.State == "waiting" && strings.Contains(page.HTML, r.ID) {
			_, err := ph.Answer(p.t.Context(), r, keyturn.Approve, page.Text("#number"), pin)
			return err
		}
	}
	p.t.Fatalf("nothing waits for %s: %+v", who.Name, requests)
	return nil
}

// wantPIN fails the test unless right works for both accounts and wrong for none.
func (p *pair) wantPIN(ph *phone.Phone, right, wrong string) {
	p.t.Helper()
	for _, who := range []*keyturntest.Person{p.ada, p.bo} {
		if err := p.answer(ph, who, wrong); problemOf(err) != "pin_wrong" {
			p.t.Errorf("%s for %s: %v, want a wrong PIN", wrong, who.Name, err)
		}
		if err := p.answer(ph, who, right); err != nil {
			p.t.Errorf("%s for %s: %v, want approved", right, who.Name, err)
		}
	}
}

func problemOf(err error) string {
	if problem, ok := errors.AsType[*keyturn.Problem](err); ok {
		return problem.Code
	}
	return ""
}

// One call changes the PIN of all accounts; keys and salts are new ones: A55.
func TestChangePIN(t *testing.T) {
	p := startPair(t)
	before := p.phone.Keeper.State
	if err := p.phone.ChangePIN(t.Context(), "wrong1", next); problemOf(err) != "pin_wrong" {
		t.Fatalf("a wrong PIN: %v", err)
	}
	if err := p.answer(p.phone.Phone, p.ada, pin); err != nil {
		t.Fatalf("a wrong PIN changed it: %v", err)
	}
	if err := p.phone.ChangePIN(t.Context(), pin, next); err != nil {
		t.Fatal(err)
	}
	p.wantPIN(p.phone.Phone, next, pin)
	for i, d := range p.phone.Keeper.State.Devices {
		was := before.Devices[i]
		if bytes.Equal(d.Ck, was.Ck) || bytes.Equal(d.Salt, was.Salt) || !bytes.Equal(d.Kp, was.Kp) || d.Epoch != 2 || d.Next != nil {
			t.Errorf("A55 device %d keeps %+v", i, d)
		}
	}
	// An account that is added afterwards has the new PIN.
	cy := p.w.Person("cy")
	p.phone.PIN = next
	cy.SetUpOn(p.phone)
	if err := p.answer(p.phone.Phone, cy, next); err != nil {
		t.Errorf("an account of afterwards: %v", err)
	}
}

// A cut is a network that fails at one call, before or after the server has
// got it, and at all that come later.
type cut struct {
	through http.RoundTripper
	at      int
	after   bool
	late    func(send func()) // instead of losing it, the call arrives later
	mu      sync.Mutex
	calls   int
	path    string // of the call that was cut
}

var errCut = errors.New("the network was cut")

func (c *cut) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	n := c.calls
	c.calls++
	c.mu.Unlock()
	if n < c.at {
		return c.through.RoundTrip(r)
	}
	if n > c.at {
		return nil, errCut
	}
	c.path = r.URL.Path
	if c.late != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		c.late(func() {
			late := r.Clone(r.Context())
			late.Body = io.NopCloser(bytes.NewReader(body))
			if res, err := c.through.RoundTrip(late); err == nil {
				_ = res.Body.Close() // nobody reads it
			}
		})
		return nil, errCut
	}
	if c.after {
		res, err := c.through.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		return nil, errors.Join(errCut, res.Body.Close())
	}
	return nil, errCut
}

// The network is cut and the phone dies at every call of a change, before the
// server has it and after: when the phone is opened again, one PIN works, for all
// accounts, and the phone says which.
func TestA56CutAtEveryCall(t *testing.T) {
	cutAt := map[string]bool{}
	for at := 0; ; at++ {
		done := false
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d, after it %v", at, after), func(t *testing.T) {
				p := startPair(t)
				before := p.phone.Keeper.State
				c := &cut{through: p.w.Client().Transport, at: at, after: after}
				p.phone.Through(&http.Client{Transport: c})
				err := p.phone.ChangePIN(t.Context(), pin, next)
				if c.path == "" {
					done = true
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				if err == nil {
					t.Fatalf("%s was cut, and nobody noticed", c.path)
				}
				cutAt[c.path] = true
				again := p.again()
				outcome, err := again.Settle(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case c.path != "/v1/pin/finish": // nothing was sent that could change it
					if outcome != phone.PINSettled || !reflect.DeepEqual(p.phone.Keeper.State, before) {
						t.Errorf("%s was cut: outcome %d, %+v", c.path, outcome, p.phone.Keeper.State)
					}
				case after && outcome == phone.PINChanged:
					p.wantPIN(again, next, pin)
				case !after && outcome == phone.PINKept:
					p.wantPIN(again, pin, next)
				default:
					t.Errorf("%s was cut, after it %v: outcome %d", c.path, after, outcome)
				}
			})
		}
		if done || t.Failed() {
			break
		}
	}
	for _, path := range []string{"/v1/device", "/v1/pin/begin", "/v1/pin/finish"} {
		if !cutAt[path] {
			t.Errorf("%s was never cut", path)
		}
	}
}

// A finish that is on its way while the phone asks which PIN it is can't go through
// afterwards: the phone has made sure of that before it forgets the new key.
func TestA56LateFinish(t *testing.T) {
	p := startPair(t)
	var send func()
	c := &cut{through: p.w.Client().Transport, late: func(s func()) { send = s }}
	for c.at = 0; c.path != "/v1/pin/finish"; c.at++ {
		c.calls = 0
		p.phone.Through(&http.Client{Transport: c})
		if err := p.phone.ChangePIN(t.Context(), pin, next); err == nil {
			t.Fatal("nothing was cut")
		}
		p.phone.Phone = p.again()
	}
	outcome, err := p.phone.Settle(t.Context())
	if outcome != phone.PINKept || err != nil {
		t.Fatalf("outcome %d, %v", outcome, err)
	}
	send()
	p.wantPIN(p.again(), pin, next)
}

// A keeper that can't keep from some moment on: the disk is full, or the program ends.
type full struct {
	*phone.Memory
	left int
}

func (f *full) Save(s phone.State) error {
	if f.left--; f.left < 0 {
		return errors.New("no space left")
	}
	return f.Memory.Save(s)
}

// The phone's own storage fails at each step of a change.
func TestA56StorageFails(t *testing.T) {
	for saves := range 3 {
		t.Run(fmt.Sprintf("after %d saves", saves), func(t *testing.T) {
			p := startPair(t)
			failing, err := phone.Open(p.w.Origin, &full{p.phone.Keeper, saves})
			if err != nil {
				t.Fatal(err)
			}
			failing.Through(p.w.Client())
			failing.SealWith(keyturntest.Seal)
			err = failing.ChangePIN(t.Context(), pin, next)
			again := p.again()
			outcome, settling := again.Settle(t.Context())
			if settling != nil || (err == nil) != (saves > 1) {
				t.Fatalf("changing: %v, settling: %v", err, settling)
			}
			if (outcome == phone.PINChanged) != (saves == 1) {
				t.Errorf("outcome %d", outcome)
			}
			works := next // the server has changed it
			if saves == 0 {
				works = pin
			}
			if err := p.answer(again, p.bo, works); err != nil {
				t.Errorf("%s: %v", works, err)
			}
		})
	}
}

// Nothing that is kept, at any moment of a change, gives a key without the PIN: no
// proof, no private key of the agreement, no secret; and a change leaves neither of
// the PINs behind.
func TestA54NothingIsKeptOfAChange(t *testing.T) {
	p := startPair(t)
	seen := &spy{through: p.w.Client().Transport}
	kept := &watched{Memory: p.phone.Keeper}
	ph, err := phone.Open(p.w.Origin, kept)
	if err != nil {
		t.Fatal(err)
	}
	ph.Through(&http.Client{Transport: seen})
	ph.SealWith(keyturntest.Seal)
	if err := ph.ChangePIN(t.Context(), pin, next); err != nil {
		t.Fatal(err)
	}
	if len(seen.secrets) < 6 || len(kept.states) < 2 {
		t.Fatalf("%d secrets and %d states were seen", len(seen.secrets), len(kept.states))
	}
	for i, state := range kept.states {
		for _, secret := range append(seen.secrets, pin, next) {
			if strings.Contains(state, secret) {
				t.Errorf("state %d has %s", i, secret)
			}
		}
		var members map[string][]map[string]json.RawMessage
		_ = json.Unmarshal([]byte(state), &members) // origin is no list
		for _, d := range members["devices"] {
			for name := range d {
				if !strings.Contains(" device account phone_name key kp ck salt epoch counter active next ", " "+name+" ") {
					t.Errorf("state %d has the member %s", i, name)
				}
			}
		}
	}
}

// A spy notes what is sent that may be kept nowhere.
type spy struct {
	through http.RoundTripper
	secrets []string
}

func (s *spy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var begin keyturn.PINBegin
		var finish keyturn.PINFinish
		_, _ = json.Unmarshal(body, &begin), json.Unmarshal(body, &finish) // each is one of them
		if begin.AgreeKey != nil {
			s.secrets = append(s.secrets, begin.AgreeKey.String())
		}
		for _, i := range finish.Items {
			s.secrets = append(s.secrets, i.OldProof.String(), i.NewProof.String())
		}
	}
	return s.through.RoundTrip(r)
}

// A watched keeper remembers every state that was ever kept.
type watched struct {
	*phone.Memory
	states []string
}

func (w *watched) Save(s phone.State) error {
	b, err := json.Marshal(s)
	w.states = append(w.states, string(b))
	return errors.Join(err, w.Memory.Save(s))
}

// An account that is paused keeps its PIN while the others change theirs. When it
// is back, it is given the PIN of the others before it is used.
func TestPausedAccountCatchesUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keyturn.db")
	p := startPair(t, keyturntest.In("sqlite:"+file, filepath.Join(t.TempDir(), "key")))
	p.file = file
	bo := p.phone.Keeper.State.Devices[1].ID
	ev := audit.Event{Kind: audit.DeviceSuspended, At: time.Now(), Device: bo}
	if err := p.w.Store.Suspend(t.Context(), bo, device.ReasonLost, ev); err != nil {
		t.Fatal(err)
	}
	if err := p.phone.ChangePIN(t.Context(), pin, next); err != nil {
		t.Fatal(err)
	}
	if err := p.answer(p.phone.Phone, p.ada, next); err != nil {
		t.Fatalf("the account that wasn't paused: %v", err)
	}
	p.resume(bo)
	if err := p.answer(p.phone.Phone, p.bo, next); !errors.Is(err, phone.ErrEarlier) {
		t.Errorf("the account that was paused: %v, want %v", err, phone.ErrEarlier)
	}
	if err := p.phone.ChangePIN(t.Context(), next, "8Wm3"); !errors.Is(err, phone.ErrEarlier) {
		t.Errorf("another change: %v, want %v", err, phone.ErrEarlier)
	}
	if err := p.again().CatchUp(t.Context(), "wrong1", next); problemOf(err) != "pin_wrong" {
		t.Errorf("a wrong earlier PIN: %v", err)
	}
	again := p.again()
	if err := again.CatchUp(t.Context(), pin, next); err != nil {
		t.Fatal(err)
	}
	p.wantPIN(again, next, pin)
}

// resume is what another phone or the operator does.
func (p *pair) resume(id string) {
	p.t.Helper()
	db, err := sql.Open("sqlite", p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	_, err = db.ExecContext(p.t.Context(), "UPDATE device SET state = 'active', reason = '', ended = NULL WHERE id = $1 AND reason = 'lost'", id)
	if err := errors.Join(err, db.Close()); err != nil {
		p.t.Fatal(err)
	}
}

// While another account is being set up, the PIN stays; the phone says why.
func TestNoChangeInTheMiddleOfASetUp(t *testing.T) {
	p := startPair(t)
	cy := p.w.Person("cy")
	page := p.w.Browser().SignIn(cy)
	set, err := p.phone.Phone.Activate(t.Context(), code(t, p.phone.Phone, page), "Desk", pin)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.phone.ChangePIN(t.Context(), pin, next); !errors.Is(err, phone.ErrUnfinished) {
		t.Errorf("%v, want %v", err, phone.ErrUnfinished)
	}
	page.Reload().Submit("form#check-code", url.Values{"code": {set.Check}})
	if err := set.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.phone.ChangePIN(t.Context(), pin, next); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if err := p.answer(p.phone.Phone, cy, next); err != nil {
		t.Errorf("the new account: %v", err)
	}
}

// An account that was deleted doesn't keep the others from changing their PIN, nor
// from finding out which it is.
func TestDeletedAccountHoldsNobodyUp(t *testing.T) {
	p := startPair(t)
	c := &cut{through: p.w.Client().Transport, after: true}
	for c.at = 0; c.path != "/v1/pin/finish"; c.at++ {
		c.calls = 0
		p.phone.Through(&http.Client{Transport: c})
		if err := p.phone.ChangePIN(t.Context(), pin, next); err == nil {
			t.Fatal("nothing was cut")
		}
		p.phone.Phone = p.again()
	}
	if err := p.w.Accounts.Remove(t.Context(), p.ada.ID); err != nil {
		t.Fatal(err)
	}
	again := p.again()
	if outcome, err := again.Settle(t.Context()); outcome != phone.PINChanged || err != nil {
		t.Fatalf("outcome %d, %v", outcome, err)
	}
	if err := again.ChangePIN(t.Context(), next, "8Wm3"); err != nil {
		t.Fatal(err)
	}
	if err := again.Forget(again.Accounts()[0].Device); err != nil {
		t.Fatal(err)
	}
	if err := p.answer(again, p.bo, "8Wm3"); err != nil {
		t.Errorf("the account that is left: %v", err)
	}
}
