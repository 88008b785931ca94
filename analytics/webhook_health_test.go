package analytics_test

import (
	"testing"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// sent is a webhook that was made at an hour of 4 May 2026.
func sent(tenant, id string, hour int) *schemas.WebhookJob {
	return &schemas.WebhookJob{
		JobID: id, Tenant: tenant, EndpointID: "ep_" + tenant, Carrier: "alpha", TrackingNumber: "A1", Epoch: day(2026, 5, 1), Type: schemas.TypeEvent,
		Sequence: 1, Trigger: schemas.TriggerEvent, CreatedAt: day(2026, 5, 4).Add(time.Duration(hour) * time.Hour),
	}
}

// tried is the row of an attempt at it that began some time after it was made and
// took half a second, or of its end.
func tried(w *schemas.WebhookJob, attempt int, trigger, outcome string, after time.Duration) *schemas.WebhookAttempt {
	a := &schemas.WebhookAttempt{
		JobID: w.JobID, Tenant: w.Tenant, EndpointID: w.EndpointID, Carrier: w.Carrier, TrackingNumber: w.TrackingNumber, Epoch: w.Epoch,
		Type: w.Type, CreatedAt: w.CreatedAt, Attempt: attempt, Trigger: trigger, Outcome: outcome, StartedAt: w.CreatedAt.Add(after), TotalUS: 500_000,
	}
	if next := a.StartedAt.Add(time.Minute); outcome == schemas.OutcomeFailed {
		a.NextAttemptAt = &next
	}
	return a
}

// webhookWorld has nine webhooks to the endpoint of x, made on 4 May, and one to
// that of y:
//
//	w1 w2 w3  delivered at the first attempt after 1.5, 2.5 and 3.5 s
//	w4        delivered at the third, after 60.5 s
//	w5        failed twice and expired; then sent again by hand, failed and delivered
//	w6        failed, and is tried again on 5 May
//	w7        cancelled before the first attempt
//	w8        expired before it
//	w9        waits behind w6, and is tried on 5 May, too
//	y1        delivered on 5 May after 24 h and half a second
//
// There is a test of the endpoint of x besides.
func webhookWorld() []records {
	const event, manual = schemas.TriggerEvent, schemas.TriggerManual
	const delivered, failed, expired = schemas.OutcomeDelivered, schemas.OutcomeFailed, schemas.OutcomeExpired
	names := []string{"w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9"}
	var all records
	w := make(map[string]*schemas.WebhookJob)
	for i, name := range names {
		w[name] = sent("x", name, i)
		all.webhooks = append(all.webhooks, w[name])
	}
	y1 := sent("y", "w1", 0) // a name that x has as well
	test := sent("x", "test", 0)
	test.Trigger = schemas.TriggerTest
	again := *w["w5"] // by hand: it lies on the topic once more
	again.Trigger = manual
	all.webhooks = append(all.webhooks, y1, test, &again)
	all.attempts = []*schemas.WebhookAttempt{
		tried(w["w1"], 1, event, delivered, time.Second), tried(w["w2"], 1, event, delivered, 2*time.Second), tried(w["w3"], 1, event, delivered, 3*time.Second),
		tried(w["w4"], 1, event, failed, time.Second), tried(w["w4"], 2, event, failed, 10*time.Second), tried(w["w4"], 3, event, delivered, time.Minute),
		tried(w["w5"], 1, event, failed, time.Second), tried(w["w5"], 2, event, failed, time.Minute), tried(w["w5"], 3, event, expired, 2*time.Minute),
		tried(w["w5"], 1, manual, failed, time.Hour), tried(w["w5"], 2, manual, delivered, 2*time.Hour),
		tried(w["w6"], 1, event, failed, time.Second), tried(w["w6"], 2, event, delivered, 24*time.Hour),
		tried(w["w7"], 1, event, schemas.OutcomeCancelled, time.Second), tried(w["w8"], 1, event, expired, time.Second),
		tried(w["w9"], 1, event, delivered, 24*time.Hour), tried(y1, 1, event, delivered, 24*time.Hour), tried(test, 1, schemas.TriggerTest, delivered, time.Second),
	}
	return []records{all, {attempts: all.attempts[:3]}, {shipments: world()[0].shipments}} // some come again
}

func TestWebhookHealth(t *testing.T) {
	conn := load(t, webhookWorld()...)
	const head = `webhooks,tried,delivered,expired,cancelled,open,waiting,success_rate,first_try_rate,retries_per_webhook,p50_s,p95_s,p99_s,attempts_by_hand,delivered_by_hand,test_attempts
`
	for _, test := range []reportTest{
		{
			// x: tried are all but w7 and w8. Delivered w1 to w4, w6, w9; expired w5, w8: 6/8. At the first attempt w1 w2 w3 w9: 4/7.
			// Retries: 2 of w4, 1 of w5, 1 of w6: 4/7. Lags 1.5 2.5 3.5 60.5 86400.5 86400.5: P50 32, P95 and P99 86400.5.
			// All: 7 of 9, 5/8, 4/8; with another 86400.5 the P50 is 60.5.
			name: "all", report: "webhook-health", params: analytics.Params{AsOf: day(2026, 6, 1)},
			want: "tenant,endpoint," + head + `x,ep_x,9,7,6,2,1,0,0,0.75,0.5714,0.5714,32,86400.5,86400.5,2,1,1
				y,ep_y,1,1,1,0,0,0,0,1,1,0,86400.5,86400.5,86400.5,0,0,0
				,,10,8,7,2,1,0,0,0.7778,0.625,0.5,60.5,86400.5,86400.5,2,1,1`,
		},
		{
			// At noon w6 has failed once, w9 waits, and y1 as well. Delivered w1 to w4 of w5, w8: 4/6; tried w1 to w6: 3/6; 3/6 retries.
			// Lags 1.5 2.5 3.5 60.5: P50 3, P95 at place 2.85: 3.5 + 0.85 * 57, P99 at 2.97: 3.5 + 0.97 * 57.
			name: "as of noon", report: "webhook-health", params: analytics.Params{By: []string{"day"}, AsOf: day(2026, 5, 4).Add(12 * time.Hour)},
			want: "day," + head + `2026-05-04,10,6,4,2,1,3,2,0.6667,0.5,0.5,3,51.95,58.79,2,1,1
				,10,6,4,2,1,3,2,0.6667,0.5,0.5,3,51.95,58.79,2,1,1`,
		},
		{
			name: "of tenant y as of noon, when nothing was tried", report: "webhook-health",
			params: analytics.Params{By: []string{"type", "week"}, Tenant: "y", AsOf: day(2026, 5, 4).Add(12 * time.Hour)},
			want: "type,week," + head + `tracking.event,2026-W19,1,0,0,0,0,1,1,,,,,,,0,0,0
				,,1,0,0,0,0,1,1,,,,,,,0,0,0`,
		},
		{
			// Made from 06:00 on: w7 cancelled, w8 expired, w9 delivered.
			name: "made from six", report: "webhook-health", params: analytics.Params{By: []string{}, Since: day(2026, 5, 4).Add(6 * time.Hour), AsOf: day(2026, 6, 1)},
			want: head + `3,1,1,1,1,0,0,0.5,1,0,86400.5,86400.5,86400.5,0,0,0`,
		},
	} {
		test.run(t, conn)
	}
}
