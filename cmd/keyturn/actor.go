package main

import (
	"os/user"
	"strconv"

	"keyturn/internal/audit"
)

// actor is who the record names for what a command does: whoever sudo says has called
// it, else the user that runs it. Whoever may run it as that user can set SUDO_USER, and
// can write into the database as well: the record of such an operator is their word.
func actor(sudo string, uid int) string {
	if sudo != "" {
		return audit.Operator(sudo)
	}
	number := strconv.Itoa(uid)
	if u, err := user.LookupId(number); err == nil {
		return audit.Operator(u.Username)
	}
	return audit.Operator(number) // a container's user often has no name
}
