// Package embedded runs Kafka and ClickHouse on one machine with nothing
// installed: for trying out, for the demo, for tests and for small work.
//
// Both speak their real protocols on loopback ports, so the rest of the program
// cannot tell them from a cluster: only the addresses differ. Kafka is
// franz-go's kfake, ClickHouse is the real engine, a library that is loaded
// without cgo. What keeps data runs in a child process, this same binary started
// with EngineCommand, that ends with its parent and loses nothing by its kill.
//
// It may import clients, the standard library and internal/ports, nothing else of
// the project.
// cmd imports it, and the tests of other packages through embeddedtest.
//
// Start reading at StartKafka and StartClickHouse; what happens inside the child
// starts at RunEngine. How Kafka's transactions stay whole: kafka_intent.go,
// then kafka_settle.go (a close) and kafka_mend.go (a kill).
package embedded
