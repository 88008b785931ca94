package tracking

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/internal/topics"
	"waybill/schemas"
)

// newStage starts a broker and puts the topics, the tenant's endpoint, the load
// as often as passes says, and its ticks on it.
func newStage(ctx context.Context, l *load, partitions, passes int) (*rig.Stage, error) {
	s, err := rig.NewStage(ctx, InputTopics()...)
	if err != nil {
		return nil, err
	}
	layout := topics.Layout{Partitions: partitions, Replication: -1, Replay: true}
	_, err = topics.Create(ctx, s.Client, layout)
	if err == nil {
		err = addEndpoint(ctx, s, l.endpoint)
	}
	if err == nil {
		err = s.Fill(ctx, func(produce func(*kgo.Record)) { l.write(produce, partitions, passes) })
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("setting up a broker with the load: %w", err), s.Close())
	}
	return s, nil
}

// addEndpoint makes the tenant's endpoint known, as the endpoints job would.
func addEndpoint(ctx context.Context, s *rig.Stage, endpoint []byte) error {
	r := &kgo.Record{Topic: schemas.TopicWebhookEndpoints, Key: []byte(endpointID), Value: endpoint}
	if err := s.Fill(ctx, func(produce func(*kgo.Record)) { produce(r) }); err != nil {
		return err
	}
	return s.Open(ctx)
}

// write writes the load and its ticks.
func (l *load) write(produce func(*kgo.Record), partitions, passes int) {
	for range passes {
		for i := range l.records {
			r := l.records[i] // a client keeps what it is given
			produce(&r)
		}
	}
	for _, topic := range InputTopics() {
		for p := range int32(partitions) {
			produce(&kgo.Record{Topic: topic, Partition: p, Timestamp: l.tickAt, Headers: []kgo.RecordHeader{{Key: schemas.TickHeader}}})
		}
	}
}

// InputTopics are those that the load lies on.
func InputTopics() []string { return []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents} }

// OutputTopics are those that tracking writes.
func OutputTopics() []string {
	return []string{
		schemas.TopicTrackingEvents, schemas.TopicDecisions, schemas.TopicShipments, schemas.TopicWebhookJobs, schemas.TopicUsage,
		schemas.TopicTrackingState, schemas.TopicRerouted, schemas.TopicDeadLetters,
	}
}
