package notice

import (
	_ "embed"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"keyturn"
	"keyturn/locale"
)

// A Letter is what a mailbox is told of one event. It stands in the store until the
// mail server has taken it.
type Letter struct {
	Told
	ID       string // "let_…": the same for every try, so that a mailbox can tell a second copy
	Role     Role
	Address  string
	Language string // that stands first; empty: the server's first
	Name     string // of the account
	Tries    int    // this one included
}

// A Role is whose mailbox it is.
type Role string

// Roles.
const (
	Person   Role = "person"
	Operator Role = "operator"
)

// A Message is a letter as it is sent.
type Message struct {
	ID      string
	To      string
	Subject string
	Text    string
	HTML    string
	At      time.Time
}

// A Writer turns letters into messages. Every letter is in all languages: who reads it
// in a hurry need not look for theirs.
type Writer struct {
	Origin    string            // the portal's address, shown as text: no letter has a link that signs in
	Names     map[string]string // of the organisation, by language; under "" what it is called otherwise
	Languages []string          // the first one stands first unless the account has another
}

//go:embed letter.html
var letterHTML string

var letterPage = sync.OnceValue(func() *template.Template { return template.Must(template.New("letter").Parse(letterHTML)) })

// part is a letter in one language.
type part struct {
	Lang, Title, About, Sentence, End, Where string
}

// Message writes a letter.
func (w Writer) Message(l Letter) (Message, error) {
	languages := w.order(l.Language)
	var parts []part
	var text []string
	for _, lang := range languages {
		p := w.part(l, locale.For(lang))
		parts = append(parts, p)
		text = append(text, strings.Join(blank(p.Title, p.About, p.Sentence, p.End, p.Where), "\n\n"))
	}
	var b strings.Builder
	if err := letterPage().Execute(&b, parts); err != nil {
		return Message{}, err
	}
	return Message{ID: l.ID, To: l.Address, Subject: parts[0].Title, At: l.At,
		Text: strings.Join(text, "\n\n----\n\n") + "\n", HTML: b.String()}, nil
}

// order puts the reader's language first.
func (w Writer) order(first string) []string {
	all := []string{}
	for _, lang := range append([]string{first}, w.Languages...) {
		if lang != "" && !slices.Contains(all, lang) && slices.Contains(w.Languages, lang) {
			all = append(all, lang)
		}
	}
	return all
}

func (w Writer) part(l Letter, words *locale.Words) part {
	name := w.Names[words.Lang()]
	if name == "" {
		name = w.Names[""]
	}
	p := part{Lang: words.Lang(), Sentence: l.Sentence(words, l.At.Format("2006-01-02 15:04 MST")),
		Where: words.T("letter.where", "service", name, "address", w.address())}
	reference := words.T("page.ref", "ref", keyturn.GroupedReference(l.Reference))
	if l.Role == Operator {
		p.Title = words.T("letter.operator.title", "account", l.Name)
		p.About = words.T("letter.operator.about", "account", l.Name, "id", l.Account)
		p.End = words.T("letter.operator.end", "ref", reference)
		return p
	}
	p.Title = words.T("letter.title", "account", l.Name, "service", name)
	p.About = words.T("letter.about", "account", l.Name)
	p.End = words.T("notice.end", "ref", reference)
	return p
}

// address is the portal's as people type it.
func (w Writer) address() string {
	u, err := url.Parse(w.Origin)
	if err != nil {
		return w.Origin
	}
	return u.Host
}

// Sentence says what happened. time is the instant as the reader sees it.
func (t Told) Sentence(words *locale.Words, time string) string {
	key, values := t.Words(words, time)
	return words.T("notice."+key, values...)
}

// Words are the key of the sentence below "notice", and its values, for who shows it with
// an instant of its own making. Phones choose it by the same rule, from what [Told.ForPhone]
// gives them: web/phone/test/notices.json holds them together.
func (t Told) Words(words *locale.Words, time any) (string, []any) {
	key := string(t.Kind)
	switch {
	case t.Place != "" && words.Has("notice."+key+".near"):
		key += ".near"
	case t.Phone+t.Left == "" && words.Has("notice."+key+".portal"):
		key += ".portal"
	case !words.Has("notice." + key):
		key = "other" // written by a newer server that shares the storage
	}
	return key, []any{"phone", t.Phone, "from", t.From, "place", t.Place, "time", time, "left", t.Left}
}

// blank leaves out what there is nothing of.
func blank(all ...string) (some []string) {
	for _, s := range all {
		if s != "" {
			some = append(some, s)
		}
	}
	return some
}
