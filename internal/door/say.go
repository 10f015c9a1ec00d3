package door

import (
	"html/template"
	"math"
	"time"
	"unicode"

	"keyturn"
	"keyturn/internal/page"
	"keyturn/internal/qr"
)

// Asked says what a phone is asked. Of a phone that is to go the page shows the name.
func Asked(action keyturn.Action, message string) page.Sentence {
	if action == keyturn.MovePhone || action == keyturn.RemovePhone {
		_, message = keyturn.ParsePhoneMessage(message)
	}
	return page.Say("request.action."+string(action), "message", message)
}

// qrScale is the width of a module in pixels: 246 pixels for an address of usual
// length, which fits on the narrowest page.
const qrScale = 6

// QR draws a link for a phone to scan.
func QR(link string) (template.HTML, error) {
	drawing, err := qr.SVG(link, qrScale)
	return template.HTML(drawing), err // drawn by us, of squares
}

// Minutes to wait, the one that has begun included: who comes back then isn't too early.
func Minutes(wait time.Duration) int { return int(math.Ceil(wait.Minutes())) }

// Seconds that are left, whole ones.
func Seconds(left time.Duration) int { return max(0, int(left.Seconds())) }

// Digits counts those that were typed, full-width ones too.
func Digits(typed string) int {
	n := 0
	for _, c := range typed {
		if unicode.IsDigit(c) {
			n++
		}
	}
	return n
}
