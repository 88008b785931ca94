package endpointclient

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/registry"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// Events reads what was done to a tenant's endpoints and what became of them,
// oldest first, as far as the topic goes back. An empty id means all of them.
func (c *Client) Events(ctx context.Context, tenant, endpointID string) ([]*schemas.EndpointEvent, error) {
	var events []*schemas.EndpointEvent
	err := topiclog.Whole(ctx, c.Kafka, c.Prefix+schemas.TopicEndpointEvents, nil, func(r *kgo.Record) error {
		if string(r.Key) != tenant {
			return nil
		}
		e, err := registry.Decode(ctx, c.Codecs.EndpointEvent, r.Value)
		if err == nil && e.Tenant == tenant && (endpointID == "" || e.EndpointID == endpointID) {
			events = append(events, e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading what became of endpoints: %w", err)
	}
	return events, nil
}
