package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"keyturn/internal/audit"
)

func TestBy(t *testing.T) {
	const ada, root = "acc_ada", "cli:root"
	for _, c := range []struct {
		what    string
		ev      audit.Event
		program string
		want    string
	}{
		{"a person approves", audit.Event{Kind: audit.RequestApproved, Account: ada}, "", ada},
		{"a stranger types a wrong password", audit.Event{Kind: audit.SignInRefused, Account: ada}, "", ""},
		{"an operator disables", audit.Event{Kind: audit.AccountDisabled, Account: ada}, root, root},
		{"an operator's command ends a session", audit.Event{Kind: audit.SessionEnded, Account: ada}, root, root},
		{"a command finds that a time is over", audit.Event{Kind: audit.DeviceRemoved, Account: ada, Actor: audit.Nobody}, root, ""},
		{"one person acts in another's account", audit.Event{Kind: audit.DeviceRemoved, Account: ada, Actor: "acc_eve"}, "", "acc_eve"},
		{"a limit stops an account", audit.Event{Kind: audit.AccountStopped, Account: ada}, "", ""},
	} {
		if got := c.ev.By(c.program); got != c.want {
			t.Errorf("%s: by %q, want %q", c.what, got, c.want)
		}
	}
}

// Nobody can add a kind and forget to say who does such a thing.
func TestEveryKindSaysWhoActs(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "audit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == "Kind" {
			kinds++
			kind := audit.Kind(strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
			if !audit.SaysWho(kind) {
				t.Errorf("%s: actor.go doesn't say whether the account's person does this", kind)
			}
		}
		return true
	})
	if kinds < 50 {
		t.Errorf("read %d kinds of audit.go: the test looks at the wrong place", kinds)
	}
}

func TestOperator(t *testing.T) {
	if got := audit.Operator("ada\n\x1b[2J"); got != "cli:ada[2J" {
		t.Errorf("got %q", got)
	}
	if got := audit.Operator(strings.Repeat("名", 100)); got != "cli:"+strings.Repeat("名", 64) {
		t.Errorf("got %q", got)
	}
}
