// Package deployed runs roles in a measured process as a deployment does, with
// the settings of one that sets none.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at New.
package deployed
