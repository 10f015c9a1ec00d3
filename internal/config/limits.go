package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/policy"
)

// Limits are how long and how often: what an operator is told of each. The numbers are those of
// [policy.Defaults], but for the hashes and connections, which are the machine's. Spec §17 has
// the reasons. A rate is NUMBER/TIME, such as 5/15m. Limits by address count wrong tries only.
// What an operator may set ends where a limit wouldn't be one: no account is guessed at more than
// a hundred times in a row (NIST SP 800-63B-4 §3.2.2), no PIN more than ten times.
type Limits struct {
	// Wrong passwords per account and address. The known browsers of an account have
	// one count together instead, of the same size; once it is used up they are
	// counted like any other.
	Passwords Rate `toml:"passwords" between:"..100/1h"`

	// Wrong passwords per account, from all addresses. Networks that the account has
	// signed in from have so many for themselves: strangers don't use them up.
	PasswordsAll Rate `toml:"passwords_all" between:"..1000/1h"`

	// Wrong recovery codes per account, and how many in a row switch them off.
	Recoveries  Rate `toml:"recoveries" between:"..100/1h"`
	RecoveryRow int  `toml:"recovery_row" between:"1..100"`

	// Wrong passwords per address, for all accounts.
	SignIns Rate `toml:"sign_ins" between:"..1000/1m"`

	// Passwords that are hashed at once; each takes 19 MiB. 0: one per processor.
	Hashes int `toml:"hashes" between:"0..1024"`

	// Connections that are open at once, in all (0: as many as the system lets the server
	// open files, less some for itself) and of one address; of an IPv6 network of 56 and
	// 48 bits twice and four times as many. Those that rest make room for new ones, those
	// that wait for an answer don't. Trusted proxies count in all only. An address has twice
	// as many requests at once, also one that a trusted proxy names.
	Connections     int `toml:"connections" between:"0..10000000"`
	ConnectionsEach int `toml:"connections_each" between:"8..10000000"`

	// Wrong looks at activation codes, wrong redeems and wrong calls of phones, per
	// address.
	Looks   Rate `toml:"looks" between:"..100000/1m"`
	Redeems Rate `toml:"redeems" between:"..100000/1m"`
	Calls   Rate `toml:"calls" between:"..100000/1m"`

	// Activation codes per account.
	Codes Rate `toml:"codes" between:"..100/10m"`

	// Wrong check codes that end an activation.
	CheckTries int `toml:"check_tries" between:"1..10"`

	// Requests of one account that wait at once, one per browser.
	Requests int `toml:"requests" between:"1..100"`

	// Sign-ins that are asked for in an account's name, each with the right password or
	// after one. Known browsers of the account have so many for themselves: whoever knows
	// the password can't use those up.
	Asked Rate `toml:"asked" between:"..1000/10m"`

	// Wrong numbers that end a request, and wrong numbers in a row that stop the
	// phones of an account.
	NumberTries int `toml:"number_tries" between:"1..10"`
	NumberRow   int `toml:"number_row" between:"1..100"`

	// Wrong responses to challenge codes that end a request, and wrong ones in a row
	// that switch challenge codes off for an account.
	Responses   int `toml:"responses" between:"1..10"`
	ResponseRow int `toml:"response_row" between:"1..100"`

	// New QR codes of one request.
	QRs int `toml:"qrs" between:"1..20"`

	// How many requests one password may make besides the first.
	Agains int `toml:"agains" between:"0..10"`

	// Wrong PINs in a row that lock a phone, and refused phone unlocks per device.
	PINTries int `toml:"pin_tries" between:"1..10"`

	// Wrong PINs in a day that lock a phone, whatever right ones come between. At most a day is looked at.
	PINDay Rate `toml:"pin_day" between:"..100/24h"`

	Unlocks Rate `toml:"unlocks" between:"..100/1h"`

	// From the approval to the browser going on.
	RedeemIn Duration `toml:"redeem_in" between:"10s..10m"`

	// From the right password to a new request without it.
	AgainIn Duration `toml:"again_in" between:"1m..1h"`

	// From the approval of a security change to the change.
	ApprovalUse Duration `toml:"approval_use" between:"1m..15m"`

	// How long a report stops pushes and changes of phones.
	ReportQuiet Duration `toml:"report_quiet" between:"1m..24h"`

	// How long a phone that was set up with a recovery code approves sign-ins only, and
	// the lost one stays paused before it is removed: the time in which its
	// person can still raise the alarm.
	Probation Duration `toml:"probation" between:"1h..720h"`

	// Changes of phones and recovery codes that one account may ask for; so often, too,
	// phones are renamed, and more time or the notifications of a phone switched.
	Changes Rate `toml:"changes" between:"..100/10m"`

	// Notifications about requests: the time between two of an account, most of an
	// account in a time, and how often a person may have that of a request sent again.
	PushApart Duration `toml:"push_apart" between:"1s..10m"`
	Pushes    Rate     `toml:"pushes" between:"..100/10m"`
	PushAgain int      `toml:"push_again" between:"0..10"`

	// Requests in a row that nobody approved after which notifications pause, and for
	// how long: whoever knows a password can't ring a person until they give in.
	PushRow   int      `toml:"push_row" between:"1..100"`
	PushPause Duration `toml:"push_pause" between:"1m..24h"`

	// How long a browser stays known.
	Browser Duration `toml:"browser" between:"1h..8760h"`

	// How long a session lives without use, and in all.
	SessionIdle Duration `toml:"session_idle" between:"1m..720h"`
	SessionMost Duration `toml:"session_most" between:"1m..720h"`
}

// Policy returns the limits of spec §17 with what the operator has set.
func (c Config) Policy() policy.Limits {
	l := policy.Defaults()
	eachLimit(&c, &l, func(setting, limit reflect.Value) {
		if d, ok := setting.Interface().(Duration); ok {
			setting = reflect.ValueOf(d.Duration)
		}
		limit.Set(setting.Convert(limit.Type()))
	})
	return l
}

// setLimits makes all limits those of a fresh installation.
func (c *Config) setLimits() {
	l := policy.Defaults()
	eachLimit(c, &l, func(setting, limit reflect.Value) {
		if d, ok := setting.Addr().Interface().(*Duration); ok {
			setting = reflect.ValueOf(&d.Duration).Elem()
		}
		setting.Set(limit.Convert(setting.Type()))
	})
	c.Limits.ConnectionsEach = 1000
}

// eachLimit calls f for every limit that is a setting. It panics for one that is none.
func eachLimit(c *Config, l *policy.Limits, f func(setting, limit reflect.Value)) {
	settings := map[string]reflect.Value{}
	each(reflect.ValueOf(c).Elem(), "", func(key string, v reflect.Value, _ reflect.StructField) { settings[key] = v })
	limits := reflect.ValueOf(l).Elem()
	for i := range limits.NumField() {
		if key := limits.Type().Field(i).Tag.Get("setting"); key != "" {
			f(settings[key], limits.Field(i))
		}
	}
}

// A Duration is written as Go writes one: "90s", "10m", "2160h".
type Duration struct{ time.Duration }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Duration) UnmarshalText(text []byte) (err error) {
	d.Duration, err = time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q isn't a length of time such as 90s or 10m", text)
	}
	return nil
}

// MarshalText implements [encoding.TextMarshaler], without zero parts: 10m, not 10m0s.
func (d Duration) MarshalText() ([]byte, error) {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return []byte(s), nil
}

// A Rate is a number of tries within a time.
type Rate struct {
	Most int
	In   time.Duration
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *Rate) UnmarshalText(text []byte) error {
	most, in, ok := strings.Cut(string(text), "/")
	n, errMost := strconv.Atoi(most)
	d, errIn := time.ParseDuration(in)
	if !ok || errMost != nil || errIn != nil {
		return fmt.Errorf("%q isn't a rate such as 5/15m", text)
	}
	*r = Rate{n, d}
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (r Rate) MarshalText() ([]byte, error) {
	in, err := Duration{r.In}.MarshalText()
	return fmt.Appendf(nil, "%d/%s", r.Most, in), err
}
