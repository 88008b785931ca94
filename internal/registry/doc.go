// Package registry talks to a schema registry that speaks Confluent's protocol:
// Confluent's own, Apicurio, Karapace or Redpanda's. It tells the codecs what
// the ids of Confluent framing stand for, and registers and checks the schemas
// of the contract.
//
// It may import schemas, franz-go's client of registries and Prometheus's, and
// nothing else of Waybill.
//
// Start reading at Registry in registry.go, then lookup.go for schemas of others
// and contract.go for ours; metrics.go is for operators.
package registry
