package tracking

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// What a scan of a usual parcel may allocate, each stage by itself. A stage
// that comes to need more has lost something: see bench/PROFILE.md.
const (
	allocsToDecode = 5 // the record, its texts, two that may be absent, the key
	allocsToApply  = 1 // the event that waits
	allocsToWrite  = 0 // the values of all records lie in memory of the call
)

func TestAllocations(t *testing.T) {
	const scan = 6 // the parcel is on its way, and the event changes no status
	w, tables, inputs := benchWorld(t, 0)
	before, _ := benchParcel(t, w, tables, inputs[:scan])
	data, err := w.job.EncodeState(nil, before)
	require.NoError(t, err)

	const runs = 100
	var states [runs + 1]*State // one more to warm up
	for i := range states {
		state, err := w.job.DecodeState(data)
		require.NoError(t, err)
		states[i] = state.(*State)
	}
	in, next := inputs[scan], 0
	turned := &turn{rules: w.job.rules, memory: &memory{}}
	applied := testing.AllocsPerRun(runs, func() {
		turned.reset(in.Key, states[next], w.table)
		next++
		require.NoError(t, turned.handle(in, in.Arrival.UnixMilli()))
	})
	require.LessOrEqual(t, applied, float64(allocsToApply), "allocations to apply an event")

	var c job.Call
	written := testing.AllocsPerRun(runs, func() {
		turned.reuse()
		c.Reset(in.Key, 0, in.Arrival, turned.state, in.Arrival, tables)
		turned.outbox.arena = c.Arena()
		require.NoError(t, w.job.emit(&c, turned))
		require.NoError(t, w.job.Conclude(&c))
	})
	require.Len(t, c.Outputs(), 3)
	require.LessOrEqual(t, written, float64(allocsToWrite), "allocations to write what came of it")

	decoded := testing.AllocsPerRun(runs, func() {
		_, _, err := w.job.Decode(job.Record{Position: job.Position{Topic: schemas.TopicCarrierEvents}, Value: in.Record.Value})
		require.NoError(t, err)
	})
	require.LessOrEqual(t, decoded, float64(allocsToDecode), "allocations to decode an event")
}
