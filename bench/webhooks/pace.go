package webhooks

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// delays are how long webhooks took from the log to their receiver, in
// milliseconds.
type delays struct{ p50, p99, most float64 }

// delaysOf compares when each was sent with when it came. One that did not
// come is left out: that all have come is checked by whoever waits for them.
func delaysOf(sent, came []time.Time) delays {
	took := make([]float64, 0, len(sent))
	for i, at := range came {
		if !at.IsZero() {
			took = append(took, float64(at.Sub(sent[i]).Microseconds())/1000)
		}
	}
	return delays{report.Quantile(took, 0.5), report.Quantile(took, 0.99), report.Quantile(took, 1)}
}

// paced sends a load at so many webhooks a second, and measures those that go
// to endpoints from a number on.
func (s *scene) paced(ctx context.Context, load *jobs, rate, from int) (d delays, err error) {
	var records []*kgo.Record
	if err := load.write(func(r *kgo.Record) { records = append(records, r) }); err != nil {
		return d, err
	}
	before, _, err := s.times(ctx)
	if err != nil {
		return d, err
	}
	sent, err := rig.Pace(ctx, s.stage.Addrs(), records, rate)
	if err != nil {
		return d, err
	}
	if err := s.await(ctx, answeredOf(before)+load.answered(from)); err != nil {
		return d, err
	}
	came, _, err := s.times(ctx)
	if err != nil {
		return d, err
	}
	return delaysOf(sent, came[load.first:load.first+load.count]), nil
}
