// Package web is everything that a browser receives.
package web

import "embed"

// Files holds the folders phone and shared as they are served, and page and
// portal with their templates. What only tests open isn't in it.
//
//go:embed phone/*.html phone/*.js phone/*.css phone/lib phone/vendor phone/view phone/flow
//go:embed page portal shared
var Files embed.FS
