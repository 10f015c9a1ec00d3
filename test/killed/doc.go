// Package killed ends the server at the worst moments: its tests run a real one on a
// folder and kill it (as kill -9 does), start it again, and let people go on: TestKilled
// just before and just after the commit of each arrow of spec §6.7 and §8.7, TestJourneys
// between any two steps of each flow, with a browser that has no JavaScript.
package killed
