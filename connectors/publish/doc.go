// Package publish puts registrations and carrier events onto their topics, for
// the ways in that answer somebody: what it has returned from is acknowledged by
// Kafka.
//
// It imports schemas, connectors/carriers and the Kafka client.
package publish
