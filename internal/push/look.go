package push

import (
	"encoding/json"

	"keyturn/locale"
)

// A declarative push message (W3C Push API): a browser that knows the form shows the
// notification itself if the app's worker is gone or fails, so an iPhone that threw it
// away still rings. Others give the same bytes to the worker.
type declarative struct {
	WebPush      int          `json:"web_push"` // 8030, by which browsers know the form
	Notification notification `json:"notification"`
	Mutable      bool         `json:"mutable"` // the worker, if there is one, shows it instead
}

// A notification says the same whatever a push is about. It has no button.
type notification struct {
	Title    string `json:"title"`
	Body     string `json:"body"`
	Lang     string `json:"lang"`
	Navigate string `json:"navigate"` // where a tap leads
	Tag      string `json:"tag"`      // of all of them: one takes the place of the one before
	Mutable  bool   `json:"mutable"`  // here for WebKit, which was before the specification
}

// says is the plaintext of every push to phones that speak a language. It depends
// on nothing else but the server's origin. Spec §13.2; attacks A03, A71.
func says(origin, lang string) ([]byte, error) {
	words := locale.For(lang)
	return json.Marshal(declarative{8030, notification{Title: words.T("push.title"), Body: words.T("push.body"),
		Lang: words.Lang(), Navigate: origin + "/p/", Tag: "request", Mutable: true}, true})
}
