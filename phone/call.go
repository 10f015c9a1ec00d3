package phone

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"keyturn"
)

const maxAnswer = 1 << 20 // bytes

// longest is how many characters of a name are shown, as of what is signed.
const longest = 100

// Server asks what the server speaks. No signature covers it, so the names are cleaned and cut.
func (p *Phone) Server(ctx context.Context) (keyturn.ServerInfo, error) {
	var info keyturn.ServerInfo
	err := p.send(ctx, "GET", "/v1/server", nil, "", &info)
	info.Name = keyturn.Clean(info.Name, longest)
	for lang, name := range info.Names {
		info.Names[lang] = keyturn.Clean(name, longest)
	}
	return info, err
}

// Info asks what the server says of a device of this phone.
func (p *Phone) Info(ctx context.Context, device string) (keyturn.DeviceInfo, error) {
	var info keyturn.DeviceInfo
	d, err := p.device(device)
	if err != nil {
		return info, err
	}
	err = p.signed(ctx, d, "GET", "/v1/device", nil, &info)
	return info, err
}

// signed makes a call in the name of a device, spec §7. body makes the body for a
// nonce and is nil if there is none: a nonce that has become too old is replaced
// once, and a proof over it made anew.
func (p *Phone) signed(
	ctx context.Context, d Device, method, target string, body func(nonce string) (any, error), out any,
) error {
	for try := 0; ; try++ {
		err := p.signedOnce(ctx, d, method, target, body, out)
		var problem *keyturn.Problem
		if errors.As(err, &problem) && problem.Code == keyturn.ProblemUseNonce && try == 0 {
			continue
		}
		if errors.As(err, &problem) && problem.Code == keyturn.ProblemDeviceRemoved {
			_, saved := p.changeDevice(d.ID, func(d *Device) { d.Ended = problem.Reason })
			return errors.Join(err, saved)
		}
		return err
	}
}

func (p *Phone) signedOnce(
	ctx context.Context, d Device, method, target string, body func(string) (any, error), out any,
) error {
	p.mu.Lock()
	nonce := p.nonce
	p.mu.Unlock()
	var data []byte
	if body != nil {
		v, err := body(nonce)
		if err != nil {
			return err
		}
		if data, err = json.Marshal(v); err != nil {
			return err
		}
	}
	text, err := keyturn.Call{Origin: p.origin, Method: method, Target: target, Device: d.ID, Nonce: nonce, Body: data}.Text()
	if err != nil {
		return err
	}
	signature, err := d.sign(text)
	if err != nil {
		return err
	}
	auth := keyturn.Authorization{Device: d.ID, Nonce: nonce, Signature: signature}
	return p.send(ctx, method, target, data, auth.String(), out)
}

// sign signs a text with the device's key.
func (d Device) sign(text string) (keyturn.Bytes, error) {
	key, err := d.private()
	if err != nil {
		return nil, err
	}
	return keyturn.Sign(key, text)
}

func (d Device) private() (*ecdsa.PrivateKey, error) {
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), d.Key)
}

// send makes one call. A nonce that comes with the answer, whatever the answer
// is, is the newest.
func (p *Phone) send(ctx context.Context, method, target string, body []byte, authorization string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, p.origin+target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := p.client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	defer res.Body.Close()
	if nonce := res.Header.Get("Keyturn-Nonce"); nonce != "" {
		p.mu.Lock()
		p.nonce = nonce
		p.mu.Unlock()
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	if res.StatusCode >= 300 && res.StatusCode < 400 { // to somewhere else
		return ErrAnswer
	}
	if res.StatusCode != http.StatusOK {
		return problemOf(res, data)
	}
	if json.Unmarshal(data, out) != nil {
		return ErrAnswer
	}
	return nil
}

// problemOf reads an error. One that can't be read is the server being busy.
func problemOf(res *http.Response, data []byte) error {
	problem := &keyturn.Problem{}
	if json.Unmarshal(data, problem) != nil || problem.Code == "" {
		problem = &keyturn.Problem{Code: keyturn.ProblemServerBusy}
	}
	problem.RetryAfter, _ = strconv.Atoi(res.Header.Get("Retry-After")) // absent: 0
	return problem
}
