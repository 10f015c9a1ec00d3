// Package scanner asks what the phone app's scanner reads: QR codes as the portal
// draws them, small and large, each as a camera might see it, beside what zbarimg
// makes of the same pictures. Its test holds docs/scanner.md to account:
//
//	KEYTURN_TEST_REQUIRE=chromium,zbarimg go test ./test/scanner
//	KEYTURN_TEST_REQUIRE=chromium,zbarimg go test ./test/scanner -write   writes the page anew
//
// The pictures are computed, the same in every run, and kept nowhere.
package scanner
