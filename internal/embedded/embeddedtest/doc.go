// Package embeddedtest gives tests a Kafka and a ClickHouse: the embedded ones,
// or real ones where their addresses are set in the environment.
//
// A test package that asks for ClickHouse declares
//
//	func TestMain(m *testing.M) { embeddedtest.Main(m) }
//
// It may import internal/embedded, goleak and testify, nothing else.
//
// Start reading at Main, then Kafka and ClickHouse.
package embeddedtest
