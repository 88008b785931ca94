package roles

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

func TestEndpointWakes(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	row := func(change func(*schemas.WebhookEndpoint)) []byte {
		e := &schemas.WebhookEndpoint{EndpointID: "ep_1", Tenant: "t", URL: "https://shop.example", State: schemas.EndpointEnabled, Order: schemas.OrderShipment}
		change(e)
		value, err := codecs.WebhookEndpoint.Encode(e)
		require.NoError(t, err)
		return value
	}
	same := row(func(*schemas.WebhookEndpoint) {})
	cases := []struct {
		name          string
		id            string
		before, after []byte
		want          string
	}{
		{"it came", "ep_1", nil, same, "ep_1/"},
		{"it went", "ep_1", same, nil, "ep_1/"},
		{"it is enabled", "ep_1", row(func(e *schemas.WebhookEndpoint) { e.State = schemas.EndpointSuspended }), same, "ep_1/"},
		{"it has another schedule", "ep_1", same, row(func(e *schemas.WebhookEndpoint) { e.ScheduleName = "intersoft" }), "ep_1/"},
		{"it may be called more often", "ep_1", same, row(func(e *schemas.WebhookEndpoint) { e.RateLimit = 5 }), "ep_1/"},
		{"calls to it fail", "ep_1", same, row(func(e *schemas.WebhookEndpoint) {
			e.Failures, e.FailingSince, e.Revision = 3, new(time.UnixMilli(1)), 7
		}), ""},
		{"an endpoint was refused", "ep_1", nil, row(func(e *schemas.WebhookEndpoint) { e.State = schemas.EndpointRejected }), ""},
		{"the answer to a command", "t/command", nil, same, ""},
		{"it cannot be read", "ep_1", []byte("?"), []byte("!"), ""},
	}
	wakes := endpointWakes(codecs.WebhookEndpoint)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, wakes(c.id, c.before, c.after)) })
	}
}
