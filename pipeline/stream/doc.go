// Package stream is the exactly-once runtime: it reads co-partitioned Kafka
// topics, keeps a value for each key, and writes topics, so that every input
// record has its effects once, whatever fails. It knows nothing of parcels; a
// job.Job does. The rules E1 to E14 that it keeps are named where they are
// kept; protocol.md shows the commit protocol as a state machine.
//
// It imports franz-go, Prometheus, and below it pipeline/stream/job,
// pipeline/stream/layout and pipeline/stream/store; no rule package, no schemas.
//
// To use it: make the topics (inputs and changelog with the same number of
// partitions, records with the job's key as theirs, placed as the Java client
// does), write a job.Job, and give both to New. The package's example is a whole
// job that counts. What runs twice under different instance names shares the
// work; State on disk makes starts quick; Registerer shows what it does.
//
// Start reading at Config and Runtime, then session (one Kafka client's life),
// then task (what happens to a record; no input or output).
//
// # Files
//
//	config configcheck      what is asked for, and what is wrong with it
//	runtime worker          the parts of a process; one session after the other
//	session tenure txn      the loop of one client; tasks that come and go; transactions
//	outbox                  what the open transaction has given to the client to write
//	handover dismiss        tasks that go, and the end: work is cancelled and committed
//	backlog                 how much waits in memory, and what is not fetched meanwhile
//	task call merge clock lead  one partition: order of events, calls, time (pure)
//	overlay entry envelope  the open transaction's state over the store (pure)
//	overlaytimers           its wake-ups over those of the store (pure)
//	cache                   decoded values over transactions (pure)
//	producer                what kind of client misplaces records
//	route deadletter poison misplaced, unreadable and failing records (pure)
//	conclude                what a job writes once for each key of a transaction (pure)
//	watch                   which call made a state that cannot be written (pure)
//	restore replay          state out of the changelog, by position (internal/topiclog)
//	listing                 where partitions begin and end, whatever others do
//	changelog               what a store must be to be carried on, and how it is written
//	standby follow          state that is kept warm for tasks that others work on
//	upkeep                  stores that are kept young enough to be carried on
//	broadcast               tables that every instance reads whole
//	work                    asynchronous work, and the bell that wakes a worker
//	waker sweep summon      keys that are woken by name: asked for, in turn, one
//	balancer groupnote      what the members of the group tell each other
//	plan aim                who gets which task: warm state first (pure)
//	stranded asking         whether all tasks have an owner, and when to rebalance
//	fence                   transactions that dead owners have left open on tasks
//	topology footing        do the topics fit, and are they still what they were
//	layout/                 where a key belongs; what a committed offset tells of its topics
//	reshard/                moves a job to more partitions, while it stands still
//	metrics gauges labels   what Prometheus sees: counters, what belongs to partitions, label values
//	warmthgauges            what it sees of state on its way
//	progress status         what the process itself may ask: how far its tasks are, what it waits for
//	clients                 Kafka clients beside those of the workers
//	errors retry clientlog  what ends Run, and what is tried again
//
// # Not obvious
//
//   - The client commits what was polled; we commit what was handled. The
//     hook in commit replaces all offsets, so records may wait in our queues
//     across transactions, as merging needs.
//   - The same hook commits the offsets of inputs that did not move. Without
//     it a transaction of timers would not be checked against the group's
//     generation (rule E1).
//   - Rebalances are held off from a poll's return to AllowRebalance, which is
//     called between transactions only. So a revocation finds nothing open.
//   - While the member rejoins they are held off as well (letGo), so that the
//     worker sees the assignment before anything is taken away: the member is
//     then of the new generation and still owns what goes, so its last
//     transaction for that is good. In the callback itself it could not
//     commit: the client would wait for the callback.
//   - A revocation leaves a flag in the client that would abort the next
//     transaction; clearRebalance takes it away. While the flag is up the
//     client swallows further revocations, so settle also compares the tasks
//     with the newest assignment.
//   - Polls keep control records: their offsets are the only sign that an
//     input is at its end when the last thing on it is a marker.
//   - A commit that is not certain is never repeated and never trusted: the
//     session ends, and the next one reads what the group has.
//   - The store is touched after the commit only, so an aborted transaction
//     costs the overlay and the cached values of its tasks, and nothing else.
//   - Calls, records to write, entries of the overlay and lists of changes lie
//     in memory that is used again. That of records and changes is free once
//     the end of the transaction is certain, not before: the client may be at
//     work on them. Bytes that a job has seen are never written over.
//   - That a store is up to date is never taken from the clock alone: an owner
//     that was put aside for hours would not know that it is none any more. A
//     commit proves it, so idle tasks take part in one from time to time.
//   - How far behind a process is it says itself, where it knows: members join
//     seconds apart, and the offsets that they tell are of different times.
package stream
