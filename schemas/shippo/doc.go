// Package shippo is the Track of Shippo's interface, version 2018-02-08: what
// webhooks in Shippo's dialect carry and what the HTTP API answers on /tracks.
// It is the shape alone; what goes into it is said by those who know.
//
// What is not known is left out, for Shippo's own SDK takes no null.
//
// It may import schemas and what lies below it. Start reading at Track.
package shippo
