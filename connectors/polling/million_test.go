package polling

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// A million parcels whose requests all come within a quarter of an hour, and
// once, after an outage, those of an hour in one minute, are asked about without a
// peak, by an account that may ask about them every two hours and a little more.
// No request is dropped, and what waits takes bounded memory.
func TestAMillionRequestsMakeNoPeak(t *testing.T) {
	parcels := 1_000_000
	if testing.Short() {
		parcels = 50_000
	}
	const spare, useful, outage, minutes = 1.15, 2 * time.Hour, 2 * 60, 4 * 60
	mean := float64(parcels) / useful.Minutes()
	p := newPace(Limits{Rate: mean / 60 * spare, InFlight: 1})
	b, l := newBoard(), &line{limit: int(mean / 60 * spare * useful.Seconds())}
	before, dropped := inUse(), 0
	add := func(i, minute int, reason string) {
		key := fmt.Sprintf("usps:9200190306%012d", i)
		due := noon.Add(time.Duration(minute) * time.Minute)
		v, _ := b.add(l, request{key: key, carrier: key[:4], position: position{0, int64(i)}, expires: due.Add(useful).UnixMilli()}, reason)
		if v == verdictFull {
			dropped++
		}
	}
	turns := func(minute int) { // each parcel has a minute of its own in every two hours
		for i := minute % 120; i < parcels; i += 120 {
			add(i, minute, schemas.PollInterval)
		}
	}
	asked, megabytes := make([]int, minutes), 0.0
	now := noon
	for minute := range minutes {
		switch {
		case minute < 15:
			for i := parcels * minute / 15; i < parcels*(minute+1)/15; i++ {
				add(i, minute, schemas.PollRegistered)
			}
		case minute >= outage && minute < outage+60:
		case minute == outage+60:
			for missed := outage; missed < minute; missed++ {
				turns(missed)
			}
			turns(minute)
		default:
			turns(minute)
		}
		if minute == 14 {
			megabytes = float64(inUse()-before) / (1 << 20)
		}
		for end := noon.Add(time.Duration(minute+1) * time.Minute); ; {
			now = now.Add(p.wait(now))
			if !now.Before(end) || l.count == 0 {
				now = end
				break
			}
			batch, stale := b.take(l, 1, now)
			dropped += len(stale)
			if len(batch) == 0 {
				continue
			}
			p.take(now)
			asked[minute]++
			b.finish(batch[0])
		}
	}
	highest := float64(slices.Max(asked)) / mean
	t.Logf("%d parcels: %.0f MiB for what waits, highest minute %.2f of the mean", parcels, megabytes, highest)
	require.LessOrEqual(t, highest, 1.2)
	require.Zero(t, dropped)
	require.Less(t, megabytes*(1<<20)/float64(parcels), 400.0, "bytes a request")
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
