// Package apachekafka runs Apache Kafka on this machine, one broker or several,
// from its published jars: for `make kafka`, and for tests of what only the
// real one does. It needs Java 17, and the jars that `make bin/kafka` fetches
// with Maven.
//
// Brokers are processes of their own on loopback ports, each broker and
// controller in one (KRaft). They can be killed, paused and started again. What
// they write is scratch: it is gone with the next start in the same folder.
//
// It may import the Kafka client and the standard library, nothing else of the
// project.
//
// Start reading at Start; tests begin at kafkatest.Start, `make kafka` and
// `make test-kafka` at serve.
package apachekafka
