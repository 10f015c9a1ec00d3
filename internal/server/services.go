package server

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/bus"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/door"
	"keyturn/internal/entry"
	"keyturn/internal/hint"
	"keyturn/internal/listen"
	"keyturn/internal/notice"
	places "keyturn/internal/place"
	"keyturn/internal/policy"
	"keyturn/internal/push"
	"keyturn/internal/seal"
	"keyturn/internal/session"
	"keyturn/internal/store"
	"keyturn/locale"
)

// With is what a server gets besides its settings.
type With struct {
	Log     *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: the real clock
	Fresh   bool             // [Connect] may begin a database, and its key, where there is none
	Version string           // of this program, for people to read; "": nobody is told
	Pretend bool             // set-up pages link to the phone app in this browser: for the demo
	// Who does all that this program does, as audit.Operator makes it; "": the record says it of each event.
	Actor   string
	Runners []Runner // besides those of this program

	// Doors makes the doors besides those of this program; nil: there are none.
	Doors func(*Services, *door.Door) []Door
	Hold  *listen.Hold   // addresses that are open already; nil: none
	Roots *x509.CertPool // that know the mail server's certificate; nil: those of the system
}

// Services are what doors and commands call, introduced to each other.
type Services struct {
	Origin      string // such as "https://auth.example.com"
	Accounts    *account.Service
	Devices     *device.Service
	Sessions    *session.Service
	Visits      *entry.Visits
	Activations *activation.Service
	Approvals   *approval.Service
	Notices     *notice.Service
	Store       *store.DB
	Push        *push.Sender // nil: the operator wants no pushes

	config   config.Config
	with     With
	limits   policy.Limits
	vapidKey keyturn.Bytes // public; none without pushes
	name     string
	bus      hint.Bus
	vault    vault
	ringer   ringer                         // nil: phones look by themselves
	book     *places.Book                   // nil: no database of places
	places   func(addr, lang string) string // nil, as book is
}

// Format implements [fmt.Formatter], for every verb: the settings have secrets.
func (*Services) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, "(services)") }

// Connect opens the store and the key and introduces the services to each other, for a
// command beside the server: it takes the database as it is. Invalid settings are refused
// with the error of [config.Config.Check], and a database that isn't there, or is of
// another version, with an error of package store.
func Connect(ctx context.Context, c config.Config, with With) (*Services, error) {
	if with.Fresh {
		return connect(ctx, c, with, begins)
	}
	return connect(ctx, c, with, takes)
}

func connect(ctx context.Context, c config.Config, with With, may may) (*Services, error) {
	if err := c.Check(locale.Languages()); err != nil {
		return nil, err
	}
	if with.Now == nil {
		with.Now = time.Now
	}
	if with.Log == nil {
		with.Log = slog.New(slog.DiscardHandler)
	}
	db, box, err := may.open(ctx, c, with.Log)
	if err != nil {
		return nil, err
	}
	s, err := introduce(ctx, c, with, box, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// introduce makes what the services share, then the services.
func introduce(ctx context.Context, c config.Config, with With, box *seal.Box, db *store.DB) (*Services, error) {
	origin, err := config.ParseOrigin(c.PublicURL)
	if err != nil {
		return nil, err
	}
	s := &Services{Origin: origin.String(), Store: db, config: c, with: with, limits: c.Policy(),
		name: organisation(c, origin.String()), bus: &bus.Local{}, vault: vault{db, box, with.Now}}
	if s.book, err = openPlaces(c, with); err != nil {
		return nil, err
	}
	if s.book != nil {
		s.places = s.book.Of
	}
	db.Limits, db.Heard, db.Actor = s.limits, s.heard, with.Actor
	db.Mail = store.Mail{People: c.Mail.Server != "", Operator: c.Mail.Operator}
	keys, err := s.vault.nonceKeys(ctx)
	if err != nil {
		return nil, err
	}
	s.Devices = &device.Service{Origin: s.Origin, Host: origin.Hostname(), Store: db, Changes: db, Tries: db, Seal: box, Subscriptions: db,
		NonceKeys: func() []keyturn.Bytes { return keys }, Limits: s.limits, Now: with.Now}
	s.people()
	s.life(box)
	return s, s.connectPush(ctx)
}

// people are the services that know who somebody is.
func (s *Services) people() {
	s.Accounts = &account.Service{Store: s.Store, Codes: s.Store, Tries: s.Store, Guesses: s.Store, Browsers: s.Store, Record: s.Store, Limits: s.limits,
		Names: s.names(), Hashes: s.config.Limits.Hashes, Now: s.with.Now}
	s.Sessions = &session.Service{Store: s.Store, Limits: s.limits, Now: s.with.Now}
	s.Visits = &entry.Visits{Store: s.Store, Limits: s.limits, Now: s.with.Now}
}

// life are the services around the two state pictures, and what tells of them.
func (s *Services) life(box *seal.Box) {
	s.Activations = &activation.Service{Origin: s.Origin, Name: s.name, Store: s.Store, Devices: s.Devices, Seal: box, Bus: s.bus,
		Limits: s.limits, CheckCode: s.config.Activation.CheckCode == "required", Unlocks: unlocks(s.config), PIN: s.pin(), Now: s.with.Now}
	s.Notices = &notice.Service{Origin: s.Origin, Store: s.Store, Devices: s.Devices, Bus: s.bus, Limits: s.limits, Now: s.with.Now}
	s.Approvals = &approval.Service{Origin: s.Origin, Store: s.Store, Pushes: s.Store, Devices: s.Devices, Seal: box, Bus: s.bus, Notices: s.Store,
		Number: policy.Number(s.config.Number), Limits: s.limits, Now: s.with.Now}
}

func (s *Services) pin() keyturn.PINRules {
	return keyturn.PINRules{Min: s.config.PIN.Min, Max: s.config.PIN.Max}
}

// KeepOrigin keeps the public_url of the first start and compares its host with
// the present one. It returns [*OtherHost] if they differ.
func (s *Services) KeepOrigin(ctx context.Context) error { return s.vault.keepOrigin(ctx, s.Origin) }

// MoveOrigin takes the present public_url for the right one from now on.
func (s *Services) MoveOrigin(ctx context.Context) error { return s.vault.moveOrigin(ctx, s.Origin) }

// Close lets the pushes that were handed in go out, and closes the store.
func (s *Services) Close() error {
	if s.Push != nil {
		ctx, cancel := context.WithTimeout(context.Background(), lastPushes)
		defer cancel()
		s.Push.Close(ctx)
	}
	return s.Store.Close()
}
