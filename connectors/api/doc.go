// Package api is the HTTP API: tenants follow parcels with it, see how they do,
// manage their endpoints, see what was delivered, pull what they missed and have
// it sent again (C1).
//
// A request comes in at serve.go, is let through by its key in admit.go, and
// goes to the route that route.go names. What went wrong is a problem document
// (problem.go). The document of the API, openapi.yaml, is written by hand; the
// tests hold routes and answers against it.
//
//	listener.go     how many connections there may be; client.go whose they are
//	guesses.go      wrong keys; ratelimit.go requests; room.go bodies
//	register.go     following parcels; trackingitem.go, judge.go, publish.go
//	actions.go      what is done with a parcel by hand
//	shippo.go       the same in the shape of Shippo's interface
//	endpoints.go    endpoints and commands about them; idempotency.go, secret.go
//	webhooks.go     what became of webhooks
//	events.go       the pull feed; wait.go waits for something new
//	trackings.go    how parcels do, and why; trackinglist.go finds them
//	tracks.go       how they do, in Shippo's shape
//	reports.go      reports on all of a tenant's parcels
//	usage.go        what was used, and what is left
//	pipeline.go     how the pipeline does, for operators; whose a key is
//	carriers.go     what is known of carriers and of numbers
//	redeliveries.go sending again
//	senders.go      where webhooks come from
//	audit.go        who did what; auditlist.go tells it
//	decode.go       bodies of requests; query.go their parameters
//
// It may import schemas, analytics, connectors/carriers and connectors/publish and, of
// internal, apikeys, audit, auditlog, endpointclient, listing, webhooklog, shipmentlog, overview and redelivery.
// Start reading at New, then routes.
package api
