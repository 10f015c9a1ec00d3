package audit

// SaysWho reports whether a kind has its row.
func SaysWho(k Kind) bool {
	_, ok := byPerson[k]
	return ok
}
