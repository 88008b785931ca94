//go:build synctests

package simulation

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// histories is how many a run of the tests plays. WAYBILL_SOAK, a duration,
// plays for so long instead, beginning at another seed each time. WAYBILL_SEED
// plays one.
func histories(t *testing.T) (first uint64, n int64, until time.Time) {
	if text := os.Getenv("WAYBILL_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("reading WAYBILL_SEED: %v", err)
		}
		return seed, 1, time.Time{}
	}
	if text := os.Getenv("WAYBILL_SOAK"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatalf("reading WAYBILL_SOAK: %v", err)
		}
		return uint64(time.Now().UnixNano()), 1 << 62, time.Now().Add(d)
	}
	n = 2000
	if testing.Short() || raceDetector {
		n = 200
	}
	return 1, n, time.Time{}
}

// Whole groups of processes, through whatever befalls them, do what the plain
// model does.
func TestHistories(t *testing.T) {
	first, n, until := histories(t)
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var failed atomic.Bool
	var next, played, virtual, requests, outputs atomic.Int64
	began := time.Now()
	t.Run("", func(t *testing.T) {
		for shard := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for i := next.Add(1) - 1; i < n && !failed.Load() && (until.IsZero() || time.Now().Before(until)); i = next.Add(1) - 1 {
					p := draw(first + uint64(i))
					r := play(t, p)
					if r.err != nil {
						failed.Store(true)
						report(t, p, r)
					}
					played.Add(1)
					virtual.Add(int64(r.virtual))
					requests.Add(int64(r.requests))
					outputs.Add(int64(r.outputs))
				}
			})
		}
	})
	took := time.Since(began)
	t.Logf("%d histories from seed %d in %v, %.0f/s: %v of virtual time, %d requests, %d outputs", played.Load(), first, took.Round(time.Second),
		float64(played.Load())/took.Seconds(), time.Duration(virtual.Load()).Round(time.Second), requests.Load(), outputs.Load())
}

// report says what went wrong in the smallest plan that goes wrong too.
func report(t *testing.T, p *plan, r result) {
	small, err := shrink(p, func(p *plan) result { return play(t, p) })
	if err.err == nil {
		t.Errorf("%v\n%v\n%v\n(it did not fail again in %d tries)", p, r.err, r.log, tries)
		return
	}
	t.Errorf("%v\n%v\n\nmade smaller: %v\n%v\n%v", p, r.err, small, err.err, err.log)
}
