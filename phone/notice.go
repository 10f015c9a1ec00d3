package phone

import (
	"context"
	"slices"
	"strconv"
	"time"

	"keyturn"
)

// A Notice is something that happened to an account of this phone, and that the phone
// didn't do itself. Spec §12.5.
type Notice struct {
	Number    int64
	Device    string // of this phone, that is told
	Account   string // name
	Kind      string // such as "phone_added"
	Time      time.Time
	Detail    string // name of the phone, or how many recovery codes are left
	From      string // phone_moved: name of the phone before
	Place     string // empty if it isn't known
	Reference string // for the help desk
	Pause     bool   // an alarm with the PIN pauses the new phone, or ends the recovery codes
}

// Notices asks once, for all accounts of the phone, what the person was told and has not
// answered here: newest first for each account. Suspended and locked devices are told too.
func (p *Phone) Notices(ctx context.Context) ([]Notice, error) {
	var all []Notice
	for _, a := range p.Accounts() {
		if a.Ended != "" {
			continue
		}
		d, err := p.device(a.Device)
		if err != nil {
			return nil, err
		}
		var in keyturn.Pending
		if err := p.signed(ctx, d, "GET", "/v1/pending", nil, &in); err != nil {
			return nil, err
		}
		if d, err = p.called(d, in.Notices); err != nil {
			return nil, err
		}
		for _, n := range in.Notices {
			all = append(all, Notice{n.Notice, d.ID, d.Account.Name, n.Kind, time.Unix(n.Time, 0), n.Detail, n.From, n.Place, n.Reference, n.Pause})
		}
	}
	return all, nil
}

// called keeps the account's name of which a device is told that it has another. Notices come newest first.
func (p *Phone) called(d Device, told []keyturn.Notice) (Device, error) {
	i := slices.IndexFunc(told, func(n keyturn.Notice) bool { return n.Kind == "account_renamed" })
	if i < 0 || told[i].Detail == "" || told[i].Detail == d.Account.Name {
		return d, nil
	}
	d.Account.Name = told[i].Detail
	err := p.change(func(s *State) {
		if i := slices.IndexFunc(s.Devices, func(o Device) bool { return o.ID == d.ID }); i >= 0 {
			s.Devices[i].Account.Name = d.Account.Name
		}
	})
	return d, err
}

// Acknowledge says that it was the person of this phone: the notice is over here.
func (p *Phone) Acknowledge(ctx context.Context, n Notice) error {
	return p.notice(ctx, n, "seen", "")
}

// Alarm says that it wasn't. Pushes and security changes of the account stop for as long as
// the server is set to, half an hour as a rule, and everyone is told. With the PIN it also pauses a new phone
// in its first time, or ends the recovery codes that it is about; pin may be empty.
func (p *Phone) Alarm(ctx context.Context, n Notice, pin string) error {
	return p.notice(ctx, n, "alarm", pin)
}

func (p *Phone) notice(ctx context.Context, n Notice, action, pin string) error {
	d, err := p.device(n.Device)
	if err != nil {
		return err
	}
	body := func(nonce string) (any, error) {
		r := keyturn.NoticeReply{Action: action}
		if pin == "" {
			return r, nil
		}
		text, err := keyturn.AlarmText(p.origin, d.ID, n.Number, nonce)
		if err != nil {
			return nil, err
		}
		r.Proof, err = p.mac(d, pin, text)
		return r, err
	}
	var out keyturn.State
	return p.signed(ctx, d, "POST", "/v1/notices/"+strconv.FormatInt(n.Number, 10), body, &out)
}
