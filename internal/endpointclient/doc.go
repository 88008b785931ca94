// Package endpointclient sends commands about webhook endpoints and waits for
// what came of them. The endpoints job carries them out; its answers stand on
// webhook-endpoints, those of tests on webhook-attempts.
//
// It may import schemas, internal/topiclog and the Kafka client. Start reading
// at Client.Send; a process that sends many commands has a Live.
package endpointclient
