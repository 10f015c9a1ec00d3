package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/device"
	"keyturn/internal/server"
)

// An accountRow is an account as scripts see it: the members are stable.
type accountRow struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Email    string      `json:"email"`
	State    string      `json:"state"`
	First    bool        `json:"first"` // its next phone is a first one
	Added    time.Time   `json:"added"`
	Devices  []deviceRow `json:"devices"`
	Codes    *int        `json:"recovery_codes_left"` // null: none were ever made
	Browsers int         `json:"known_browsers"`
	Stopped  bool        `json:"stopped"`         // wrong numbers have stopped its phones
	Quiet    *time.Time  `json:"quiet,omitempty"` // a report stops changes of phones until then
	Wrong    []lockRow   `json:"password_locks,omitempty"`
	Last     *lastRow    `json:"last,omitempty"`
}

// A lockRow is a count of wrong passwords that is used up: nobody whom it counts
// signs in before its end.
type lockRow struct {
	Of        account.Of `json:"of"`                // "browsers", "network", "familiar", "strange"
	Network   string     `json:"network,omitempty"` // of "network"
	Ends      time.Time  `json:"ends"`
	Reference string     `json:"reference"` // of its event in the record
}

// A lastRow is the newest request of an account.
type lastRow struct {
	State string    `json:"state"`
	App   string    `json:"app"`
	Place string    `json:"place"`
	IP    string    `json:"ip"`
	Made  time.Time `json:"made"`
}

// A deviceRow is a device as scripts see it.
type deviceRow struct {
	ID       string     `json:"id"`
	Account  string     `json:"account"`
	Phone    string     `json:"phone"` // its name
	Platform string     `json:"platform"`
	Unlock   string     `json:"unlock"`
	State    string     `json:"state"`
	Reason   string     `json:"reason,omitempty"`
	Added    time.Time  `json:"added"`
	Used     *time.Time `json:"used,omitempty"` // last approval
}

// accountRowOf reads what belongs to an account.
func accountRowOf(ctx context.Context, s *server.Services, a account.Account) (accountRow, error) {
	row := accountRow{ID: a.ID, Name: a.Name, Email: a.Email, State: string(a.State), First: a.First, Added: a.Added.UTC(),
		Devices: []deviceRow{}}
	if time.Now().Before(a.Quiet) {
		row.Quiet = known(a.Quiet)
	}
	devices, err := s.Devices.Devices(ctx, a.ID)
	if err != nil {
		return row, err
	}
	for _, d := range devices {
		row.Stopped = row.Stopped || d.Stopped
		row.Devices = append(row.Devices, deviceRowOf(d))
	}
	locks, err := s.Accounts.PasswordLocks(ctx, a.ID)
	if err != nil {
		return row, err
	}
	for _, l := range locks {
		row.Wrong = append(row.Wrong, lockRow{l.Of, l.Network, l.Ends.UTC(), l.Reference})
	}
	codes, err := s.Accounts.RecoveryCodes(ctx, a.ID)
	if err != nil {
		return row, err
	}
	if codes.Made {
		row.Codes = &codes.Left
	}
	last, ok, err := s.Store.LastRequest(ctx, a.ID)
	if err != nil {
		return row, err
	}
	if ok {
		row.Last = &lastRow{State: string(last.State), App: last.App, Place: last.Place, IP: last.IP, Made: last.Made.UTC()}
	}
	row.Browsers, err = s.Store.KnownBrowsers(ctx, a.ID, time.Now())
	return row, err
}

func deviceRowOf(d device.Device) deviceRow {
	return deviceRow{ID: d.ID, Account: d.AccountName, Phone: d.Name, Platform: string(d.Platform), Unlock: string(d.Unlock),
		State: string(d.State), Reason: d.Reason, Added: d.Added.UTC(), Used: known(d.Used)}
}

// known is a time in UTC, or nil for none.
func known(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

// account is an account as people read it.
func (t *terminal) account(r accountRow) []string {
	lines := []string{cells(r.Name, r.State, r.ID), cells(t.t("cli.show.email"), cmp.Or(r.Email, t.t("cli.show.noemail"))),
		cells(t.t("cli.show.added"), clock(r.Added))}
	label := t.t("cli.show.phones")
	for _, d := range r.Devices {
		lines = append(lines, cells(label, d.Phone, d.State, t.used(d.Used), d.ID))
		label = ""
	}
	if len(r.Devices) == 0 {
		lines = append(lines, cells(label, t.t("cli.account.phones", "count", 0)))
	}
	codes := t.t("cli.show.nocodes")
	if r.Codes != nil {
		codes = t.t("cli.show.codes.left", "count", *r.Codes)
	}
	lines = append(lines, cells(t.t("cli.show.codes"), codes), cells(t.t("cli.show.known"), t.t("cli.show.browsers", "count", r.Browsers)))
	if r.Last != nil {
		lines = append(lines, cells(t.t("cli.show.last"), r.Last.State, r.Last.App, clock(r.Last.Made), r.Last.IP+" "+r.Last.Place))
	}
	return append(lines, cells(t.t("cli.show.locks"), t.locks(r)))
}

func (t *terminal) locks(r accountRow) string {
	var all []string
	if r.Stopped {
		all = append(all, t.t("cli.show.stopped"))
	}
	if r.Quiet != nil {
		all = append(all, t.t("cli.show.quiet", "time", clock(*r.Quiet)))
	}
	for _, l := range r.Wrong {
		all = append(all, t.t(locked[l.Of], "network", l.Network, "time", clock(l.Ends), "ref", keyturn.GroupedReference(l.Reference)))
	}
	if len(all) == 0 {
		return t.t("cli.show.nolocks")
	}
	return strings.Join(all, ", ")
}

// locked says which passwords aren't looked at.
var locked = map[account.Of]string{
	account.OfBrowsers: "cli.show.passwords.browsers",
	account.OfNetwork:  "cli.show.passwords.network",
	account.OfFamiliar: "cli.show.passwords.familiar",
	account.OfStrange:  "cli.show.passwords.strange",
}

func (t *terminal) used(at *time.Time) string {
	if at == nil {
		return t.t("cli.show.unused")
	}
	return t.t("cli.show.used", "time", clock(*at))
}

// clock is a time as this machine's clock shows it.
func clock(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }
