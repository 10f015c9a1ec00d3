// Package place knows where an IP address seems to be, from a database that the
// operator provides in MaxMind's format. Nobody outside is asked.
package place

import (
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"keyturn/locale"
)

// lookEvery is how often a replaced file is looked for.
const lookEvery = 10 * time.Second

// A Book is a database in a file, which may be replaced while it is used. It is safe
// for concurrent use, and looking up an address waits for nobody.
type Book struct {
	file string
	now  func() time.Time
	log  *slog.Logger

	reader atomic.Pointer[maxminddb.Reader]
	looked atomic.Int64 // when the file was looked at, Unix seconds

	mu    sync.Mutex // whoever looks at the file
	stamp stamp      // of the file that is in use, or that can't be
	fault string     // why the present file can't be used; the one before stays in use
}

// stamp tells one file from another; zero: there is none.
type stamp struct {
	at   time.Time
	size int64
}

// Open opens the database in a file. What becomes of the file later is told in the log.
func Open(file string, now func() time.Time, log *slog.Logger) (*Book, error) {
	b := &Book{file: file, now: now, log: log}
	b.looked.Store(now().Unix())
	if err := b.look(); err != nil {
		return nil, err
	}
	return b, nil
}

// record is as much of an entry as is shown.
type record struct {
	City struct {
		Names map[string]string `maxminddb:"names"`
	} `maxminddb:"city"`
	Country struct {
		Names map[string]string `maxminddb:"names"`
	} `maxminddb:"country"`
}

// Of returns where an address seems to be, such as "Lyon, France", in a language where
// the database has it and else in English. It is empty for an address that is private,
// unknown or none.
func (b *Book) Of(addr, lang string) string {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return ""
	}
	if ip = ip.Unmap().WithZone(""); !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return ""
	}
	var found record
	if b.current().Lookup(ip).Decode(&found) != nil {
		return ""
	}
	return found.in(lang)
}

// in writes a place in a language, if all of it is known there.
func (r record) in(lang string) string {
	words, tag := locale.For(lang), locale.Places(lang)
	city, country := r.City.Names[tag], r.Country.Names[tag]
	if city == "" && r.City.Names["en"] != "" || country == "" {
		words, city, country = locale.For(locale.English), r.City.Names["en"], r.Country.Names["en"]
	}
	switch {
	case city == "" || city == country:
		return country
	case country == "":
		return city
	}
	return words.T("place.city", "city", city, "country", country)
}

// current returns the database, read again if its file was replaced. One caller looks,
// the others go on with the one before.
func (b *Book) current() *maxminddb.Reader {
	now, last := b.now().Unix(), b.looked.Load()
	if now-last >= int64(lookEvery.Seconds()) && b.looked.CompareAndSwap(last, now) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.tell(b.look())
	}
	return b.reader.Load()
}

// Again reads the file, whatever its time, and tells in the log what comes of it.
func (b *Book) Again() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stamp = stamp{}
	b.tell(b.look())
}

// tell logs once what is wrong with the file, and that it is right again.
func (b *Book) tell(err error) {
	switch {
	case err != nil && err.Error() != b.fault:
		b.fault = err.Error()
		b.log.Error("the place database can't be read: the one before stays in use", slog.String("file", b.file), slog.Any("err", err))
	case err == nil && b.fault != "":
		b.fault = ""
		b.log.Info("the place database can be read again", slog.String("file", b.file))
	}
}

// look reads the file if it is another one. The file before stays in use until the new
// one can be read: it may be half written.
func (b *Book) look() error {
	info, err := os.Stat(b.file)
	if err != nil {
		return err
	}
	is := stamp{info.ModTime(), info.Size()}
	if is == b.stamp {
		return nil
	}
	data, err := os.ReadFile(b.file)
	if err != nil {
		return err
	}
	r, err := maxminddb.OpenBytes(data)
	if err != nil {
		return err
	}
	b.reader.Store(r)
	b.stamp = is
	return nil
}
