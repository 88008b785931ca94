package endpoints

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"waybill/schemas"
)

// TestJobID is the id of the webhook that a command of kind create, enable or
// test sends to an endpoint, by which its attempts are found.
func TestJobID(endpointID, commandID string) string {
	sum := sha256.Sum256([]byte(endpointID + "\x00" + schemas.TypeEndpointTest + "\x00" + commandID))
	return hex.EncodeToString(sum[:16])
}

// testBody is what a test carries: the same fields in front as any webhook,
// and nothing about a shipment.
type testBody struct {
	ID         string    `json:"id"`
	Type       string    `json:"type"`
	Types      []string  `json:"types"`
	Created    time.Time `json:"created"`
	EndpointID string    `json:"endpoint_id"`
}

// sendTest has an endpoint tested (W9).
func (u *turn) sendTest(e *endpoint, commandID string) {
	id := TestJobID(e.row.EndpointID, commandID)
	body, err := json.Marshal(testBody{
		ID: id, Type: schemas.TypeEndpointTest, Types: []string{schemas.TypeEndpointTest},
		Created: u.call.Now.UTC(), EndpointID: e.row.EndpointID,
	})
	if err != nil {
		u.err = err
		return
	}
	emit(u, u.job.cfg.Codecs.WebhookJob, schemas.TopicWebhookJobs, schemas.JobKey(e.row.EndpointID, schemas.TriggerTest), &schemas.WebhookJob{
		JobID: id, EndpointID: e.row.EndpointID, Tenant: e.row.Tenant, Epoch: time.UnixMilli(0),
		Cause: commandID, Type: schemas.TypeEndpointTest, Types: []string{schemas.TypeEndpointTest},
		Body: body, Trigger: schemas.TriggerTest, CreatedAt: u.call.Now,
	})
}
