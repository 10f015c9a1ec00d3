package server

import (
	"crypto/x509"
	"maps"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/mail"
	"keyturn/internal/notice"
	places "keyturn/internal/place"
)

// A ringer wakes the phones of an account. Package push implements it.
type ringer interface {
	// Ring returns at once. It rings every device of the account but except, until ends.
	Ring(account, except string, ends time.Time)
}

// ringFor is how long a phone may take to be woken for a notice: nobody waits for it.
const ringFor = 12 * time.Hour

// heard wakes the other phones of an account when they are told something. What is lost
// here costs time: a phone that listens is woken by the record, and one that is opened
// sees its notices.
func (s *Services) heard(t notice.Told) {
	s.bus.Wake(t.Account)
	if s.ringer != nil && t.Kind.Rings() {
		s.ringer.Ring(t.Account, t.Except(), s.with.Now().Add(ringFor))
	}
}

// courier sends letters, if there is a mail server.
func (s *Services) courier() *notice.Courier {
	if s.config.Mail.Server == "" {
		return nil
	}
	names := maps.Clone(s.config.Organisation)
	if names == nil {
		names = map[string]string{}
	}
	names[""] = s.name
	post := mailer(s.config, s.with.Roots)
	return &notice.Courier{Letters: s.Store, Post: post, Lease: 2 * post.Patience, Now: s.with.Now, Log: s.with.Log,
		Writer: notice.Writer{Origin: s.Origin, Names: names, Languages: s.config.Languages}}
}

// mailer is the way to the mail server of the settings.
func mailer(c config.Config, roots *x509.CertPool) *mail.Sender {
	origin, _ := config.ParseOrigin(c.PublicURL) // it was checked
	return &mail.Sender{Server: c.Mail.Server, Security: c.Mail.Security, User: c.Mail.User, Password: keyturn.Secret(c.Mail.Password), Auth: c.Mail.Auth,
		From: c.Mail.From, Name: organisation(c, origin.String()), Host: origin.Hostname(), Patience: c.Mail.Patience.Duration, Roots: roots}
}

// openPlaces opens the database of places; nil if the settings name none.
func openPlaces(c config.Config, with With) (*places.Book, error) {
	if c.Place.Database == "" {
		return nil, nil
	}
	b, err := places.Open(c.Place.Database, with.Now, with.Log)
	if err != nil {
		return nil, fault("place.database", err, "")
	}
	return b, nil
}
