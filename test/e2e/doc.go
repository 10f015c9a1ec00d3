// Package e2e holds people's flows, in a real Chromium: the portal in one
// browser, phones in others. Its tests bear the names of the flows: A is a first
// activation, B a further account on the same phone; 1 and 2 an iPhone, 3 and 4 an
// Android phone; odd ones scan the code with the camera, even ones type it.
//
// The phone's own camera is zbarimg, an Android phone's home screen is Chromium's own; an
// iPhone's is a second store in the same Chromium, because nothing else here can be one.
// Pushes come from a push service on loopback, encrypted as to any, and what they show
// is shown on a bus of the system's own notifications.
package e2e
