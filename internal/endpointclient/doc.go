// Package endpointclient sends commands about webhook endpoints and waits for
// what came of them. The endpoints job carries them out; its answers stand on
// webhook-endpoints, those of tests on webhook-attempts. It is the one way in
// for secrets: they are checked and sealed here.
//
// It may import schemas, pipeline/endpoints for what a secret must be,
// internal/topiclog, internal/vault and the Kafka client. Start reading at
// Client.Send; a process that sends many commands has a Live. seal.go is about
// secrets.
package endpointclient
