package phoneapp_test

import "testing"

// The phone app's own JavaScript, run by a browser, agrees with every vector.
func TestVectors(t *testing.T) {
	ctx := chromium(t)
	run(ctx, t, serve(t, app(t).Routes())+"/p/test/?only=lines,codes,calls,challenges,answers,activation,pins,offline")
}
