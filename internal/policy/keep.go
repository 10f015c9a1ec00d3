package policy

import "time"

// Keep is for how long what happened is kept. A zero field is an error in the wiring.
type Keep struct {
	Requests    time.Duration // sign-ins and other requests, and what the record says of them and of tries
	Addresses   time.Duration // network addresses, in them and anywhere in the record
	Activations time.Duration // activations, from their beginning, and what the record says of them
	Letters     time.Duration // what people were told: notices, and that letters were sent
	Changes     time.Duration // what the record says of changes of accounts, phones, codes and passwords
}

const day = 24 * time.Hour

// KeepDefaults are those of a fresh installation.
func KeepDefaults() Keep {
	return Keep{Requests: 180 * day, Addresses: 90 * day, Activations: 30 * day, Letters: 30 * day, Changes: 3 * 365 * day}
}
