// Package acls knows which rights on a Kafka each part of Waybill needs, and no
// more: the list that `waybill topics acls` prints and makes, and that
// docs/acls.md shows. A test runs the parts on Apache Kafka with these rights
// alone, and finds none that nobody used.
//
// It may import schemas and the Kafka client, nothing else of the project.
//
// Start reading at Parts.
package acls

//go:generate go run ./docgen ../../docs/acls.md
