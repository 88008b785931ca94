// Package topics makes the topics of the contract on a Kafka and compares what
// is there with what should be.
//
// It may import schemas and the Kafka admin client. It changes nothing that
// exists. Start reading at Create.
package topics
