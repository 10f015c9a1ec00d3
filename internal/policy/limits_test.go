package policy_test

import (
	"reflect"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/policy"
)

// The values are those of spec §17, written out a second time.
func TestDefaults(t *testing.T) {
	l := policy.Defaults()
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"an activation code lives 600 s", l.CodeLife, 600 * time.Second},
		{"a first look adds 600 s", l.CodeExtend, 600 * time.Second},
		{"nobody signs in without a phone", l.Grace, time.Duration(0)},
		{"redeem to finish takes 120 s", l.FinishIn, 120 * time.Second},
		{"finish to check code takes 600 s", l.CheckIn, 600 * time.Second},
		{"three wrong check codes cancel", l.CheckTries, 3},
		{"five codes in ten minutes", l.Codes, policy.Rate{Most: 5, In: 10 * time.Minute}},
		{"a request lives 120 s", l.RequestLife, 120 * time.Second},
		{"a request lives 600 s at most", l.RequestMost, 600 * time.Second},
		{"three requests of an account wait", l.Requests, 3},
		{"an ended request is shown for ten minutes", l.EndedShown, 10 * time.Minute},
		{"three wrong numbers end a request", l.NumberTries, 3},
		{"twenty in a row stop the phones", l.NumberRow, 20},
		{"a QR code leaves 120 s", l.QRLeast, 120 * time.Second},
		{"five QR codes a request", l.QRs, 5},
		{"a challenge code leaves 300 s", l.OfflineLife, 300 * time.Second},
		{"five wrong responses end a request", l.Responses, 5},
		{"ten in a row switch challenge codes off", l.ResponseRow, 10},
		{"three new requests after one", l.Agains, 3},
		{"approval to redemption takes 120 s", l.RedeemIn, 120 * time.Second},
		{"a password counts for 900 s", l.AgainIn, 900 * time.Second},
		{"an approval is good for 300 s", l.ApprovalUse, 300 * time.Second},
		{"five wrong PINs lock", l.PINTries, 5},
		{"twenty wrong PINs a day lock", l.PINDay, policy.Rate{Most: 20, In: 24 * time.Hour}},
		{"a try is judged within 10 s", l.Judged, 10 * time.Second},
		{"twenty refused unlocks an hour", l.Unlocks, policy.Rate{Most: 20, In: time.Hour}},
		{"a PROOF text is known for 600 s", l.ProofKept, 600 * time.Second},
		{"the last 32 answers can be repeated", l.AnswersKept, 32},
		{"a counter grows by 1000 at most", l.CounterJump, int64(1000)},
		{"three late answers are a copy", l.LateAnswers, 3},
		{"five wrong passwords in 15 minutes", l.Passwords, policy.Rate{Most: 5, In: 15 * time.Minute}},
		{"a hundred an hour per account", l.PasswordsAll, policy.Rate{Most: 100, In: time.Hour}},
		{"thirty sign-ins a minute per address", l.SignIns, policy.Rate{Most: 30, In: time.Minute}},
		{"twenty looks a minute per address", l.Looks, policy.Rate{Most: 20, In: time.Minute}},
		{"ten redeems a minute per address", l.Redeems, policy.Rate{Most: 10, In: time.Minute}},
		{"three phones", l.Phones, 3},
		{"probation lasts a day", l.Probation, 24 * time.Hour},
		{"pushes are 20 s apart", l.PushApart, 20 * time.Second},
		{"five in ten minutes", l.Pushes, policy.Rate{Most: 5, In: 10 * time.Minute}},
		{"three requests in a row without an approval pause them", l.PushRow, 3},
		{"for 30 minutes", l.PushPause, 30 * time.Minute},
		{"a request's is sent again three times", l.PushAgain, 3},
		{"a report is quiet for 30 minutes", l.ReportQuiet, 30 * time.Minute},
		{"a browser is known for 90 days", l.Browser, 90 * 24 * time.Hour},
		{"a session idles for an hour", l.SessionIdle, time.Hour},
		{"a session lasts 12 hours", l.SessionMost, 12 * time.Hour},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v", tt.name, tt.got)
		}
	}
}

// A zero limit would be one that somebody forgot, but for the days of grace.
func TestNoDefaultIsZero(t *testing.T) {
	v := reflect.ValueOf(policy.Defaults())
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && name != "Grace" {
			t.Errorf("%s is zero", name)
		}
	}
}

// Some limits are worth nothing unless they are larger than others.
func TestDefaultsFitEachOther(t *testing.T) {
	l := policy.Defaults()
	for _, tt := range []struct {
		name string
		ok   bool
	}{
		{"A81 the result of a proof outlives its nonce", l.ProofKept > keyturn.NonceLife},
		{"a prolonged request lives longer than a new one", l.RequestMost > l.RequestLife},
		{"out-of-band secrets end after ten minutes, NIST SP 800-63B-4 §3.1.3", l.RequestMost <= 10*time.Minute},
		{"a person who let a request run out can try again", l.AgainIn > l.RequestMost},
		{"A07 a row of wrong numbers spans requests", l.NumberRow > l.NumberTries},
		{"A57 a row of wrong responses spans requests", l.ResponseRow > l.Responses},
		{"a request can live as long as a challenge code wants", l.RequestMost >= l.OfflineLife},
		{"a session ends when it idles", l.SessionIdle < l.SessionMost},
		{"a report outlasts the passwords before it", l.ReportQuiet >= l.AgainIn},
	} {
		if !tt.ok {
			t.Errorf("not so: %s", tt.name)
		}
	}
}

// A110: each limit that an operator makes longer than all others is looked back for.
func TestA110LooksBack(t *testing.T) {
	fields := reflect.TypeFor[policy.Limits]()
	for i := range fields.NumField() {
		if fields.Field(i).Type != reflect.TypeFor[policy.Rate]() {
			continue
		}
		l := policy.Defaults()
		reflect.ValueOf(&l).Elem().Field(i).Set(reflect.ValueOf(policy.Rate{Most: 5, In: 720 * time.Hour}))
		if back := l.LooksBack(); back != 720*time.Hour {
			t.Errorf("%s is forgotten after %v", fields.Field(i).Name, back)
		}
	}
	if back := policy.Defaults().LooksBack(); back != 24*time.Hour {
		t.Errorf("by default tries are kept for %v", back)
	}
}
