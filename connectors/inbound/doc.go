// Package inbound takes the webhooks of carriers and platforms: POST
// /in/{source} and /in/{source}/{account} (C2). A webhook is let in by what its
// account says it proves itself with, over the bytes as they came; then it is
// read in its dialect and published, and answered when Kafka has acknowledged
// it. What cannot be read goes to the dead letters, whole.
//
// It imports connectors/dialects, connectors/publish, internal/accounts and,
// below it, proof (who sends) and keyset (public keys).
//
// Start reading at Handler.ServeHTTP:
//
//	table.go    the accounts, ready to be asked
//	body.go     bodies within bounds
//	publish.go  what becomes of a payload
//	outcome.go  how a webhook can end, and its answer
//	metrics.go  what operators see
package inbound
