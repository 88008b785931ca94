package endpoints

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"waybill/schemas"
)

// TestJobID is the id of the webhook that a command of kind create, enable or
// test sends to an endpoint, by which its attempts are found.
func TestJobID(endpointID, commandID string) string {
	sum := sha256.Sum256([]byte(endpointID + "\x00" + schemas.TypeEndpointTest + "\x00" + commandID))
	return hex.EncodeToString(sum[:16])
}

// sendTest has an endpoint tested (W9).
func (u *turn) sendTest(e *endpoint, commandID string) {
	id := TestJobID(e.row.EndpointID, commandID)
	emit(u, u.job.cfg.Codecs.WebhookJob, schemas.TopicWebhookJobs, schemas.JobKey(e.row.EndpointID, schemas.TriggerTest), &schemas.WebhookJob{
		JobID: id, EndpointID: e.row.EndpointID, Tenant: e.row.Tenant, Epoch: time.UnixMilli(0),
		Cause: commandID, Type: schemas.TypeEndpointTest, Types: []string{schemas.TypeEndpointTest},
		Body: u.job.cfg.Dialects.Test(e.row.Dialect, id, e.row.EndpointID, u.call.Now.UTC()), Trigger: schemas.TriggerTest, CreatedAt: u.call.Now,
	})
}
