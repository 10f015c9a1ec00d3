package store

var eventSQL struct{ Append query }

func init() { load(&eventSQL, "event.sql") }
