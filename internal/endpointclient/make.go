package endpointclient

import (
	"crypto/rand"
	"time"

	"waybill/pipeline/endpoints"
	"waybill/schemas"
	"waybill/sinks/webhook"
)

// NewCommand makes a command about an endpoint; one that makes an endpoint
// gives it an id where none is named. What the kind needs beyond that is the
// caller's to set.
func NewCommand(tenant, kind, endpointID string) *schemas.EndpointCommand {
	if kind == schemas.CommandCreate && endpointID == "" {
		endpointID = NewID("ep_")
	}
	return &schemas.EndpointCommand{
		CommandID: NewID("cmd_"), Tenant: tenant, EndpointID: endpointID, Kind: kind,
		Order: schemas.OrderShipment, Overlap: -1, RequestedAt: time.Now(),
	}
}

// NewSecret makes a signing secret (W10).
func NewSecret() (string, error) { return webhook.NewSecret(rand.Reader) }

// TestID is the id of the webhook that a command has sent as a test.
func TestID(command *schemas.EndpointCommand) string {
	return endpoints.TestJobID(command.EndpointID, command.CommandID)
}
