package killed

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/internal/server"
	"keyturn/locale"
	"keyturn/phone"
)

// A walker goes through a flow with a browser that has no JavaScript, and does nothing
// but what the page in front of them offers: fields that are shown, buttons and links
// that are shown, and the page's own refresh. Before each step the server is killed.
type walker struct {
	t      *testing.T
	node   *node
	lang   string // that the pages must have
	client *http.Client
	phone  *phone.Phone
	keep   *phone.Memory
	from   *kept
	at     *url.URL
	page   *html.Node
}

// newWalker opens a browser that was never here, and chooses the language on its page.
func newWalker(t *testing.T, n *node, from *kept, lang string) *walker {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &walker{t: t, node: n, from: from, lang: locale.English, at: address,
		client: &http.Client{Jar: jar, Transport: n.network, Timeout: 3 * time.Minute}}
	w.takePhone(from.phone)
	w.open("/")
	if lang != w.lang {
		w.lang = lang
		w.press("/language")
	}
	return w
}

// takePhone takes a phone with what it has kept.
func (w *walker) takePhone(state phone.State) {
	w.t.Helper()
	var err error
	w.keep = &phone.Memory{State: state}
	if w.phone, err = phone.Open(origin, w.keep); err != nil {
		w.t.Fatal(err)
	}
	w.phone.SealWith(keyturntest.Seal)
	w.phone.Through(&http.Client{Transport: w.node.network, Timeout: 3 * time.Minute})
}

// open types an address.
func (w *walker) open(path string) {
	w.t.Helper()
	w.load(http.MethodGet, path, nil)
}

// press presses the button that posts to an address, with what is typed into fields of
// its form before: name and value in turn. "/path?name=value" is the one with that
// hidden value.
func (w *walker) press(address string, typed ...string) {
	w.t.Helper()
	path, hidden, _ := strings.Cut(address, "?")
	for _, b := range w.all("button") {
		form := w.formOf(b)
		if !shown(b) || form == nil || attr(b, "type") == "button" || action(b, form) != path {
			continue
		}
		values := w.fields(form)
		if name, value, ok := strings.Cut(hidden, "="); ok && values.Get(name) != value {
			continue
		}
		if !w.fill(form, values, typed) {
			continue
		}
		w.complete(form, values)
		if name := attr(b, "name"); name != "" {
			values.Set(name, attr(b, "value"))
		}
		if text(b) == "" {
			w.t.Errorf("the button to %s says nothing", address)
		}
		w.load(strings.ToUpper(attr(form, "method")), path, values)
		return
	}
	w.t.Fatalf("no button to %s with fields %v on %s:\n%s", address, typed, w.at.Path, text(w.page))
}

// follow follows the first link whose address begins so.
func (w *walker) follow(to string) {
	w.t.Helper()
	for _, a := range w.all("a") {
		if path, _, _ := strings.Cut(attr(a, "href"), "?"); path == to && shown(a) {
			w.open(attr(a, "href"))
			return
		}
	}
	w.t.Fatalf("no link to %s on %s:\n%s", to, w.at.Path, text(w.page))
}

// wait lets the page reload itself.
func (w *walker) wait() {
	w.t.Helper()
	for _, m := range w.all("meta") {
		if attr(m, "http-equiv") == "refresh" {
			_, to, found := strings.Cut(attr(m, "content"), "url=")
			if !found {
				to = w.at.RequestURI()
			}
			w.open(to)
			return
		}
	}
	w.t.Fatalf("%s doesn't reload:\n%s", w.at.Path, text(w.page))
}

// load asks for a page and looks at its words.
func (w *walker) load(method, path string, form url.Values) {
	w.t.Helper()
	w.node.kill(w.t.Context())
	r, err := http.NewRequestWithContext(w.t.Context(), method, origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		w.t.Fatal(err)
	}
	if res.StatusCode >= 500 || res.StatusCode == http.StatusNotFound {
		w.t.Fatalf("%s %s: %s\n%s", method, path, res.Status, body)
	}
	w.at = res.Request.URL
	if w.page, err = html.ParseWithOptions(strings.NewReader(string(body)), html.ParseOptionEnableScripting(false)); err != nil {
		w.t.Fatal(err)
	}
	w.words()
}

// fields are what a form sends as it stands.
func (w *walker) fields(form *html.Node) url.Values {
	values := url.Values{}
	for _, f := range w.all("input") {
		kind, chosen := attr(f, "type"), has(f, "checked")
		if w.formOf(f) == form && attr(f, "name") != "" && (chosen || kind != "radio" && kind != "checkbox") {
			values.Add(attr(f, "name"), attr(f, "value"))
		}
	}
	return values
}

// fill types into fields of a form, or chooses them: names and values in turn. false: a
// field isn't there.
func (w *walker) fill(form *html.Node, values url.Values, typed []string) bool {
	for i := 0; i < len(typed); i += 2 {
		name, value := typed[i], typed[i+1]
		if !slices.ContainsFunc(w.all("input"), func(f *html.Node) bool {
			return w.formOf(f) == form && attr(f, "name") == name && shown(f) && attr(f, "type") != "hidden" &&
				(attr(f, "type") != "radio" || attr(f, "value") == value)
		}) {
			return false
		}
		values.Set(name, value)
	}
	return true
}

// complete checks what a browser would.
func (w *walker) complete(form *html.Node, values url.Values) {
	w.t.Helper()
	for _, f := range w.all("input") {
		if w.formOf(f) == form && has(f, "required") && values.Get(attr(f, "name")) == "" {
			w.t.Fatalf("%s is empty on %s", attr(f, "name"), w.at.Path)
		}
	}
}

// formOf is the form of a button or a field: the one that it names, or stands in.
func (w *walker) formOf(n *html.Node) *html.Node {
	if id := attr(n, "form"); id != "" {
		return w.find(id)
	}
	for n != nil && n.Data != "form" {
		n = n.Parent
	}
	return n
}

func action(button, form *html.Node) string {
	if to := attr(button, "formaction"); to != "" {
		return to
	}
	return attr(form, "action")
}

// all are the elements of a tag.
func (w *walker) all(tag string) (found []*html.Node) {
	for n := range w.page.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

// find is the element with an id, or nil.
func (w *walker) find(id string) *html.Node {
	for n := range w.page.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// read is what stands in an element.
func (w *walker) read(id string) string {
	w.t.Helper()
	n := w.find(id)
	if n == nil {
		w.t.Fatalf("no #%s on %s:\n%s", id, w.at.Path, text(w.page))
	}
	return text(n)
}

// sees checks where the walk has come to, and that an element is there.
func (w *walker) sees(path, id string) {
	w.t.Helper()
	if w.at.Path != path {
		w.t.Fatalf("on %s, want %s:\n%s", w.at.Path, path, text(w.page))
	}
	w.read(id)
}

// says checks that a sentence of the catalogue is on the page.
func (w *walker) says(key string) {
	w.t.Helper()
	if said := locale.For(w.lang).T(key); !strings.Contains(text(w.page), said) {
		w.t.Fatalf("%s doesn't say %q:\n%s", w.at.Path, said, text(w.page))
	}
}

func attr(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// shown reports whether nothing hides an element.
func shown(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if has(n, "hidden") {
			return false
		}
	}
	return true
}

// text is the text of an element, spaces folded.
func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "script" && c.Parent.Data != "style" {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// calls has the phone call the server; want is the code of the refusal, or "".
func (w *walker) calls(want string, call func() error) {
	w.t.Helper()
	w.node.kill(w.t.Context())
	err := call()
	code := ""
	if problem := (*keyturn.Problem)(nil); errors.As(err, &problem) {
		code, err = problem.Code, nil
	}
	if err != nil || code != want {
		w.t.Fatalf("the phone is told %q, %v, want %q", code, err, want)
	}
}

// operator does what the operator's commands do, beside the server.
func (w *walker) operator(does func(s *server.Services) error) {
	w.t.Helper()
	w.node.kill(w.t.Context())
	s, err := server.Connect(w.t.Context(), settings(w.node.folder, w.node.listen), server.With{})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := errors.Join(does(s), s.Close()); err != nil {
		w.t.Fatal(err)
	}
}
