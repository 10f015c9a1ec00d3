package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"keyturn/internal/config"
	"keyturn/locale"
)

// What "keyturn init" is told is checked when it is told, as the settings that come of it
// are. Each function returns what is wrong with an answer.

func goodURL(typed string) error {
	c := config.Default()
	c.PublicURL = asURL(typed)
	return faultOf(c, "public_url")
}

func goodName(typed string) error {
	c := config.Default()
	nameIt(&c, typed)
	return faultOf(c, "organisation")
}

func goodContact(typed string) error {
	c := config.Default()
	c.Push.Contact = withScheme(typed)
	return faultOf(c, "push.contact")
}

// goodFolder also wants a folder, or a place for one.
func goodFolder(typed string) error {
	folder, err := filepath.Abs(typed)
	if err != nil {
		return err
	}
	c := config.Default()
	c.Storage.URL = databaseIn(folder)
	if err := faultOf(c, "storage.url"); err != nil {
		return err
	}
	for ; !there(folder) && folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
	}
	if info, err := os.Stat(folder); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s isn't a folder", folder)
	}
	return nil
}

// faultOf returns what is wrong with one setting, whatever else is.
func faultOf(c config.Config, key string) error {
	for _, err := range config.Leaves(c.Check(locale.Languages())) {
		if fault, ok := errors.AsType[*config.Fault](err); ok && fault.Key == key {
			return fault
		}
	}
	return nil
}

// nameIt sets the organisation's name, if there is one.
func nameIt(c *config.Config, name string) {
	if name != "" {
		c.Organisation["en"] = name
	}
}

// databaseIn is the address of the database in a folder.
func databaseIn(folder string) config.Address {
	return config.Address("sqlite:" + filepath.Join(folder, "keyturn.db"))
}
