package door

// GoPage is that of go.html.
type GoPage = goPage

// Leads is leads, for tests.
var Leads = leads
