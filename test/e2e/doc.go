// Package e2e holds people's flows, in a real Chromium: the portal in one
// browser, phones in others. Its tests bear the names of the flows: A is a first
// activation, B a further account on the same phone; 1 and 2 an iPhone, 3 and 4 an
// Android phone; odd ones scan the code with the camera, even ones type it.
package e2e
