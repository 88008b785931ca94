package simulate_test

import (
	"testing"
	"time"

	"waybill/connectors/simulate"
)

// Parcels with every fault, one after the other, on one core.
func BenchmarkParcel(b *testing.B) {
	m, err := simulate.NewMaker(simulate.Options{Parcels: 1_000_000, Seed: 1, Start: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), Faults: simulate.AllFaults(0.1)})
	if err != nil {
		b.Fatal(err)
	}
	told := 0
	b.ReportAllocs()
	for i := range b.N {
		p, err := m.Parcel(i % 1_000_000)
		if err != nil {
			b.Fatal(err)
		}
		told += len(p.Told)
	}
	b.ReportMetric(float64(told)/b.Elapsed().Seconds(), "events/s")
}
