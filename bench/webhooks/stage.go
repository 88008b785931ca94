package webhooks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/internal/topics"
	"waybill/internal/vault"
	"waybill/schemas"
)

// newStage starts a broker with the topics and enabled endpoints that lead to
// a receiver.
func newStage(ctx context.Context, codecs *schemas.Codecs, t *target, partitions, endpoints, inFlight int) (*rig.Stage, error) {
	s, err := rig.NewStage(ctx, schemas.TopicWebhookJobs)
	if err != nil {
		return nil, err
	}
	if err := furnish(ctx, s, codecs, t, partitions, endpoints, inFlight); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// furnish puts topics, keys and endpoints on a stage.
func furnish(ctx context.Context, s *rig.Stage, codecs *schemas.Codecs, t *target, partitions, endpoints, inFlight int) error {
	_, err := topics.Create(ctx, s.Client, topics.Layout{Prefix: s.Prefix, Partitions: partitions, Replication: -1})
	if err == nil {
		err = vault.Make(keysOf(s), rand.Reader)
	}
	if err == nil {
		err = addEndpoints(ctx, s, codecs, t, endpoints, inFlight)
	}
	if err != nil {
		return fmt.Errorf("setting up a broker: %w", err)
	}
	return nil
}

// keysOf is the file of the keys that secrets on a stage are sealed with.
func keysOf(s *rig.Stage) string { return filepath.Join(s.Dir, "secrets.key") }

// addEndpoints makes endpoints known, as the endpoints job would.
func addEndpoints(ctx context.Context, s *rig.Stage, codecs *schemas.Codecs, t *target, endpoints, inFlight int) error {
	keys, err := vault.Load(keysOf(s))
	if err != nil {
		return err
	}
	var failed error
	err = s.Fill(ctx, func(produce func(*kgo.Record)) {
		for number := range endpoints {
			sealed, err := keys.Seal(tenant, endpointID(number), secret)
			failed = errors.Join(failed, err)
			value, err := codecs.WebhookEndpoint.Encode(endpoint(number, t.url(number), sealed, inFlight))
			failed = errors.Join(failed, err)
			produce(&kgo.Record{Topic: s.Prefix + schemas.TopicWebhookEndpoints, Key: []byte(endpointID(number)), Value: value})
		}
	})
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	return s.Open(ctx)
}

// endpoint is an enabled endpoint.
func endpoint(number int, url, sealed string, inFlight int) *schemas.WebhookEndpoint {
	return &schemas.WebhookEndpoint{
		EndpointID: endpointID(number), Tenant: tenant, Revision: 1, URL: url, Types: []string{}, Statuses: []string{},
		Secrets: []schemas.EndpointSecret{{Secret: sealed}}, Headers: map[string]string{}, InFlight: inFlight,
		Order: schemas.OrderShipment, Schedule: []int64{}, State: schemas.EndpointEnabled,
	}
}

// fill writes jobs and leaves their transaction open.
func fill(ctx context.Context, s *rig.Stage, load *jobs) error {
	var failed error
	err := s.Fill(ctx, func(produce func(*kgo.Record)) { failed = load.write(produce) })
	return errors.Join(failed, err)
}

// Furnish puts topics, keys and one endpoint on a stage that has a folder: the
// endpoint leads to url and wants the changes to some statuses. The records of
// the topics may be of any time.
func Furnish(ctx context.Context, s *rig.Stage, codecs *schemas.Codecs, partitions int, url string, statuses []string) error {
	_, err := topics.Create(ctx, s.Client, topics.Layout{Partitions: partitions, Replication: -1, Replay: true})
	if err == nil {
		err = vault.Make(keysOf(s), rand.Reader)
	}
	if err != nil {
		return fmt.Errorf("setting up a broker: %w", err)
	}
	keys, err := vault.Load(keysOf(s))
	if err != nil {
		return err
	}
	sealed, err := keys.Seal(tenant, endpointID(0), secret)
	if err != nil {
		return err
	}
	e := endpoint(0, url, sealed, 0)
	e.Types, e.Statuses = []string{schemas.TypeStatusChanged}, statuses
	value, err := codecs.WebhookEndpoint.Encode(e)
	if err != nil {
		return err
	}
	if err := s.Fill(ctx, func(produce func(*kgo.Record)) {
		produce(&kgo.Record{Topic: schemas.TopicWebhookEndpoints, Key: []byte(endpointID(0)), Value: value})
	}); err != nil {
		return err
	}
	return s.Open(ctx)
}
