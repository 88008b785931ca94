package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/roles"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// settle waits until nothing is left to do: tracking has handled its inputs,
// delivery its jobs and every one of them has ended, and every row is stored.
func (d *demo) settle(ctx context.Context) error {
	for _, stage := range []struct {
		name string
		done func(context.Context) (bool, error)
	}{
		{"tracking to handle the events", d.drained(roles.Tracking, schemas.TopicRegistrations, schemas.TopicCarrierEvents)},
		{"delivery to take up the webhooks", d.drained(roles.Delivery, schemas.TopicWebhookJobs)},
		{"the webhooks to end", d.webhooksEnded},
		{"ClickHouse to hold every row", d.drained(roles.ClickHouse, schemas.TopicTrackingEvents, schemas.TopicDecisions,
			schemas.TopicShipments, schemas.TopicWebhookAttempts, schemas.TopicUsage)},
	} {
		err := d.within(ctx, stage.name, func(ctx context.Context) error {
			return every(ctx, 100*time.Millisecond, func() (bool, error) { return stage.done(ctx) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// drained asks whether a group has committed past every record of topics.
// Offsets alone do not tell: markers of transactions lie behind the last one.
func (d *demo) drained(role string, topics ...string) func(context.Context) (bool, error) {
	errMore := errors.New("there is more")
	return func(ctx context.Context) (bool, error) {
		group := d.Settings.Kafka.Prefix + role
		committed, err := kadm.NewClient(d.client).FetchOffsets(ctx, group)
		if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // small files are published before it has begun
			return false, fmt.Errorf("asking how far group %s is: %w", group, err)
		}
		for _, topic := range topics {
			from := make(map[int32]int64)
			for partition, at := range committed[d.Settings.Kafka.Prefix+topic] {
				from[partition] = at.At
			}
			err := topiclog.Whole(ctx, d.client, d.Settings.Kafka.Prefix+topic, from, func(*kgo.Record) error { return errMore })
			if errors.Is(err, errMore) {
				return false, nil
			}
			if err != nil {
				return false, err
			}
		}
		return true, nil
	}
}

// webhooksEnded asks whether every job has an attempt that ended it.
func (d *demo) webhooksEnded(ctx context.Context) (bool, error) {
	jobs, err := jobIDs(ctx, d, schemas.TopicWebhookJobs, d.codecs.WebhookJob, func(j *schemas.WebhookJob) (string, bool) {
		return j.JobID, true
	})
	if err != nil {
		return false, err
	}
	ended, err := jobIDs(ctx, d, schemas.TopicWebhookAttempts, d.codecs.WebhookAttempt, func(a *schemas.WebhookAttempt) (string, bool) {
		return a.JobID, a.Outcome != schemas.OutcomeFailed
	})
	return len(ended) >= len(jobs), err
}

// jobIDs reads a topic whole and collects the ids that are wanted.
func jobIDs[T any](ctx context.Context, d *demo, topic string, codec *schemas.Codec[T], id func(*T) (string, bool)) (map[string]bool, error) {
	ids := make(map[string]bool)
	err := topiclog.Whole(ctx, d.client, d.Settings.Kafka.Prefix+topic, nil, func(r *kgo.Record) error {
		v, err := codec.Decode(r.Value)
		if err != nil {
			return err
		}
		if id, wanted := id(v); wanted {
			ids[id] = true
		}
		return nil
	})
	return ids, err
}
