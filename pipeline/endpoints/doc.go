// Package endpoints holds the rules of webhook endpoints: who may have which,
// how a new one is tested, what commands change and how they are answered (W9),
// how secrets are replaced (W10), and what failures do to an endpoint (W8).
//
// Job runs on the stream runtime over endpoint-commands and endpoint-signals,
// a key to each tenant. It alone writes webhook-endpoints, which everybody
// reads as a table, and it writes what was done to endpoints and what became of
// them to endpoint-events. Its state is all endpoints of the tenant, their
// health, and the commands carried out lately.
//
// It may import the standard library, schemas, pipeline/stream/job,
// pipeline/delivery/schedule and, for the dialects of bodies,
// pipeline/tracking/body; no client, no clock and no random source: ids and
// secrets come with commands.
//
// Start reading at command.go, what a command does; life.go, update.go and
// rotate.go are the commands, answer.go how their sender learns of them, and
// check.go, url.go, headers.go and secret.go what stands against them. signal.go
// is what delivery tells, health.go what that makes of an endpoint's health and
// verdict.go what follows from it; event.go and notice.go tell others.
package endpoints
