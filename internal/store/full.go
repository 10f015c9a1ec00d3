package store

import (
	"errors"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	driver "modernc.org/sqlite"
)

// Results of SQLite, https://sqlite.org/rescode.html. The last two have no errno with them;
// the second is what becomes of the file beside the database's log where there is no room for it.
const (
	sqliteFull    = 13
	sqliteShort   = 4874 // SQLITE_IOERR_SHMSIZE
	sqliteUnwrote = 778  // SQLITE_IOERR_WRITE
)

// Full reports whether an error says that a disk is full: one of this machine, or
// PostgreSQL's (disk_full).
func Full(err error) bool {
	if p, ok := errors.AsType[*pgconn.PgError](err); ok {
		return p.Code == "53100"
	}
	if s, ok := errors.AsType[*driver.Error](err); ok {
		return s.Code() == sqliteFull || s.Code() == sqliteShort
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// Unwritten reports whether an error says that the system didn't write, and not why: SQLite
// tells a full disk from all else, and a quota that is used up (EDQUOT) from no fault of the disk.
func Unwritten(err error) bool {
	s, ok := errors.AsType[*driver.Error](err)
	return ok && s.Code() == sqliteUnwrote
}
