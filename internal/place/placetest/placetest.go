// Package placetest writes databases of places, for tests.
package placetest

import (
	"net"
	"os"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// A Place is an entry. An empty name isn't in the database.
type Place struct {
	Network         string
	City, Country   string // in English
	CityZH, CountZH string // in Chinese
}

// Write writes a database into a file, which takes the place of one that is there.
func Write(t testing.TB, file string, all ...Place) {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Keyturn-Test-City", IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		_, network, err := net.ParseCIDR(p.Network)
		if err != nil {
			t.Fatal(err)
		}
		entry := mmdbtype.Map{"city": names(p.City, p.CityZH), "country": names(p.Country, p.CountZH)}
		if err := tree.Insert(network, entry); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(file + ".new")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

func names(english, chinese string) mmdbtype.Map {
	all := mmdbtype.Map{}
	if english != "" {
		all["en"] = mmdbtype.String(english)
	}
	if chinese != "" {
		all["zh-CN"] = mmdbtype.String(chinese)
	}
	return mmdbtype.Map{"names": all}
}
