// Package killed ends the server at the worst moments: its tests run a real one
// on a folder, kill it (as kill -9 does) just before and just after the commit of
// each arrow of spec §6.7 and §8.7, start it again, and let people go on.
package killed
