package config

import "time"

// Keep is how long what happened is kept. What is older is removed, a little at a time, every
// hour; the record says how much it was. A backup keeps what it has.
type Keep struct {
	// How long sign-ins and other requests are kept, and what the record says of them and of
	// wrong tries; 4320h are 180 days. What is older is removed every hour; backups keep it.
	// People can look back on 30 days of it.
	Requests Duration `toml:"requests" between:"720h..87600h"`

	// Network addresses, in them and anywhere in the record.
	Addresses Duration `toml:"addresses" between:"24h..87600h"`

	// Activations of phones, and what the record says of them; that a phone was set up is a
	// change.
	Activations Duration `toml:"activations" between:"720h..87600h"`

	// What people were told, on their phones and by letter.
	Letters Duration `toml:"letters" between:"720h..87600h"`

	// What the record says of changes: accounts, phones, recovery codes, passwords, reports and
	// alarms.
	Changes Duration `toml:"changes" between:"720h..262800h"`
}

func defaultKeep() Keep {
	return Keep{Requests: days(180), Addresses: days(90), Activations: days(30), Letters: days(30), Changes: days(3 * 365)}
}

func days(n int) Duration { return Duration{time.Duration(n) * 24 * time.Hour} }
