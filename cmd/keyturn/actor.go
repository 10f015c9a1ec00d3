package main

import (
	"keyturn/internal/audit"
	"keyturn/internal/owner"
)

// actor is who the record names for what a command does: whoever sudo says has called
// it, else the user that runs it. Whoever may run it as that user can set SUDO_USER, and
// can write into the database as well: the record of such an operator is their word.
func actor(sudo string, uid int) string {
	if sudo != "" {
		return audit.Operator(sudo)
	}
	return audit.Operator(owner.User(uid)) // a number where it has no name, as often in a container
}
