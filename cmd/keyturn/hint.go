package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"keyturn/internal/store"
)

// disk is the hint for what a disk refuses; "" for any other error.
func (t *terminal) disk(err error) string {
	switch {
	case store.Full(err):
		return t.t("cli.hint.full")
	case store.Unwritten(err):
		return t.t("cli.hint.unwritten")
	case errors.Is(err, syscall.EROFS):
		return t.t("cli.hint.readonly")
	case errors.Is(err, fs.ErrNotExist):
		if folder := missing(err); folder != "" {
			return t.t("cli.hint.folder", "folder", folder)
		}
	}
	return ""
}

// there reports whether a file is there, or may be.
func there(file string) bool {
	_, err := os.Stat(file)
	return !errors.Is(err, fs.ErrNotExist)
}

// missing is the first folder that isn't there on the way to a file; "" if all are.
func missing(err error) (folder string) {
	path, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return ""
	}
	file, err := filepath.Abs(path.Path)
	for up := filepath.Dir(file); err == nil && !there(up) && up != folder; up = filepath.Dir(up) {
		folder = up
	}
	return folder
}
