// Package polling asks carriers and platforms about parcels (connectors, C3). A
// consumer group reads poll-requests, which the rules write (D8), asks with the
// account of the tenant, and publishes what the answer tells as carrier events.
// An offset is committed when what it asked for has been acknowledged.
//
// It imports schemas, connectors/carriers, connectors/dialects,
// connectors/publish, internal/accounts and the Kafka client. It decides nothing
// about order, duplicates or when to ask: the rules do.
//
// Start reading at Source in source.go and at shipengine.go, which is a source as
// they all are, then at Poller:
//
//	source.go     how a source is asked, and the list of them
//	directory.go  whose account is used
//	client.go     HTTP within bounds
//	ask.go        one question and its answer
//	told.go       what the answer tells of each parcel, as events
//	memory.go     what was told last, so that no news stays none
//	pace.go       when an account may be asked: rate, quota, breaker
//	board.go      who waits: the newest request of each parcel, fair by account
//	ledger.go     how far offsets may be committed
//	poller.go     the group: reads, commits, gives partitions back
//	work.go       one account at work
//	metrics.go    what is counted
package polling
