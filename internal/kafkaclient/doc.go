// Package kafkaclient makes the options of Waybill's Kafka clients out of the
// settings: where the brokers are, TLS, and the login. And it says what to do
// about the errors that brokers refuse a client with.
//
// It may import internal/config, internal/tlsdial and the Kafka client, nothing
// else of the project.
//
// Start reading at Options; Advise is about errors.
package kafkaclient
