package analytics_test

import (
	"fmt"
	"testing"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// scan is an event of carrier alpha, or of another, that was received some time
// after it occurred.
func scan(n int, source, code, local string, occurred time.Time, took time.Duration) *schemas.TrackingEvent {
	status := "IN_TRANSIT"
	if code[:3] == "del" {
		status = "DELIVERED"
	}
	precision := schemas.PrecisionSecond
	if len(local) == len(time.DateOnly) {
		precision = schemas.PrecisionDay
	}
	return &schemas.TrackingEvent{
		Carrier: "alpha", TrackingNumber: "A1", Epoch: day(2026, 5, 1), EventID: fmt.Sprint(n), Revision: 1, Type: "tracking.event",
		Status: status, Code: code, Leg: schemas.LegForward, Source: source, SourceKind: schemas.SourceFile,
		OccurredAt: occurred, OccurredLocal: local, OccurredPrecision: precision, OccurredConfidence: schemas.ConfidenceGiven,
		ReceivedAt: occurred.Add(took), ArrivedAt: occurred.Add(took), Description: "left with \x1b[31ma neighbour",
	}
}

func decided(n int, decision string, version int64, early time.Duration, warnings ...string) *schemas.Decision {
	received := day(2026, 5, 9)
	return &schemas.Decision{
		Carrier: "alpha", TrackingNumber: "A1", Epoch: day(2026, 5, 1), SourceTopic: schemas.TopicCarrierEvents, SourceOffset: int64(n), Version: version,
		Decision: decision, Rule: "I4", Reason: "known already", Source: "push", OccurredAt: received.Add(early), ReceivedAt: received, ArrivedAt: received,
		DecidedAt: day(2026, 6, 1), Warnings: warnings,
	}
}

// Three hours behind UTC, 9 May 23:30 and 23:50 are in UTC the 10th.
func latencyWorld() []records {
	night := day(2026, 5, 10).Add(2*time.Hour + 30*time.Minute)
	derived := scan(8, "waybill", "transit.moving", "", night, 9*time.Hour)
	derived.Type = "tracking.delayed"
	var before, now records
	now.events = []*schemas.TrackingEvent{
		scan(1, "push", "transit.moving", "", night, 10*time.Second+900*time.Millisecond), // 10: whole seconds
		scan(2, "push", "transit.moving", "", night, 30*time.Second),
		scan(3, "push", "delivered.delivered", "2026-05-09T23:30:00", night, 10*time.Minute),                     // 23:40: the same day
		scan(4, "push", "delivered.delivered", "2026-05-09T23:50:00", night.Add(20*time.Minute), 20*time.Minute), // 00:10: the day after
		scan(5, "push", "delivered.post_update", "2026-05-09T23:50:00", night, 20*time.Minute),                   // no delivery
		scan(6, "file", "delivered.delivered", "2026-05-09", day(2026, 5, 9), 56*time.Hour),                      // 11 May 08:00: 2 days
		scan(7, "file", "delivered.delivered", "2026-05-09", day(2026, 5, 9), 23*time.Hour),                      // the same day
		derived,
	}
	for n, decision := range []string{"accepted", "accepted", "accepted", "duplicate", "duplicate", "late", "outdated", "held:future"} {
		before.decisions = append(before.decisions, decided(n, "held:reorder", 1, 0))
		early := time.Duration(0)
		if decision == "held:future" {
			early = 20 * time.Minute
		}
		now.decisions = append(now.decisions, decided(n, decision, 2, early))
	}
	now.decisions[0].Warnings = []string{"clamped", "unmapped"}
	return []records{before, now, before}
}

func TestScanLatency(t *testing.T) {
	conn := load(t, latencyWorld()...)
	for _, test := range []reportTest{
		{
			// push in order 10 30 600 1200 1200 s: P50 600, P95 at place 3.8 and P99 at 3.96 both 1200.
			// 8 raw events: 2 late, 2 duplicate, 1 from the future, 1 unmapped.
			// file: 0 and 2 days of 86,400 s: P50 86,400, P95 0.95 of 172,800.
			// All in order 0 10 30 600 1200 1200 172800: P50 600, P95 at place 5.7: 1200 + 0.7 * 171600, P99 at 5.94.
			name: "by carrier and source", report: "scan-latency",
			want: `carrier,source,events,p50_s,p95_s,p99_s,delivered_events,later_than_occurred,raw_events,late_rate,duplicate_rate,future_rate,unmapped_rate
				alpha,file,2,86400,164160,171072,2,1,0,,,,
				alpha,push,5,600,1200,1200,2,1,8,0.25,0.25,0.125,0.125
				,,7,600,121320,162504,4,2,8,0.25,0.25,0.125,0.125`,
		},
		{
			name: "received on 9 May", report: "scan-latency", params: analytics.Params{By: []string{}, Since: day(2026, 5, 9), Until: day(2026, 5, 10)},
			want: `events,p50_s,p95_s,p99_s,delivered_events,later_than_occurred,raw_events,late_rate,duplicate_rate,future_rate,unmapped_rate
				1,0,0,0,1,0,8,0.25,0.25,0.125,0.125`,
		},
		{
			name: "as of 23:00 on 9 May", report: "scan-latency", params: analytics.Params{By: []string{}, AsOf: day(2026, 5, 9).Add(23 * time.Hour)},
			want: `events,p50_s,p95_s,p99_s,delivered_events,later_than_occurred,raw_events,late_rate,duplicate_rate,future_rate,unmapped_rate
				1,0,0,0,1,0,8,0.25,0.25,0.125,0.125`,
		},
	} {
		test.run(t, conn)
	}
}
