// Package places knows of places what a scan needs: which zone its clocks have
// (T2), and how its country is called. It imports the standard library alone.
//
// Start reading at places.go. What it knows stands in countries.txt and
// zones.txt, whose heads explain them; table.go reads them, fold.go makes the
// spellings of a name equal.
package places
