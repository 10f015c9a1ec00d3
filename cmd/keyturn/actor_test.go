package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"keyturn/internal/store"
)

func TestActor(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, sudo string
		uid        int
		want       string
	}{
		{"the user that runs it", "", os.Getuid(), "cli:" + me.Username},
		{"who called sudo", "mei", 0, "cli:mei"},
		{"a user without a name", "", 1987654321, "cli:1987654321"},
	} {
		if got := actor(c.sudo, c.uid); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// record is "record DATABASE FILE": prints what happened to the account whose id is in
// the file, and who did it.
func record(ts *testscript.TestScript, _ bool, args []string) {
	db, err := store.Open(context.Background(), "sqlite:"+ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close() // it changed nothing
	all, err := db.About(context.Background(), strings.TrimSpace(ts.ReadFile(args[1])))
	ts.Check(err)
	for _, ev := range all {
		fmt.Fprintln(ts.Stdout(), ev.Kind, ev.Actor)
	}
}
