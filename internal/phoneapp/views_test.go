package phoneapp_test

import "testing"

// Every screen in every state, alone, in both languages; what back does; and
// how somebody comes in.
func TestViews(t *testing.T) {
	ctx := chromium(t)
	run(ctx, t, serve(t, app(t).Routes())+"/p/test/?only=views,nav,land,enter,home")
}
