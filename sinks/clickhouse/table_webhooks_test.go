package clickhouse

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

func webhookOf(id, trigger string) *schemas.WebhookJob {
	return &schemas.WebhookJob{
		JobID: id, EndpointID: "ep_1", Tenant: "shop", Carrier: "alpha", TrackingNumber: "A1", Epoch: time.UnixMilli(1),
		Type: schemas.TypeDelivered, Body: []byte(`{"id":"` + id + `"}`), Trigger: trigger, CreatedAt: time.UnixMilli(2),
	}
}

// A webhook has its row from where it first came onto the log. What is sent
// again by hand and tests make none, and the sink passes them all the same.
func TestWebhooksAreWhatHappenedByItself(t *testing.T) {
	bed := newTestBed(t, 1)
	send(bed, schemas.TopicWebhookJobs, bed.cfg.Codecs.WebhookJob,
		webhookOf("a", schemas.TriggerEvent), webhookOf("t", schemas.TriggerTest), webhookOf("b", schemas.TriggerEvent),
		webhookOf("a", schemas.TriggerManual))
	bed.run()
	again := bed.cfg
	again.Group = "again" // reads everything once more
	stop := bed.start(again)
	require.Eventually(t, func() bool {
		lag, err := Lag(t.Context(), bed.client, bed.cfg.Prefix, again.Group)
		return err == nil && lag == 0
	}, patience, 10*time.Millisecond)
	stop()
	require.Equal(t, "a 0:0 {\"id\":\"a\"},b 0:2 {\"id\":\"b\"}", ask[string](bed, `
		SELECT arrayStringConcat(groupArray(row), ',')
		FROM (SELECT concat(job_id, ' ', toString(source_partition), ':', toString(source_offset), ' ', body) AS row
			FROM webhooks FINAL WHERE abs(dateDiff('minute', arrived_at, now())) < 5 ORDER BY source_offset)`))
}

// The attempts of a webhook that is sent again by hand have numbers that were
// there before, and replace none of them.
func TestAttemptsByHandReplaceNone(t *testing.T) {
	bed := newTestBed(t, 1)
	attempt := func(trigger, outcome string, at int64) *schemas.WebhookAttempt {
		return &schemas.WebhookAttempt{
			Tenant: "shop", EndpointID: "ep_1", JobID: "a", Attempt: 1, Epoch: time.UnixMilli(1), Trigger: trigger, Outcome: outcome,
			StartedAt: time.UnixMilli(at), CreatedAt: time.UnixMilli(1),
		}
	}
	send(bed, schemas.TopicWebhookAttempts, bed.cfg.Codecs.WebhookAttempt,
		attempt(schemas.TriggerEvent, schemas.OutcomeExpired, 10), attempt(schemas.TriggerManual, schemas.OutcomeFailed, 20),
		attempt(schemas.TriggerManual, schemas.OutcomeDelivered, 30), attempt(schemas.TriggerManual, schemas.OutcomeDelivered, 30),
		attempt(schemas.TriggerEvent, schemas.OutcomeExpired, 10))
	bed.run()
	require.Equal(t, "expired,failed,delivered", ask[string](bed,
		"SELECT arrayStringConcat(groupArray(outcome), ',') FROM (SELECT outcome FROM webhook_attempts FINAL ORDER BY started_at)"))
}
