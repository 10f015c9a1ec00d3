package notice_test

import (
	"strings"
	"testing"
	"time"

	"keyturn/internal/notice"
	"keyturn/locale"
)

var writer = notice.Writer{Origin: "https://id.example.org", Names: map[string]string{"": "Harbor Lane", "zh-Hans": "港湾里"},
	Languages: []string{"en", "zh-Hans"}}

// added is a letter about a new phone.
func added(spoil ...func(*notice.Letter)) notice.Letter {
	l := notice.Letter{ID: "let_1", Role: notice.Person, Address: "ada@example.org", Language: "zh-Hans", Name: "Ada", Tries: 1,
		Told: notice.Told{Event: 41, Account: "acc_1", Kind: notice.PhoneAdded, At: time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC),
			Phone: "Pixel 9", Place: "Lyon, France", Reference: "7K3M9QXA"}}
	for _, f := range spoil {
		f(&l)
	}
	return l
}

// A letter is in both languages, the account's first, and leads nowhere.
func TestMessage(t *testing.T) {
	m, err := writer.Message(added())
	if err != nil {
		t.Fatal(err)
	}
	want := `港湾里：Ada 的安全通知

此通知与您的账户 Ada 有关。

2026-11-23 14:05 UTC，“Pixel 9”已添加到您的账户（Lyon, France附近）。

如非本人操作，请立即联系支持人员。参考号 7K3M-9QXA

如需管理账户，请自行输入地址 id.example.org。本邮件不含链接，“港湾里”的任何人都不会向您索要密码、激活码、恢复码或数字。

----

Harbor Lane: security of Ada

This is about your account Ada.

Pixel 9 was added to your account at 2026-11-23 14:05 UTC, near Lyon, France.

Wasn't you? Tell your help desk now. Ref 7K3M-9QXA

To look after your account, type the address id.example.org yourself. This e-mail has no link, and nobody from Harbor Lane asks for a password, a code or a number.
`
	if m.Text != want {
		t.Errorf("text\n%s\nwant\n%s", m.Text, want)
	}
	if m.Subject != "港湾里：Ada 的安全通知" || m.To != "ada@example.org" || m.ID != "let_1" {
		t.Errorf("message %+v", m)
	}
	for _, part := range []string{"Pixel 9 was added", "“Pixel 9”已添加", "7K3M-9QXA", `lang="zh-Hans"`, `lang="en"`} {
		if !strings.Contains(m.HTML, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	for _, link := range []string{"href", "<a", "http://", "https://", "<img", "<script"} {
		if strings.Contains(m.HTML+m.Text, link) {
			t.Errorf("the letter has %s", link)
		}
	}
}

// Whatever a phone is called, it stays a word of the page.
func TestNamesAreText(t *testing.T) {
	m, err := writer.Message(added(func(l *notice.Letter) { l.Phone, l.Name = `<a href="https://evil.example">`, "<script>" }))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.HTML, "<a ") || strings.Contains(m.HTML, "<script") {
		t.Errorf("a name became a part of the page:\n%s", m.HTML)
	}
}

// Every kind has its sentence in both languages, with what it needs and no more.
func TestEveryKindHasWords(t *testing.T) {
	for _, kind := range notice.Kinds() {
		for _, lang := range locale.Languages() {
			for _, told := range []notice.Told{{Kind: kind, Phone: "Pixel 9", From: "Old", Place: "Lyon", Left: "7"}, {Kind: kind, Phone: "Pixel 9", From: "Old", Left: "7"}} {
				got := told.Sentence(locale.For(lang), "14:05")
				if strings.Contains(got, "no value") || strings.HasPrefix(got, "notice.") || got == "" {
					t.Errorf("%s in %s: %q", kind, lang, got)
				}
			}
		}
	}
}

// The operator hears whose account it is, and is told where to look.
func TestOperatorsLetter(t *testing.T) {
	m, err := writer.Message(added(func(l *notice.Letter) { l.Role, l.Kind, l.Language, l.Phone = notice.Operator, notice.Reported, "", "" }))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(m.Text, "Keyturn alert: Ada\n") || !strings.Contains(m.Text, "acc_1") || !strings.Contains(m.Text, "reported in the portal") {
		t.Errorf("text\n%s", m.Text)
	}
}
