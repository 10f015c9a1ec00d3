package phoneapp_test

import "testing"

// The phone's flows against a pretend server in the page.
func TestFlows(t *testing.T) {
	ctx := chromium(t)
	run(ctx, t, serve(t, app(t).Routes())+"/p/test/?only=words,storage,setup,secrets,requests,leave,push,notices")
}

// A change of the PIN, and whatever can come between.
func TestChangePIN(t *testing.T) {
	ctx := chromium(t)
	run(ctx, t, serve(t, app(t).Routes())+"/p/test/?only=words,pinchange")
}

// Keys and counters outlive a reload, and no script can take the keys out.
func TestReloadKeepsKeys(t *testing.T) {
	ctx := chromium(t)
	page := serve(t, app(t).Routes()) + "/p/test/?only=keys"
	run(ctx, t, page)
	run(ctx, t, page+"&after")
}
