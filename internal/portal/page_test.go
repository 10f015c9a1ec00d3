package portal_test

import (
	"testing"

	"keyturn/internal/page/pagetest"
	"keyturn/internal/portal"
)

// Every template executes with its zero value in every language, and has a
// struct.
func TestPagesExecute(t *testing.T) { pagetest.Execute(t, "portal", portal.Pages) }

// Every key that a page or a handler names has words.
func TestKeysHaveWords(t *testing.T) { pagetest.Keys(t, "portal") }
