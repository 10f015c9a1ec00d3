package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"keyturn"
	"keyturn/internal/notice"
)

// plain says what went wrong, in the words of the mail server too, which mostly repeat the
// address that they are about: it is taken out.
func plain(err error, to string) error {
	refused, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return fmt.Errorf("mail: %w", quoted{err})
	}
	said, _, _ := strings.Cut(refused.Error(), ", affected ") // the library's own list of addresses
	if refused.Reason == gomail.ErrSMTPRcptTo && nobody(refused.ErrorCode(), refused.EnhancedStatusCode()) {
		return fmt.Errorf("%w: %s", notice.ErrAddress, words(said, to))
	}
	return fmt.Errorf("mail: status %d %s, %s", refused.ErrorCode(), refused.EnhancedStatusCode(), words(said, to))
}

const mostWords = 300 // runes of what a mail server says

// words are what the mail server said, on one line, without what commands a terminal or
// turns its letters round, without anything that has an @, and without the part of an
// address before it.
func words(said, address string) string {
	local, _, _ := strings.Cut(address, "@")
	kept := strings.Fields(said)
	for i, word := range kept {
		kept[i] = keyturn.Clean(word, len(word)) // before it is looked at
	}
	for i, word := range kept {
		if strings.Contains(word, "@") || local != address && strings.EqualFold(strings.TrimFunc(word, notOfNames), strings.TrimFunc(local, notOfNames)) {
			kept[i] = "…"
		}
	}
	return keyturn.Clean(strings.Join(kept, " "), mostWords)
}

// A quoted error is said in [words]: it may have those of the mail server, or of whoever is
// on the way to it. Attack A66.
type quoted struct{ error }

// Error implements error.
func (q quoted) Error() string { return words(q.error.Error(), "") }

// Unwrap returns the error as it was.
func (q quoted) Unwrap() error { return q.error }

// notOfNames tells what stands around a name in a sentence.
func notOfNames(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }

// nobody reports whether a refusal says that there is no such mailbox: 5.1.x of RFC 3463
// §3.2, or one of the codes of RFC 5321 §4.2.3 that mean it. Any other, such as a policy or
// a full mailbox, may pass.
func nobody(code int, enhanced string) bool {
	if enhanced != "" && !strings.HasPrefix(enhanced, "5.0.") { // "other or undefined"
		return strings.HasPrefix(enhanced, "5.1.")
	}
	return code == 550 || code == 551 || code == 553
}

// A heard login keeps what it told the mail server: some repeat a line that they don't
// understand.
type heard struct {
	smtp.Auth
	user, password string
	told           []string
}

// Start implements [smtp.Auth].
func (h *heard) Start(server *smtp.ServerInfo) (string, []byte, error) {
	name, said, err := h.Auth.Start(server)
	h.told = append(h.told, string(said))
	return name, said, err
}

// Next implements [smtp.Auth].
func (h *heard) Next(from []byte, more bool) ([]byte, error) {
	said, err := h.Auth.Next(from, more)
	h.told = append(h.told, string(said))
	return said, err
}

// words are what became of the login, without anything that would help to log in.
func (h *heard) words(err error) string {
	said := err.Error()
	for _, secret := range append(h.told, h.password) {
		if secret != "" {
			said = strings.ReplaceAll(said, base64.StdEncoding.EncodeToString([]byte(secret)), "…")
		}
		if secret != "" && secret != h.user {
			said = strings.ReplaceAll(said, secret, "…")
		}
	}
	return words(said, h.user)
}
