package phone

import (
	"context"

	"keyturn"
)

// Register tells the server where pushes to a device go, and returns whether they
// are sent: "ok", or "off" if the person has switched them off in the portal. What
// receives them is not part of this package: any push service that the server
// knows. Spec §13.
func (p *Phone) Register(ctx context.Context, device string, s keyturn.Subscription) (string, error) {
	return p.push(ctx, device, "PUT", func(string) (any, error) { return s, nil })
}

// Unregister ends the pushes to a device.
func (p *Phone) Unregister(ctx context.Context, device string) (string, error) {
	return p.push(ctx, device, "DELETE", nil)
}

func (p *Phone) push(ctx context.Context, device, method string, body func(string) (any, error)) (string, error) {
	d, err := p.device(device)
	if err != nil {
		return "", err
	}
	var out keyturn.PushState
	err = p.signed(ctx, d, method, "/v1/push", body, &out)
	return out.Push, err
}

// TestPush has the server send one push to a device, and returns whether the push
// service took it.
func (p *Phone) TestPush(ctx context.Context, device string) (bool, error) {
	d, err := p.device(device)
	if err != nil {
		return false, err
	}
	var out keyturn.PushSent
	err = p.signed(ctx, d, "POST", "/v1/push/test", func(string) (any, error) { return struct{}{}, nil }, &out)
	return out.Sent, err
}
