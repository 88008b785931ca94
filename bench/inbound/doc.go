// Package inbound measures how many webhooks of carriers a process takes: the
// HTTP API as it is deployed, with its signature checks and Kafka's
// acknowledgements, beside a handler of the standard library that checks the same
// signature and does nothing else.
//
// It may import every room. Start reading at Run, then server.go (what is
// measured) and load.go (who calls it).
package inbound
