package entry_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"keyturn/internal/entry"
	"keyturn/internal/policy"
)

var update = flag.Bool("update", false, "write what Next says into testdata")

const nobodys policy.ACR = "urn:example:gold"

const table = "testdata/next.txt"

// A named value of one side of the table, as a part of its sentences.
type named[T any] struct {
	says  string
	value T
}

var (
	now   = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	hours = now.Add(-3 * time.Hour)
)

func shown(way policy.Way, at time.Time) entry.Shown {
	return entry.Shown{Proven: policy.Proven{Account: "acc_1", Way: way, Password: true, At: at}}
}

// ways is whoever comes.
func ways() (all []named[entry.Shown]) {
	typed, made := shown(policy.ByPassword, now), shown(policy.ByPassword, now)
	typed.Typed, made.SetUp = true, true
	all = []named[entry.Shown]{
		{"Nobody yet", entry.Shown{}},
		{"A password that was just typed", typed},
		{"A session by password", shown(policy.ByPassword, now)},
		{"A session by password that set up the first phone", made},
	}
	recovered := shown(policy.ByRecovery, now)
	recovered.SetUp = true
	all = append(all, named[entry.Shown]{"A session by recovery that set up a phone", recovered})
	for _, way := range []policy.Way{policy.ByRecovery, policy.ByOffline, policy.ByApproval, policy.ByQR, policy.ByNumber} {
		all = append(all, named[entry.Shown]{"A session by " + string(way), shown(way, now)},
			named[entry.Shown]{"A session by " + string(way) + " of three hours ago", shown(way, hours)})
	}
	return all
}

var people = []named[entry.Person]{
	{"a new account", entry.Person{First: true}},
	{"a new account in its days of grace", entry.Person{First: true, Grace: true}},
	{"an account that has had a phone", entry.Person{}},
}

// demands is from the least to the most.
func demands() (all []named[entry.Demand]) {
	all = []named[entry.Demand]{{"the portal", entry.Demand{}}}
	for _, acr := range []policy.ACR{policy.AAL1, policy.Recovery, policy.AAL2Offline, policy.AAL2Known, policy.AAL2} {
		name := strings.TrimPrefix(string(acr), "urn:keyturn:")
		all = append(all, named[entry.Demand]{name, entry.Demand{ACR: acr}},
			named[entry.Demand]{name + " of this hour", entry.Demand{ACR: acr, Since: now.Add(-time.Hour)}},
			named[entry.Demand]{name + " without asking", entry.Demand{ACR: acr, Silent: true}})
	}
	return append(all, named[entry.Demand]{"a class that is none of ours", entry.Demand{ACR: nobodys}})
}

// every calls f with each row of the table.
func every(f func(says string, s entry.Shown, p entry.Person, d entry.Demand)) {
	for _, p := range people {
		for _, s := range ways() {
			if p.value.First && (s.value.SetUp || s.value.Proven.Way != "" && s.value.Proven.Way != policy.ByPassword) {
				continue // only a phone, or what came with one, makes that
			}
			for _, d := range demands() {
				f(fmt.Sprintf("%s, of %s, for %s", s.says, p.says, d.says), s.value, p.value, d.value)
			}
		}
	}
}

// Every way in × state of the account × what is demanded, as sentences for people to read.
func TestA31Next(t *testing.T) {
	var text strings.Builder
	every(func(says string, s entry.Shown, p entry.Person, d entry.Demand) {
		fmt.Fprintf(&text, "%s: %s.\n", says, entry.Next(s, p, d))
	})
	if *update {
		if err := os.WriteFile(table, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Split(string(want), "\n"), strings.Split(text.String(), "\n")
	if len(was) != len(is) || len(is) < 300 {
		t.Fatalf("%d rows, the table has %d", len(is), len(was))
	}
	for i := range is {
		if is[i] != was[i] {
			t.Errorf("%s\nthe table says\n%s", is[i], was[i])
		}
	}
}

// What the table may never say, whatever is changed in it.
func TestA31NextNeverOpens(t *testing.T) {
	every(func(says string, s entry.Shown, p entry.Person, d entry.Demand) {
		step, by := entry.Next(s, p, d), s.Proven
		for _, never := range []struct {
			so   bool
			rule string
		}{
			{step == entry.GoOn && by.Way == "", "nobody gets in without a proof"},
			{step == entry.GoOn && by.Way == policy.ByPassword && !p.First && !s.SetUp, "a password alone opens no account that has had a phone"},
			{step == entry.GoOn && by.Way == policy.ByPassword && p.First && !p.Grace, "nor one without days of grace"},
			{step == entry.GoOn && d.ACR != "" && !by.ACR().AtLeast(d.ACR), "a weaker proof isn't enough"},
			{step == entry.GoOn && by.At.Before(d.Since), "nor an older one"},
			{step == entry.SetUp && by.Way != policy.ByPassword && by.Way != policy.ByRecovery, "a phone sets up another one in the portal alone"},
			{step == entry.SetUp && by.Way == policy.ByPassword && !p.First, "a password sets up a first phone, and no other"},
			{step == entry.SetUp && s.SetUp, "nobody sets up a phone twice to get in"},
			{step == entry.Phone && (p.First || by.Way == ""), "a phone is asked where there was one, of who has typed the password"},
			{step == entry.Phone && by.Way == policy.ByPassword && !s.Typed && !s.SetUp, "and not in a session that a password alone began"},
			{step == entry.Password && by.Way != "" && by.Way != policy.ByPassword && !by.At.Before(d.Since), "nobody types a password again who has shown more, and lately"},
			{d.Silent && step != entry.GoOn && step != entry.Refuse, "nothing is asked where nothing may be"},
			{step == entry.Refuse && !d.Silent && d.ACR != nobodys, "nobody is refused who could be asked"},
			{d.ACR == nobodys && step != entry.Refuse, "nobody is asked for what would never be enough"},
		} {
			if never.so {
				t.Errorf("%s: %s, but %s", says, step, never.rule)
			}
		}
	})
}
