// Package places knows of places what a scan needs: which zone its clocks have
// (T2), and how its country is called. It imports the standard library alone.
//
// Start reading at places.go.
package places
