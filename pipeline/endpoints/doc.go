// Package endpoints holds the rules of webhook endpoints: who may have which,
// how a new one is tested, and how commands are answered (W9).
//
// Job runs on the stream runtime over endpoint-commands and endpoint-signals,
// a key to each tenant. It alone writes webhook-endpoints, which everybody
// reads as a table. Its state is all endpoints of the tenant and the commands
// carried out lately.
//
// It may import the standard library, schemas, pipeline/stream/job and, for the
// dialects of bodies, pipeline/tracking/body; no client, no clock and no random
// source: ids and secrets come with commands.
//
// Start reading at command.go, what a command does, and answer.go, how its
// sender learns of that; the checks are in check.go, url.go and headers.go.
package endpoints
