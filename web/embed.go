// Package web is everything that a browser receives.
package web

import "embed"

// Files holds the folders phone and shared as they are served. What only tests
// open isn't in it.
//
//go:embed phone/sw.js phone/lib phone/vendor
var Files embed.FS
