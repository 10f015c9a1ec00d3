package phone

import (
	"context"
	"slices"

	"keyturn"
)

// Scan finds the request whose QR code holds a link. Nothing is approved by it: the
// request has to be read and answered like any other, but no number is asked. Give
// it only what this phone's own camera or person has read off the screen: a link
// that somebody sent would approve for them. Spec §9.3.
//
// The errors are [keyturn.ErrOtherOrigin] and [keyturn.ErrLink], for which nothing
// is sent, and [ErrUnknown] for a code of an account that isn't on this phone, or
// that doesn't wait any more.
func (p *Phone) Scan(ctx context.Context, link string) (Request, error) {
	l, err := keyturn.ParseSignInLink(p.origin, link)
	if err != nil {
		return Request{}, err
	}
	all, err := p.Pending(ctx)
	if err != nil {
		return Request{}, err
	}
	i := slices.IndexFunc(all, func(r Request) bool { return r.ID == l.Request && r.State == "waiting" })
	if i < 0 {
		return Request{}, ErrUnknown
	}
	r := all[i]
	r.Scanned, r.secret = true, l.Secret
	return r, nil
}

// Respond computes the response to a challenge code, without a network and without
// keeping anything. With a wrong PIN it is another response: only the server can
// tell. Spec §10.
func (p *Phone) Respond(device, challenge, pin string) (string, error) {
	d, err := p.device(device)
	if err != nil {
		return "", err
	}
	if err := keyturn.CheckChallengeCode(challenge); err != nil {
		return "", err // before the PIN is stretched
	}
	if d.Next != nil {
		return "", ErrUnsettled
	}
	if d.Earlier {
		return "", ErrEarlier
	}
	kk, err := p.seal(pin, d.Kp, d.Salt, d.Ck)
	if err != nil {
		return "", err
	}
	return keyturn.Response(keyturn.OfflineKey(d.Kp, kk), challenge)
}
