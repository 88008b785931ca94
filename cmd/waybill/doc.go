// Command waybill is Waybill's command line: it parses, wires and runs. What a
// command does stands in the package that it calls.
//
// One file a command; start reading at main.go, then services.go and roles.go
// for how the pieces are put together.
package main
