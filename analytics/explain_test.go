package analytics_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/schemas"
)

// Each webhook of a parcel is told with how it stands, also one that waits behind
// another and has no attempt, and one that was sent again by hand.
func TestExplainTellsOfEveryWebhook(t *testing.T) {
	steps := world()
	at := day(2026, 5, 24)
	next := at.Add(time.Hour)
	webhook := func(tenant, id string, sequence int64) *schemas.WebhookJob {
		return &schemas.WebhookJob{
			JobID: id, Tenant: tenant, EndpointID: "ep_" + tenant, Carrier: "beta", TrackingNumber: "B1", Epoch: day(2026, 5, 11),
			Type: schemas.TypeEvent, Sequence: sequence, Trigger: schemas.TriggerEvent, CreatedAt: at,
		}
	}
	attempt := func(w *schemas.WebhookJob, number int, trigger, outcome string, after time.Duration, next *time.Time) {
		steps[1].attempts = append(steps[1].attempts, &schemas.WebhookAttempt{
			JobID: w.JobID, Tenant: w.Tenant, EndpointID: w.EndpointID, Carrier: w.Carrier, TrackingNumber: w.TrackingNumber, Epoch: w.Epoch,
			Type: w.Type, Sequence: w.Sequence, CreatedAt: w.CreatedAt, Attempt: number, Trigger: trigger, Outcome: outcome,
			StartedAt: at.Add(after), NextAttemptAt: next,
		})
	}
	late, head, behind, other := webhook("y", "late", 1), webhook("y", "head", 2), webhook("y", "behind", 3), webhook("z", "other", 1)
	steps[1].webhooks = append(steps[1].webhooks, late, head, behind, other)
	attempt(late, 1, schemas.TriggerEvent, schemas.OutcomeFailed, time.Second, &next)
	attempt(late, 2, schemas.TriggerEvent, schemas.OutcomeExpired, time.Minute, nil)
	attempt(late, 1, schemas.TriggerManual, schemas.OutcomeDelivered, 2*time.Minute, nil)
	attempt(head, 1, schemas.TriggerEvent, schemas.OutcomeFailed, time.Second, &next)
	conn := load(t, steps...)
	told := func(tenant string) (all []string) {
		e, err := analytics.Explain(t.Context(), conn, "beta", "B1", tenant)
		require.NoError(t, err)
		for _, w := range e.Webhooks {
			all = append(all, fmt.Sprintf("%s %s %s %d tried:%t again:%t", w.Tenant, w.JobID, w.Outcome, w.Attempts, w.LastAttempt != nil, w.NextAttemptAt != nil))
		}
		return all
	}
	ofY := []string{"y late delivered 2 tried:true again:false", "y head open 1 tried:true again:true", "y behind open 0 tried:false again:false"}
	require.Equal(t, ofY, told("y"))
	require.Equal(t, append(ofY, "z other open 0 tried:false again:false"), told(""))
}
