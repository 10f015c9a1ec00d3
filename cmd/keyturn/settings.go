package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"keyturn/internal/config"
	"keyturn/internal/owner"
	"keyturn/internal/server"
)

// defaultFile is where settings are looked for; it may be missing.
var defaultFile = "/etc/keyturn/keyturn.toml" // another one in tests

// settingFlags are flags made of the settings, so that both have the same names
// and neither can be forgotten.
type settingFlags struct {
	settings []config.Setting
	flags    reflect.Value // pointer to a struct with a *string for each setting
}

// own are settings that a command has as a flag of its own, with help.
var own = map[string]bool{"listen": true}

// newSettingFlags makes flags of the settings that are wanted.
func newSettingFlags(wanted func(key string) bool) *settingFlags {
	f := &settingFlags{}
	var fields []reflect.StructField
	for _, s := range config.Settings() {
		// A secret in a flag is seen by everyone on the machine.
		if s.Key == "organisation" || s.Secret || own[s.Key] || !wanted(s.Key) {
			continue
		}
		f.settings = append(f.settings, s)
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("Setting%d", len(fields)),
			Type: reflect.TypeFor[*string](),
			Tag:  reflect.StructTag(fmt.Sprintf(`name:%q hidden:"" placeholder:"VALUE"`, s.Key)),
		})
	}
	f.flags = reflect.New(reflect.StructOf(fields))
	return f
}

// into is what kong fills.
func (f *settingFlags) into() any { return f.flags.Interface() }

// values returns the flags that were given, by the key of their setting.
func (f *settingFlags) values() map[string]string {
	given := map[string]string{}
	for i, s := range f.settings {
		if v, _ := f.flags.Elem().Field(i).Interface().(*string); v != nil {
			given[s.Key] = *v
		}
	}
	return given
}

// A source is where this call's settings come from.
type source struct {
	file  string // "": the default one, if it is there
	flags map[string]string
}

// load reads the settings without validating them.
func (s *source) load() (config.Config, config.From, error) {
	in := config.Input{File: s.file, Environ: os.Environ(), Flags: s.flags}
	if in.File == "" {
		in.File, in.Optional = defaultFile, true
	}
	c, from, err := config.Load(in)
	if errors.Is(err, fs.ErrNotExist) && !in.Optional && !there(in.File) {
		err = fmt.Errorf("%w: no %s", errSettings, in.File)
	}
	return c, from, err
}

// needed is load for what can't do without settings: where there is no file, and nothing
// else gives the address, that one thing is said.
func (s *source) needed() (config.Config, config.From, error) {
	c, from, err := s.load()
	if err == nil && c.PublicURL == "" && !there(s.name()) {
		err = fmt.Errorf("%w: no %s", errSettings, s.name())
	}
	return c, from, err
}

// name is that of the settings file.
func (s *source) name() string {
	if s.file == "" {
		return defaultFile
	}
	return s.file
}

// connect opens the storage of the settings, for one command. It makes nothing: where
// there is no database, an address may have been mistyped.
func (s *source) connect(ctx context.Context) (*server.Services, error) {
	return s.open(ctx, server.With{})
}

// begin is connect for the command that may be the first of an installation.
func (s *source) begin(ctx context.Context) (*server.Services, error) {
	return s.open(ctx, server.With{Fresh: true})
}

func (s *source) open(ctx context.Context, with server.With) (*server.Services, error) {
	c, from, err := s.needed()
	if err != nil {
		return nil, err
	}
	with.Actor, with.Log = actor(os.Getenv("SUDO_USER"), os.Getuid()), slog.New(slog.NewTextHandler(io.Discard, nil))
	if err := s.asService(c); err != nil {
		return nil, err
	}
	services, err := server.Connect(ctx, c, with)
	return services, from.Place(err)
}

// asService has a command of root's work on a SQLite database as the owner of its folder,
// who is the service. Attack A118. Root stays root by settings of root's alone: A125.
func (s *source) asService(c config.Config) error {
	file, ok := database(c)
	if !ok || !owner.Foreign(filepath.Dir(file)) {
		return owner.Alone(s.name())
	}
	return owner.Become(filepath.Dir(file), file, c.KeyFile())
}

// database is the file of a SQLite database, to which a link of root's may lead.
func database(c config.Config) (file string, ok bool) {
	file, ok = strings.CutPrefix(string(c.Storage.URL), "sqlite:")
	if ok = ok && file != ":memory:"; ok {
		file = owner.Led(file)
	}
	return file, ok
}
