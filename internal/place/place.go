// Package place knows where an IP address seems to be, from a database that the
// operator provides in MaxMind's format. Nobody outside is asked.
package place

import (
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"keyturn/locale"
)

// lookEvery is how often a replaced file is looked for.
const lookEvery = 10 * time.Second

// A Book is a database in a file, which may be replaced while it is used. It is safe
// for concurrent use.
type Book struct {
	file string
	now  func() time.Time

	mu     sync.Mutex
	reader *maxminddb.Reader
	stamp  stamp
	looked time.Time
	err    error // why the present file can't be used; the one before stays in use
}

// stamp tells one file from another.
type stamp struct {
	at   time.Time
	size int64
}

// Open opens the database in a file.
func Open(file string, now func() time.Time) (*Book, error) {
	b := &Book{file: file, now: now}
	if b.current(); b.err != nil {
		return nil, b.err
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
	r := b.current()
	if r == nil {
		return ""
	}
	var found record
	if r.Lookup(ip).Decode(&found) != nil {
		return ""
	}
	return found.in(lang)
}

// in writes a place in a language, if all of it is known there.
func (r record) in(lang string) string {
	words, tag := locale.For(lang), tags[lang]
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

// tags are the names of languages in such databases.
var tags = map[string]string{locale.English: "en", locale.Chinese: "zh-CN"}

// current returns the database, read again if its file was replaced.
func (b *Book) current() *maxminddb.Reader {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); b.looked.IsZero() || now.Sub(b.looked) >= lookEvery {
		b.looked = now
		b.look()
	}
	return b.reader
}

// look reads the file if it is another one. The file before stays in use until the new
// one can be read: it may be half written.
func (b *Book) look() {
	info, err := os.Stat(b.file)
	if err != nil {
		b.err = err
		return
	}
	is := stamp{info.ModTime(), info.Size()}
	if is == b.stamp && b.reader != nil {
		return
	}
	data, err := os.ReadFile(b.file)
	if err != nil {
		b.err = err
		return
	}
	r, err := maxminddb.OpenBytes(data)
	if err != nil {
		b.err = err
		return
	}
	b.reader, b.stamp, b.err = r, is, nil
}
