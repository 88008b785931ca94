package endpoints

import (
	"time"

	"waybill/schemas"
)

// TestJobID is the id of the webhook that a command of kind create, update, enable
// or test sends to an endpoint, by which its attempts are found.
func TestJobID(endpointID, commandID string) string {
	return idOf(endpointID, schemas.TypeEndpointTest, commandID)
}

// sendTest has an endpoint tested (W9). The test's sequence is the revision in
// which the endpoint came to where it leads: the test waits until delivery
// knows that, so that it never goes to where the endpoint led before.
func (u *turn) sendTest(e *endpoint, commandID string) {
	id := TestJobID(e.row.EndpointID, commandID)
	emit(u, u.job.cfg.Codecs.WebhookJob, schemas.TopicWebhookJobs, schemas.JobKey(e.row.EndpointID, schemas.TriggerTest), &schemas.WebhookJob{
		JobID: id, EndpointID: e.row.EndpointID, Tenant: e.row.Tenant, Epoch: time.UnixMilli(0),
		Cause: commandID, Sequence: e.movedIn, Type: schemas.TypeEndpointTest, Types: []string{schemas.TypeEndpointTest},
		Body: u.job.cfg.Dialects.Test(e.row.Dialect, id, e.row.EndpointID, u.now), Trigger: schemas.TriggerTest, CreatedAt: u.now,
	})
}
