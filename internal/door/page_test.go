package door_test

import (
	"testing"

	"keyturn/internal/door"
	"keyturn/internal/page"
	"keyturn/internal/page/pagetest"
)

// Every template executes with its zero value in every language, and has a
// struct.
func TestPagesExecute(t *testing.T) {
	pagetest.Execute(t, "door", map[string]page.Page{"door/outcome": door.OutcomePage{}, "door/go": door.GoPage{}})
}

// Every key that a page or a handler names has words.
func TestKeysHaveWords(t *testing.T) { pagetest.Keys(t, "page", "door") }
