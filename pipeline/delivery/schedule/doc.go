// Package schedule knows when the attempts at a webhook are due (W3): the
// schedules that an endpoint may choose by name, and the bounds of its own.
//
// Endpoints are checked against it, and delivery goes by it. It may import the
// standard library and schemas; no clock and no random source.
//
// Start reading at Schedule.
package schedule
