// Package replay turns files into registrations and carrier events and
// publishes them in order of arrival (connector rule C4).
//
// A CSV file is read through a Map, a YAML file that says which column is which
// field, how times are written, and when each record came onto the log. Waybill's
// own records are read and written as NDJSON. Everything up to the list of
// records is pure: rows to records, order, Disorder. Only Input and Publish do
// I/O.
//
// It imports schemas, connectors/carriers and a Kafka client. All records of a
// batch are held in memory, for they are sorted by arrival.
//
// Start reading at maps/scms.yaml, then load.go, row.go and publish.go.
package replay
