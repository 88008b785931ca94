// Package roles puts the parts of a running Waybill together: the jobs on
// the stream runtime (that of quotas where there are some) and the ClickHouse
// sink, each a consumer group of its own, that of polling where accounts say whom
// to ask, the schedule of baselines, and the HTTP API.
//
// It is wiring: it may import every room, and holds no rule. Start reading at
// New.
package roles
