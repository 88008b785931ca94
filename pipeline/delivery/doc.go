// Package delivery holds the rules of webhook delivery: what is tried when, in
// which order, how often, and how a webhook ends (W1 to W9, W11, W12, W14, W15).
// It decides; the calls themselves are made elsewhere.
//
// Job runs on the stream runtime over webhook-jobs, a key to each endpoint and
// shipment, with the clock live. It asks for calls with Attempt and hears of
// them through Result. Its state is the queue of webhooks that are still open.
//
// It may import the standard library, schemas, pipeline/stream/job and its own
// package schedule; no client, no clock and no random source.
//
// Start reading at judge.go, the rules for one webhook; then turn.go, which
// applies them to a queue, settle.go, which takes in what came of an attempt,
// and job.go.
package delivery
