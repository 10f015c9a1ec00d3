package portal

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/door"
	"keyturn/internal/page"
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

// codesPage is everything that codes.html shows.
type codesPage struct {
	page.Frame
	account.CodeList
	Request string // approved, for the list that can be made now; empty without
	First   bool   // the list that comes with the first phone can be made
}

// getRecoveryCodes says how the list stands: nothing can show it again. After an
// approval, or the first set-up, a list can be made here; it is shown in the answer.
func (p *Portal) getRecoveryCodes(w http.ResponseWriter, r *http.Request, s door.Session) (err error) {
	c := codesPage{Frame: s.Frame()}
	if c.CodeList, err = p.Accounts.RecoveryCodes(r.Context(), s.Account); err != nil {
		return err
	}
	if c.First, err = p.mayMakeFirst(r, s, c.CodeList); err != nil {
		return err
	}
	if c.Request, err = p.approvedCodes(r, s); err != nil {
		return err
	}
	return p.Page.Render(w, r, http.StatusOK, "portal/codes", c)
}

// approvedCodes is the id of an approval that still allows this session a list.
func (p *Portal) approvedCodes(r *http.Request, s door.Session) (string, error) {
	st, err := p.Approvals.Standing(r.Context(), p.Handle(r, ""))
	switch {
	case errors.Is(err, approval.ErrUnknown):
		return "", nil
	case err != nil:
		return "", err
	case st.Action == keyturn.RecoveryCodes && st.Session == s.ID && st.Unspent() && p.Now().Before(st.Answered.Add(p.Limits.ApprovalUse)):
		return st.ID, nil
	}
	return "", nil
}

// postNewCodes asks a phone whether a new list may be made.
func (p *Portal) postNewCodes(w http.ResponseWriter, r *http.Request, s door.Session) error {
	return p.askChange(w, r, s, keyturn.RecoveryCodes, phone{})
}

// postRecoveryCodes makes a list and shows it in this very answer. The server has
// only hashes of it, so nothing can show it again.
func (p *Portal) postRecoveryCodes(w http.ResponseWriter, r *http.Request, s door.Session) error {
	codes, err := p.Accounts.MakeRecoveryCodes(r.Context(), s.Account, s.ID, r.PostForm.Get("request"))
	if errors.Is(err, account.ErrUnknown) {
		return p.Show(w, r, http.StatusConflict, door.OutcomePage{Frame: s.Frame(), Outcome: codesGone})
	}
	if err != nil {
		return err
	}
	if r.PostForm.Has("request") {
		p.Page.ClearCookie(w, page.Pending)
	}
	return p.showCodes(w, r, http.StatusOK, recoveryPage{Frame: s.Frame()}, codes)
}

// listed are the codes of a page, which come back with its forms: the server keeps
// none. Only what can be a code comes through.
func listed(r *http.Request) (codes []keyturn.RecoveryCode, err error) {
	for _, one := range r.PostForm["listed"] {
		code, err := keyturn.ParseRecoveryCode(one)
		if err != nil {
			return nil, door.ErrMissing
		}
		codes = append(codes, code)
	}
	if len(codes) < asked || len(codes) > 100 {
		return nil, door.ErrMissing
	}
	return codes, nil
}

// postRecoveryFile answers with the page's list as a file, for browsers that run no
// script. The list comes from the page and goes back to it: nothing is kept.
func (p *Portal) postRecoveryFile(w http.ResponseWriter, r *http.Request, _ door.Session) error {
	codes, err := listed(r)
	if err != nil {
		return err
	}
	words := p.Page.Words(r)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", words.T("recovery.file.title", "service", p.Page.Called(r)))
	fmt.Fprintf(&b, "%s\n\n", words.T("recovery.file.made", "date", p.Now().Format("2006-01-02")))
	for i, code := range codes {
		fmt.Fprintf(&b, "%d  %s\n", i+1, code.String())
	}
	fmt.Fprintf(&b, "\n%s\n", words.T("recovery.file.notes"))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="keyturn.txt"`)
	_, _ = w.Write([]byte(b.String())) // the person has gone: the page is still there
	return nil
}

// postRecoveryCheck compares what was typed from the saved list with the page's
// own list. It protects nobody but the person, from a list that was not saved.
func (p *Portal) postRecoveryCheck(w http.ResponseWriter, r *http.Request, s door.Session) error {
	codes, err := listed(r)
	if err != nil {
		return err
	}
	typed := r.PostForm.Get("code")
	if code, err := keyturn.ParseRecoveryCode(typed); !page.Switched(r) && err == nil && code == codes[asked-1] {
		if err := p.Accounts.SavedRecoveryCodes(r.Context(), s.Account); err != nil {
			return err
		}
		return p.saved(w, r, s)
	}
	c := recoveryPage{Frame: s.Frame(), Typed: typed}
	if page.Switched(r) {
		return p.showCodes(w, r, http.StatusOK, c, codes)
	}
	c.Problem = page.Say("recovery.checkerr", "number", asked)
	return p.showCodes(w, r, http.StatusUnprocessableEntity, c, codes)
}

// saved goes on from a list that the person has: to the application that waits for them, or
// home, which says so.
func (p *Portal) saved(w http.ResponseWriter, r *http.Request, s door.Session) error {
	next, err := p.Home(r, s)
	if err != nil {
		return err
	}
	if next == "/" {
		next = "/?saved"
	}
	return door.See(w, r, next)
}

func (p *Portal) showCodes(
	w http.ResponseWriter, r *http.Request, status int, c recoveryPage, codes []keyturn.RecoveryCode,
) error {
	c.Asked, c.Made = asked, p.Now()
	c.Switch.Action = "/recovery-codes/check"
	for _, code := range codes {
		c.Codes = append(c.Codes, code.String())
		c.Switch.Fields = append(c.Switch.Fields, page.Field{Name: "listed", Value: code.String()})
	}
	return p.Page.Render(w, r, status, "portal/recovery", c)
}

var codesGone = door.Outcome{Kind: "codes_gone", Icon: "info", Tone: "info", Title: page.Say("recovery.gone"),
	Go: page.Say("page.continue"), Link: "/recovery-codes", Guide: door.GuideApproval}
