package tracking

import (
	"fmt"
	"testing"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// BenchmarkParcels plays many parcels scan by scan, each scan a transaction: a
// whole call and the state's bytes. The states are kept, as in the runtime's
// cache, and are more than a processor's caches hold. What is written is kept as
// for transactions of 3000 scans.
func BenchmarkParcels(b *testing.B) {
	const parcels = 4000
	w, tables, first := benchWorld(b, 0)
	inputs := make([][]job.Input, parcels)
	for i := range inputs {
		r := *first[0].Value.(*schemas.Registration)
		r.TrackingNumber = fmt.Sprintf("AB%09dGB", i)
		inputs[i] = append(inputs[i], benchInput(b, w, schemas.TopicRegistrations, day1, w.codecs.Registration, &r))
		for _, e := range usualEvents() {
			e.TrackingNumber = r.TrackingNumber
			inputs[i] = append(inputs[i], benchInput(b, w, schemas.TopicCarrierEvents, e.ReceivedAt.Add(time.Second), w.codecs.CarrierEvent, e))
		}
	}
	states, wakes := make([]any, parcels), make([]time.Time, parcels)
	var c job.Call
	var arena job.Arena
	c.Lend(&arena)
	var buf []byte
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		i, step := n%parcels, n/parcels%len(first)
		if n%3000 == 0 {
			arena.Again()
		}
		if step == 0 {
			states[i], wakes[i] = nil, time.Time{}
		}
		in := inputs[i][step]
		c.Reset(in.Key, 0, in.Arrival, states[i], wakes[i], tables)
		if err := w.job.Process(&c, in); err != nil {
			b.Fatal(err)
		}
		if err := job.Conclude(w.job, &c); err != nil {
			b.Fatal(err)
		}
		states[i], wakes[i] = c.State, c.WakeAt
		buf, _ = w.job.EncodeState(buf[:0], c.State)
	}
}
