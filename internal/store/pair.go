package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// After a crash the newest changes are in the log beside the file (FILE-wal), and
// SQLite puts them into whatever file it finds there: over a backup that was put back
// they are a mixture of two states, or a malformed database
// (https://sqlite.org/howtocorrupt.html §1.4). SQLite itself can't tell. So each
// commit counts in the header of the file, in user_version, and therefore writes the
// first page: the first commit of a log follows the state that the file was in, and
// between the first and the last of them is each state that a file can be in into
// which a part of the log was put.

// ErrLog says that the log beside a SQLite file is that of another one.
var ErrLog = errors.New("store: the log beside the database is that of another state of it")

// count adds one to the number of commits in the header, in the transaction.
func (w *writer) count() error {
	rows, err := w.conn.QueryContext(context.Background(), "PRAGMA user_version")
	if err != nil {
		return err
	}
	defer rows.Close() // its error is also that of rows.Err
	var commits int32
	for rows.Next() {
		if err := rows.Scan(&commits); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = w.bare.ExecContext(context.Background(), fmt.Sprintf("PRAGMA user_version = %d", commits+1))
	return err
}

// setApart puts the log into the file, so that the file differs from every copy that
// was made before, and the log begins anew with the next commit. While somebody reads
// what the log has, it can't begin anew: the commit after this one tries again.
func (w *writer) setApart() {
	if w.apart {
		return
	}
	_ = w.exec("PRAGMA busy_timeout = 10") // most reads are over by then
	var busy, frames, moved int
	err := w.bare.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(RESTART)").Scan(&busy, &frames, &moved)
	w.apart = err == nil && busy == 0
	_ = w.exec("PRAGMA busy_timeout = " + busyTimeout)
}

// A log is what a log says of the file that it belongs to.
type log struct {
	salt        [8]byte // of this log; a new one begins with another
	frames      int     // that are committed
	page        uint32  // size of a page
	counted     bool    // the first page is among them: a log of another program may lack it
	first, last uint32  // number of the commit that wrote the first page first, and last
}

// checkLog returns [ErrLog] if there is a log and it doesn't belong to the file. A
// program that has the file open writes both meanwhile: what is seen counts only if
// the log is the same before and after.
func checkLog(file string) error {
	for {
		before, err := readLog(file + "-wal")
		if err != nil || before.frames == 0 {
			return err
		}
		fits, err := before.fits(file)
		if err != nil || fits {
			return err
		}
		if after, err := readLog(file + "-wal"); err != nil || after == before {
			return errors.Join(fmt.Errorf("%w: %s-wal", ErrLog, file), err)
		}
	}
}

// fits reports whether the file is in a state to which the log can be applied.
// https://sqlite.org/fileformat2.html §1.3
func (l log) fits(file string) (bool, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: %w", err)
	}
	defer f.Close() // it was read
	var head [100]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return false, nil // nothing is in it yet
	}
	page := uint32(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 65536
	}
	logs := head[18] == 2 && head[19] == 2 // a copy by VACUUM INTO doesn't
	at := binary.BigEndian.Uint32(head[60:])
	return logs && page == l.page && (!l.counted || at-(l.first-1) <= l.last-(l.first-1)), nil
}

// readLog reads the committed part of a log; none if there is no file or nothing in it
// that SQLite would apply. https://sqlite.org/fileformat2.html §4.1
func readLog(name string) (l log, err error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return log{}, nil
	}
	if err != nil {
		return log{}, fmt.Errorf("store: %w", err)
	}
	defer f.Close() // it was read
	var head [32]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return log{}, nil
	}
	sum := checksum{order: binary.LittleEndian}
	switch binary.BigEndian.Uint32(head[:]) {
	case 0x377f0682:
	case 0x377f0683:
		sum.order = binary.BigEndian
	default:
		return log{}, nil
	}
	if sum.add(head[:24]); !sum.is(head[24:]) {
		return log{}, nil
	}
	l.page, l.salt = binary.BigEndian.Uint32(head[8:]), [8]byte(head[16:24])
	if l.page < 512 || l.page > 65536 {
		return log{}, nil
	}
	l.readFrames(f, sum)
	return l, nil
}

// readFrames reads frames as long as they are of this log and whole.
func (l *log) readFrames(from io.Reader, sum checksum) {
	frame := make([]byte, 24+l.page)
	seen := *l
	for {
		if _, err := io.ReadFull(from, frame); err != nil || !bytes.Equal(frame[8:16], l.salt[:]) {
			return
		}
		sum.add(frame[:8])
		if sum.add(frame[24:]); !sum.is(frame[16:]) {
			return
		}
		seen.frames++
		if binary.BigEndian.Uint32(frame) == 1 {
			seen.last = binary.BigEndian.Uint32(frame[24+60:])
			if !seen.counted {
				seen.first, seen.counted = seen.last, true
			}
		}
		if binary.BigEndian.Uint32(frame[4:]) != 0 { // a commit
			*l = seen
		}
	}
}

// A checksum is the one of the log.
type checksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

func (c *checksum) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		c.s0 += c.order.Uint32(b) + c.s1
		c.s1 += c.order.Uint32(b[4:]) + c.s0
	}
}

func (c *checksum) is(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == c.s0 && binary.BigEndian.Uint32(stored[4:]) == c.s1
}
