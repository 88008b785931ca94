package webhooks

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/internal/topics"
	"waybill/schemas"
)

// newStage starts a broker with the topics and enabled endpoints that lead to
// a receiver.
func newStage(ctx context.Context, codecs *schemas.Codecs, t *target, partitions, endpoints, inFlight int) (*rig.Stage, error) {
	s, err := rig.NewStage(ctx, schemas.TopicWebhookJobs)
	if err != nil {
		return nil, err
	}
	if err := furnish(ctx, s, codecs, "", t, partitions, endpoints, inFlight); err != nil {
		return nil, errors.Join(fmt.Errorf("setting up a broker: %w", err), s.Close())
	}
	return s, nil
}

func furnish(ctx context.Context, s *rig.Stage, codecs *schemas.Codecs, prefix string, t *target, partitions, endpoints, inFlight int) error {
	if _, err := topics.Create(ctx, s.Client, topics.Layout{Prefix: prefix, Partitions: partitions, Replication: -1}); err != nil {
		return err
	}
	var failed error
	err := s.Fill(ctx, func(produce func(*kgo.Record)) {
		for number := range endpoints {
			e := endpoint(number, t.url(number), inFlight)
			value, err := codecs.WebhookEndpoint.Encode(e)
			failed = errors.Join(failed, err)
			produce(&kgo.Record{Topic: prefix + schemas.TopicWebhookEndpoints, Key: []byte(e.EndpointID), Value: value})
		}
	})
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	return s.Open(ctx)
}

// endpoint is an endpoint as the endpoints job would make it known.
func endpoint(number int, url string, inFlight int) *schemas.WebhookEndpoint {
	return &schemas.WebhookEndpoint{
		EndpointID: endpointID(number), Tenant: tenant, Revision: 1, URL: url, Types: []string{schemas.TypeStatusChanged}, Statuses: []string{},
		Secrets: []schemas.EndpointSecret{{Secret: secret}}, Headers: map[string]string{}, InFlight: inFlight,
		Order: schemas.OrderShipment, Schedule: []int64{}, State: schemas.EndpointEnabled,
	}
}

// fill writes jobs and leaves their transaction open.
func fill(ctx context.Context, s *rig.Stage, load *jobs) error {
	var failed error
	err := s.Fill(ctx, func(produce func(*kgo.Record)) { failed = load.write(produce) })
	return errors.Join(failed, err)
}
