package policy_test

import (
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/policy"
)

// The table of spec §18.
func TestClaims(t *testing.T) {
	for _, tt := range []struct {
		way    policy.Way
		unlock keyturn.Unlock
		acr    policy.ACR
		amr    string
	}{
		{policy.ByNumber, keyturn.UnlockPIN, "urn:keyturn:aal2", "pwd pop swk mca mfa pin"},
		{policy.ByNumber, keyturn.UnlockPlatform, "urn:keyturn:aal2", "pwd pop swk mca mfa user"},
		{policy.ByQR, keyturn.UnlockPIN, "urn:keyturn:aal2", "pwd pop swk mca mfa pin"},
		{policy.ByQR, keyturn.UnlockPlatform, "urn:keyturn:aal2", "pwd pop swk mca mfa user"},
		{policy.ByApproval, keyturn.UnlockPIN, "urn:keyturn:aal2-known", "pwd pop swk mca mfa pin"},
		{policy.ByApproval, keyturn.UnlockPlatform, "urn:keyturn:aal2-known", "pwd pop swk mca mfa user"},
		{policy.ByOffline, keyturn.UnlockPIN, "urn:keyturn:aal2-offline", "pwd otp mfa pin"},
		{policy.ByOffline, keyturn.UnlockPlatform, "urn:keyturn:aal2-offline", "pwd otp mfa"},
		{policy.ByRecovery, "", "urn:keyturn:recovery", "pwd mfa"},
		{policy.ByPassword, "", "urn:keyturn:aal1", "pwd"},
		{"", "", "urn:keyturn:aal1", "pwd"}, // what nobody has thought of proves the least
		{"carrier pigeon", keyturn.UnlockPIN, "urn:keyturn:aal1", "pwd"},
	} {
		t.Run(string(tt.way)+" "+string(tt.unlock), func(t *testing.T) {
			p := policy.Proven{Way: tt.way, Password: true, Unlock: tt.unlock}
			if got := p.ACR(); got != tt.acr {
				t.Errorf("acr %q, want %q", got, tt.acr)
			}
			if got := strings.Join(p.AMR(), " "); got != tt.amr {
				t.Errorf("amr %q, want %q", got, tt.amr)
			}
			p.Password = false
			if got, want := strings.Join(p.AMR(), " "), strings.TrimSpace(strings.TrimPrefix(tt.amr, "pwd")); got != want {
				t.Errorf("amr without a password %q, want %q", got, want)
			}
		})
	}
}

func TestA25Opens(t *testing.T) {
	at := time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)
	given := policy.Approved{Request: "req_1", Account: "acc_ada", Session: "ses_1", Action: keyturn.AddPhone, At: at}
	for _, tt := range []struct {
		name    string
		action  keyturn.Action
		session string
		after   time.Duration
		want    bool
	}{
		{"at once", keyturn.AddPhone, "ses_1", 0, true},
		{"after 299 s", keyturn.AddPhone, "ses_1", 299 * time.Second, true},
		{"after 300 s", keyturn.AddPhone, "ses_1", 300 * time.Second, false},
		{"for another action", keyturn.RemovePhone, "ses_1", 0, false},
		{"for a sign-in", keyturn.SignIn, "ses_1", 0, false},
		{"in another session", keyturn.AddPhone, "ses_2", 0, false},
		{"in no session", keyturn.AddPhone, "", 0, false},
	} {
		if got := given.Opens(tt.action, tt.session, at.Add(tt.after), policy.Defaults()); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}
