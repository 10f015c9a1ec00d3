package portal

import (
	"errors"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/page"
	"keyturn/internal/session"
)

// asked is the number of the code that the person types from the saved list.
// Any one would do: it shows that there is a list.
const asked = 4

// recoveryPage is everything that recovery.html shows.
type recoveryPage struct {
	page.Frame
	Codes   []string // 8-8
	Asked   int
	Typed   string
	Problem page.Sentence
	Made    time.Time
}

// postRecoveryCodes makes an account's first codes and shows them in this very
// answer. The server has only their hashes, so nothing can show them again.
func (p *Portal) postRecoveryCodes(w http.ResponseWriter, r *http.Request, s session.Session) error {
	frame, err := p.frame(r, s)
	if err != nil {
		return err
	}
	codes, err := p.Accounts.MakeRecoveryCodes(r.Context(), s.Account, s.ID)
	if errors.Is(err, account.ErrUnknown) {
		return p.show(w, r, http.StatusConflict, outcomePage{Frame: frame, outcome: outcomeCodesGone})
	}
	if err != nil {
		return err
	}
	return p.showCodes(w, r, http.StatusOK, recoveryPage{Frame: frame}, codes)
}

// postRecoveryCheck compares what was typed from the saved list with the page's
// own list, which comes back with the form: the server keeps none. It protects
// nobody but the person, from a list that was not saved.
func (p *Portal) postRecoveryCheck(w http.ResponseWriter, r *http.Request, s session.Session) error {
	var codes []keyturn.RecoveryCode
	for _, listed := range r.PostForm["listed"] {
		code, err := keyturn.ParseRecoveryCode(listed)
		if err != nil {
			return errMissing
		}
		codes = append(codes, code)
	}
	if len(codes) < asked {
		return errMissing
	}
	typed := r.PostForm.Get("code")
	if code, err := keyturn.ParseRecoveryCode(typed); !page.Switched(r) && err == nil && code == codes[asked-1] {
		return see(w, r, "/")
	}
	frame, err := p.frame(r, s)
	if err != nil {
		return err
	}
	c := recoveryPage{Frame: frame, Typed: typed}
	if page.Switched(r) {
		return p.showCodes(w, r, http.StatusOK, c, codes)
	}
	c.Problem = page.Say("recovery.checkerr", "number", asked)
	return p.showCodes(w, r, http.StatusUnprocessableEntity, c, codes)
}

func (p *Portal) showCodes(w http.ResponseWriter, r *http.Request, status int, c recoveryPage, codes []keyturn.RecoveryCode) error {
	c.Asked, c.Made = asked, p.Now()
	c.Switch.Action = "/recovery-codes/check"
	for _, code := range codes {
		c.Codes = append(c.Codes, code.String())
		c.Switch.Fields = append(c.Switch.Fields, page.Field{Name: "listed", Value: code.String()})
	}
	return p.Page.Render(w, r, status, "portal/recovery", c)
}

var outcomeCodesGone = outcome{Icon: "info", Look: "info", Title: page.Say("recovery.gone"),
	Go: page.Say("page.continue"), Link: "/"}
