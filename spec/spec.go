// Package spec is the protocol in words and in examples: protocol.md says what
// phones and servers do, attacks.md what could go wrong, and the vectors what
// comes out, to the byte. It is the truth that the code is held to, here and in
// any other language.
package spec

import (
	"embed"
	"io/fs"
	"os"
)

//go:embed vectors/*.json
var files embed.FS

// Vectors returns the folder of test vectors that vectors/README.md describes: the
// one of this module or, if the environment variable KEYTURN_VECTORS names one,
// another of the same form.
func Vectors() fs.FS {
	if folder := os.Getenv("KEYTURN_VECTORS"); folder != "" {
		return os.DirFS(folder)
	}
	vectors, err := fs.Sub(files, "vectors")
	if err != nil {
		panic(err) // the name above is wrong
	}
	return vectors
}
