package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"keyturn"
)

// A browser is that of a person, with the person's phone beside it. Its cookies
// and its connection stay from one sign-in to the next, and so does the phone's
// connection: both keep them for minutes.
type browser struct {
	person *person
	origin string
	dial   *net.Dialer
	bench  *bench
	page   *http.Client
	phone  *http.Client
	shown  []byte // the waiting page of the sign-in that is under way
}

func (b *bench) browsers(n int) []*browser {
	all := make([]*browser, n)
	for i := range all {
		jar, _ := cookiejar.New(nil) // can't fail
		w := &browser{person: b.people[i], origin: b.inside.Origin, bench: b,
			dial: &net.Dialer{LocalAddr: &net.TCPAddr{IP: address(i)}}}
		w.page, w.phone = w.client(), w.client()
		w.page.Jar = jar
		all[i] = w
	}
	return all
}

func hangUpAll(all []*browser) {
	for _, w := range all {
		w.page.CloseIdleConnections()
		w.phone.CloseIdleConnections()
	}
}

// client speaks as browsers do: HTTP/2 where it is offered, over one connection.
func (w *browser) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return w.dial.DialContext(ctx, network, w.bench.config.Listen)
		},
		TLSClientConfig:   w.bench.trust("h2", "http/1.1"),
		ForceAttemptHTTP2: true,
	}}
}

var (
	requestField = regexp.MustCompile(`name="request" value="(req_[A-Z2-7]{26})"`)
	numberField  = regexp.MustCompile(`id="number"[^>]*>(\d{6})<`)
)

// signIn posts name and password; then the waiting page is on screen.
func (w *browser) signIn(ctx context.Context) (err error) {
	w.shown, err = w.visit(ctx, "POST", "/sign-in", url.Values{"name": {w.person.name}, "password": {password}})
	if err == nil && requestField.FindSubmatch(w.shown) == nil {
		err = errors.New("the waiting page doesn't come")
	}
	return err
}

// approve lets the phone approve the request of the waiting page and goes on to
// the signed-in page.
func (w *browser) approve(ctx context.Context) error {
	request, number := w.asked()
	if err := w.waitForPhone(ctx, request, number); err != nil {
		return err
	}
	return w.goOn(ctx, request)
}

// asked is what the waiting page shows: a request, and a number unless the browser is known.
func (w *browser) asked() (request, number string) {
	if found := numberField.FindSubmatch(w.shown); found != nil {
		number = string(found[1])
	}
	return string(requestField.FindSubmatch(w.shown)[1]), number
}

// waitForPhone is what the waiting page does until it is told of the approval;
// then it closes its stream.
func (w *browser) waitForPhone(ctx context.Context, request, number string) error {
	events, err := w.follow(ctx, request)
	if err != nil {
		return err
	}
	defer events.Body.Close()
	told := bufio.NewScanner(events.Body)
	if err := until(told, `"page":"wait"`); err != nil {
		return err
	}
	if err := w.approveByPhone(ctx, request, number); err != nil {
		return err
	}
	return until(told, `"page":"approved"`)
}

// goOn is what wait.js does when it is told of the approval.
func (w *browser) goOn(ctx context.Context, request string) error {
	home, err := w.visit(ctx, "POST", "/sign-in/redeem", url.Values{"request": {request}})
	if err == nil && !bytes.Contains(home, []byte("data-account=\""+w.person.name+"\"")) {
		err = errors.New("nobody is signed in")
	}
	return err
}

// visit loads a page or posts a form, and follows to where it leads.
func (w *browser) visit(ctx context.Context, method, path string, form url.Values) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, w.origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", w.origin)
	}
	w.dress(r, "document")
	return read(w.page.Do(r))
}

// dress adds what a browser sends with everything.
func (w *browser) dress(r *http.Request, what string) {
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept-Language", "en-US,en;q=0.5")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Dest", what)
}

func read(res *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d: %.200s", res.Request.URL.Path, res.StatusCode, body)
	}
	return body, err
}

// follow opens the stream that tells the waiting page what happens.
func (w *browser) follow(ctx context.Context, request string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", w.origin+"/sign-in/events?request="+request, nil)
	if err != nil {
		return nil, err
	}
	w.dress(r, "empty")
	r.Header.Set("Accept", "text/event-stream")
	res, err := w.page.Do(r)
	if err == nil && res.StatusCode != http.StatusOK {
		res.Body.Close()
		err = fmt.Errorf("events: status %d", res.StatusCode)
	}
	return res, err
}

// until reads a stream up to a line with some text.
func until(lines *bufio.Scanner, text string) error {
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("the stream ends without %s", text), lines.Err())
}

// approveByPhone is what the phone app does: look, say that the request is read,
// then that the phone is being unlocked, answer.
func (w *browser) approveByPhone(ctx context.Context, request, number string) error {
	answer, err := w.reads(ctx, request, number)
	if err != nil {
		return err
	}
	return answer()
}

// reads is approveByPhone up to the answer, which is sent by the function it returns.
func (w *browser) reads(ctx context.Context, request, number string) (answer func() error, err error) {
	var pending keyturn.Pending
	if err := w.call(ctx, "GET", "/v1/pending", nil, &pending); err != nil {
		return nil, err
	}
	challenge := ""
	for _, r := range pending.Requests {
		if r.Request == request {
			challenge = r.Challenge
		}
	}
	body, _, err := w.person.approve(w.origin, challenge, number)
	if err != nil {
		return nil, err
	}
	path := "/v1/requests/" + request
	for _, at := range []string{`{"at":"opened"}`, `{"at":"unlocking"}`} {
		if err := w.call(ctx, "POST", path+"/seen", []byte(at), &struct{}{}); err != nil {
			return nil, err
		}
	}
	return func() error {
		var state keyturn.State
		err := w.call(ctx, "POST", path+"/answer", body, &state)
		if err == nil && state.State != "approved" {
			err = fmt.Errorf("the answer got the state %q", state.State)
		}
		return err
	}, nil
}

// call is one signed call of the phone. The nonce of the first one comes from
// inside, as if the app had been open before; then each answer brings the next.
func (w *browser) call(ctx context.Context, method, target string, body []byte, into any) error {
	if w.person.nonce == "" {
		w.person.nonce = w.bench.inside.Devices.Nonce()
	}
	authorization, err := w.person.signed(w.origin, method, target, w.person.nonce, body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, w.origin+target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", authorization)
	res, err := w.phone.Do(r)
	if err != nil {
		return err
	}
	w.person.nonce = res.Header.Get("Keyturn-Nonce")
	answer, err := read(res, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}
