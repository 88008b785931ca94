package redelivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/topiclog"
	"waybill/internal/webhooklog"
	"waybill/schemas"
)

const (
	// fetchBytes bounds one read. What is chosen may lie far apart.
	fetchBytes = 256 << 10
	// fetchWait is how long one read waits, and fetchTries how often in a row it
	// may bring nothing.
	fetchWait  = 200 * time.Millisecond
	fetchTries = 50
)

// shelf is where webhooks lie: webhook-jobs.
type shelf struct {
	client *kgo.Client
	topic  string // full name
	codec  *schemas.Codec[schemas.WebhookJob]
	id     [16]byte
}

// copied is a webhook that is to be sent again: its own key, and its record with
// another trigger.
type copied struct{ key, value []byte }

// read gives the copies of what is chosen, in the same order, nil for what is
// gone. The chosen lie in the order of their positions.
func (s *shelf) read(ctx context.Context, tenant string, chosen []webhooklog.Chosen) ([]*copied, error) {
	if err := s.identify(ctx); err != nil {
		return nil, err
	}
	copies := make([]*copied, len(chosen))
	tries := 0
	for i := 0; i < len(chosen); {
		at := chosen[i].Position
		reader := topiclog.New(s.client, s.topic, s.id, map[int32]int64{at.Partition: at.Offset})
		reader.MaxBytes = fetchBytes
		records, err := reader.Fetch(ctx, fetchWait)
		if errors.Is(err, kerr.OffsetOutOfRange) { // its retention has ended
			i++
			continue
		}
		if err != nil {
			return nil, err
		}
		reached := reader.Position[at.Partition]
		if reached > at.Offset {
			tries = 0
		} else if tries++; tries == fetchTries { // a new leader may not have heard yet how far its log is good
			return nil, fmt.Errorf("reading %s, partition %d, at offset %d: the broker gives nothing", s.topic, at.Partition, at.Offset)
		}
		lies := make(map[int64]*kgo.Record, len(records))
		for _, record := range records {
			lies[record.Offset] = record
		}
		for ; i < len(chosen) && chosen[i].Partition == at.Partition && chosen[i].Offset < reached; i++ {
			if copies[i], err = s.copy(tenant, &chosen[i], lies[chosen[i].Offset]); err != nil {
				return nil, err
			}
		}
	}
	return copies, nil
}

// copy makes the record that asks for the webhook again, nil for none. A record
// that is another one's is none: never must one tenant's webhook go to another.
func (s *shelf) copy(tenant string, chosen *webhooklog.Chosen, record *kgo.Record) (*copied, error) {
	if record == nil {
		return nil, nil
	}
	job, err := s.codec.Decode(record.Value)
	if is := err == nil && job.JobID == chosen.WebhookID && job.Tenant == tenant && job.EndpointID == chosen.EndpointID; !is {
		return nil, nil
	}
	job.Trigger = schemas.TriggerManual
	value, err := s.codec.Encode(job)
	if err != nil {
		return nil, fmt.Errorf("copying webhook %s: %w", job.JobID, err)
	}
	return &copied{key: record.Key, value: value}, nil
}

// identify asks for the topic's id once.
func (s *shelf) identify(ctx context.Context) error {
	if s.id != [16]byte{} {
		return nil
	}
	details, err := kadm.NewClient(s.client).ListTopics(ctx, s.topic)
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		return fmt.Errorf("asking for the id of %s: %w", s.topic, err)
	}
	s.id = details[s.topic].ID
	return nil
}
