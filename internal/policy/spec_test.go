package policy_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"keyturn/internal/policy"
)

// What spec §17 has in the second cell of a row, by the first one: the limits of a fresh
// installation, and "" for what other packages hold.
func rows(l policy.Limits) map[string]string {
	s := func(d time.Duration) string { return fmt.Sprintf("%d s", d/time.Second) }
	min := func(d time.Duration) string { return fmt.Sprintf("%d min", d/time.Minute) }
	in := func(r policy.Rate) string {
		switch r.In {
		case time.Minute:
			return fmt.Sprintf("%d a minute", r.Most)
		case time.Hour:
			return fmt.Sprintf("%d an hour", r.Most)
		}
		return fmt.Sprintf("%d in %s", r.Most, min(r.In))
	}
	return map[string]string{
		"activation code":                         s(l.CodeLife) + ", once + " + s(l.CodeExtend) + " at the first look",
		"redeem to finish / finish to check code": s(l.FinishIn) + " / " + s(l.CheckIn),
		"wrong check codes":                       fmt.Sprint(l.CheckTries),
		"request life, longest; with \"Always give me more time\" the longest from the start": s(l.RequestLife) + ", " + s(l.RequestMost),
		"approval to redemption":                               s(l.RedeemIn),
		"password right to \"Try again\" without the password": s(l.AgainIn) + ", or the end in 8.7",
		"wrong passwords": in(l.Passwords) + " per account and address; " + in(l.PasswordsAll) + " per account, and " + fmt.Sprint(l.PasswordsAll.Most) +
			" more from networks that it has signed in from; " + in(l.SignIns) +
			" per address. The known browsers of an account have one count together instead, " + in(l.Passwords) + ", and the others when it is used up",
		"waiting requests per account":                    fmt.Sprintf("one per browser, %d", l.Requests),
		"ended requests in the phone's list":              min(l.EndedShown) + ", the latest 10",
		"wrong numbers per request, in a row per account": fmt.Sprintf("%d, %d", l.NumberTries, l.NumberRow),
		fmt.Sprintf("wrong PINs in a row per phone; within %d h, right ones between them or not", l.PINDay.In/time.Hour): fmt.Sprintf("%d; %d", l.PINTries, l.PINDay.Most),
		"refused WebAuthn proofs per device":                in(l.Unlocks),
		"wrong responses per request, in a row per account": fmt.Sprintf("%d, %d", l.Responses, l.ResponseRow),
		"QR secrets per request":                            fmt.Sprint(l.QRs),
		"requests that one password makes besides the first, one after the other or side by side":      fmt.Sprint(l.Agains),
		"sign-ins that are asked for in an account's name; known browsers have so many for themselves": in(l.Asked),
		"recovery tries": in(l.Recoveries) + fmt.Sprintf(", %d in a row", l.RecoveryRow),
		"pushes":         s(l.PushApart) + " apart, " + in(l.Pushes) + "; pause " + min(l.PushPause) + fmt.Sprintf(" after %d unanswered or denied", l.PushRow),
		"report, alarm":  "push and security changes off " + min(l.ReportQuiet),
		"approval of a security change to code made, or change":         s(l.ApprovalUse),
		"result of a judged PROOF text":                                 s(l.ProofKept),
		"known browser":                                                 fmt.Sprintf("%d days", l.Browser/(24*time.Hour)),
		"probation":                                                     fmt.Sprintf("%d h", l.Probation/time.Hour),
		"phones per account: active, suspended or pin_locked":           fmt.Sprint(l.Phones),
		"changes of phones and recovery codes that an account asks for": in(l.Changes),
		"sign-in that an application asks for":                          min(l.VisitLife),
		"portal session":                                                fmt.Sprintf("%d h idle, %d h in all", l.SessionIdle/time.Hour, l.SessionMost/time.Hour),
		"days of grace of a new account (6.1)":                          grace(l.Grace),

		"a connection by HTTP/2 that takes no byte of what is sent":              "",
		"begin of a PIN change to its finish":                                    "",
		"networks that an account has signed in from":                            "",
		"a held call of a phone (8.2) looks again, or is answered at once again": "",
		"call nonce": "",
		"open connections per address; those that wait for the answer to a whole request keep their places, those that rest make room":              "",
		"requests of one address that wait, are answered or are held, for each connection that it may have":                                         "",
		"requests of one address that the server works at at once, each for half a second at most; the others wait in the order in which they came": "",
	}
}

func grace(d time.Duration) string {
	if d == 0 {
		return "none"
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// The table of spec §17 says what a fresh installation does.
func TestSpecSaysTheLimits(t *testing.T) {
	text, err := os.ReadFile("../../spec/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## 17 Limits\n\n")
	table, _, _ = strings.Cut(table, "\n\n")
	want := rows(policy.Defaults())
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		is, known := want[cells[0]]
		if delete(want, cells[0]); !known || is != "" && is != cells[1] {
			t.Errorf("%s: the table says %q, the limits %q", cells[0], cells[1], is)
		}
	}
	for row := range want {
		t.Errorf("the table has no row %q", row)
	}
}
