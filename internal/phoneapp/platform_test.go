package phoneapp_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// The flows with the phone's own unlock, and with one that refuses.
func TestPlatformUnlock(t *testing.T) {
	ctx := chromium(t)
	page := serve(t, app(t).Routes()) + "/p/test/?only=platform"
	id := authenticator(ctx, t)
	run(ctx, t, page)
	if _, err := chromedp.Call(ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: id}); err != nil {
		t.Fatal(err)
	}
	run(ctx, t, page+"&refused")
}

// authenticator gives the browser's page a phone's own unlock that always says yes.
func authenticator(ctx context.Context, t *testing.T) webauthn.AuthenticatorID {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	hidden := false
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{EnableUI: &hidden}); err != nil {
		t.Fatal(err)
	}
	added, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{Protocol: "ctap2", Transport: "internal", HasResidentKey: true,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}
	return added.AuthenticatorID
}
