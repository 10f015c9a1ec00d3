package page

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"keyturn/locale"
)

// A named word of a User-Agent. The first that is found counts: most browsers
// claim to be all the older ones too.
type named struct{ word, name string }

var browsers = []named{
	{"MicroMessenger/", "WeChat"}, {"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
	{"Vivaldi/", "Vivaldi"}, {"HuaweiBrowser/", "Huawei Browser"}, {"MiuiBrowser/", "Mi Browser"}, {"UCBrowser/", "UC Browser"},
	{"MQQBrowser/", "QQ Browser"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
	{"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
}

var systems = []named{
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"HarmonyOS", "HarmonyOS"}, {"OpenHarmony", "HarmonyOS"}, {"Android", "Android"},
	{"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
}

// Browser names a browser as the person would: "Firefox on Windows". Whatever is
// not known is left out, so it never repeats what a stranger wrote.
func Browser(userAgent string) string {
	browser, system := first(browsers, userAgent), first(systems, userAgent)
	if browser != "" && system != "" {
		return browser + " on " + system
	}
	return browser + system
}

// BrowserIn writes what Browser has named in a person's language: the name itself is
// signed, and the same for everybody.
func BrowserIn(words *locale.Words, name string) string {
	browser, system, both := strings.Cut(name, " on ")
	if !both {
		return name
	}
	return words.T("page.browser", "browser", browser, "system", system)
}

func first(names []named, text string) string {
	for _, n := range names {
		if strings.Contains(text, n.word) {
			return n.name
		}
	}
	return ""
}

// OnPhone reports whether a page is shown on a phone: what it would show as a QR
// code has to be a link there. It is a guess, and only changes what is shown.
func OnPhone(r *http.Request) bool {
	return r.Header.Get("Sec-CH-UA-Mobile") == "?1" || strings.Contains(r.UserAgent(), "Mobi")
}

// OnIPhone reports the same of an iPhone or iPad.
func OnIPhone(r *http.Request) bool {
	system := first(systems, r.UserAgent())
	return system == "iPhone" || system == "iPad"
}

// Left reports whether err only says that whoever asked has gone. That is no failure of the
// server: whoever likes to can make thousands of those.
func Left(r *http.Request, err error) bool {
	return errors.Is(err, context.Canceled) && r.Context().Err() != nil
}

// Addr is the address of the browser, without its port. Package server has
// already looked through the proxies that it trusts. If none of them named it, it is
// that of the last proxy: shown to people, and counted by nobody.
func Addr(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// unnamed marks a request whose browser no proxy has named.
type unnamed struct{}

// Unnamed returns r with the mark that its address is a proxy's.
func Unnamed(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), unnamed{}, true))
}

// Counted is the address that limits count by and that a log may give to a program
// which shuts addresses out: Addr, or "" if that is a proxy's.
func Counted(r *http.Request) string {
	if r.Context().Value(unnamed{}) != nil {
		return ""
	}
	return Addr(r)
}
