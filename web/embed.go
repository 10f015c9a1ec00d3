// Package web is everything that a browser receives.
package web

import "embed"

// Files holds the folders phone and shared as they are served, page, door, signin, portal and
// help with their templates, and the guides. What only tests open isn't in it.
//
//go:embed phone/*.html phone/*.js phone/*.css phone/lib phone/vendor phone/view phone/flow
//go:embed page door signin portal shared help
var Files embed.FS
