// Package lanes keeps endpoints from harming one another, and us from harming
// them (W7). Each endpoint has a lane in each process. A call boards a seat of
// its lane before it is made and leaves it with what came of it; one that finds
// no room comes back at once or after a short wait, with nothing sent, and its
// webhook is parked where it costs nothing. The lane remembers that it turned
// some away, and asks for them again when it has room. For an endpoint of which
// nothing is heard nobody waits: those places are for the others.
//
// A lane has an adaptive limit of calls in flight (limit.go), a bucket of tokens
// where the endpoint has a rate (lane.go), a breaker (breaker.go), a hold for as
// long as the endpoint asked to be left alone, and a waiting room (queue.go).
// The seats of the process are shared among the lanes (process.go).
//
// The limit follows TCP: slow start, then additive increase and multiplicative
// decrease (RFC 5681) on answers that say the endpoint is overloaded. Beside that
// it watches latency by the round, as delay-based congestion control does (TCP
// Vegas; Netflix's concurrency-limits for calls). Latency alone does not tell a
// receiver that is slow from one that queues. So when latency has risen, one
// round is made at half of the limit: where that does not help, the receiver is
// simply slow, and the limit comes back; where it does, the limit stays.
//
// The process's seats follow the dynamic threshold of shared switch buffers
// (Choudhury and Hahne, 1998): a lane may hold a multiple of what is free. One
// lane alone gets nearly all; many that hang never get the last.
//
// The package knows nothing of HTTP. The rules of a lane are handed the time;
// only Lanes reads the clock. It may import the standard library and
// golang.org/x/time/rate.
//
// Start reading at Lanes in lanes.go, then lane.go and limit.go; recall.go is
// about those that were turned away.
package lanes
