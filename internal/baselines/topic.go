package baselines

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/topiclog"
	"waybill/schemas"
)

// ErrAnother says that another process has begun to build: what this one had in
// hand was dropped, and nothing of it is on the topic.
var ErrAnother = errors.New("another process builds baselines now")

// Read reads the versions that the topic has, the newest first.
func Read(ctx context.Context, client *kgo.Client, prefix string, codec *schemas.Codec[schemas.Baseline]) ([]schemas.BaselineVersion, error) {
	entries, err := values(ctx, client, prefix)
	if err != nil {
		return nil, err
	}
	return schemas.BaselineVersions(codec, entries), nil
}

func values(ctx context.Context, client *kgo.Client, prefix string) (map[string][]byte, error) {
	entries := make(map[string][]byte)
	err := topiclog.Whole(ctx, client, prefix+schemas.TopicBaselines, nil, func(r *kgo.Record) error {
		if r.Value == nil {
			delete(entries, string(r.Key))
		} else {
			entries[string(r.Key)] = r.Value
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the baselines: %w", err)
	}
	return entries, nil
}

// transactionalID is shared by all who build, so that the last who began is the
// only one who can write.
func transactionalID(prefix string) string { return prefix + "waybill-baselines" }

// openWriter makes a client that alone may write, from now on.
func openWriter(ctx context.Context, kafka []kgo.Opt, prefix string) (*kgo.Client, error) {
	client, err := kgo.NewClient(append(append([]kgo.Opt{}, kafka...), kgo.TransactionalID(transactionalID(prefix)))...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client for baselines: %w", err)
	}
	if _, _, err := client.ProducerID(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("asking to write baselines: %w", err)
	}
	return client, nil
}

// write puts records on the topic in one transaction.
func write(ctx context.Context, client *kgo.Client, records []*kgo.Record) error {
	if len(records) == 0 {
		return nil
	}
	err := client.BeginTransaction()
	if err == nil {
		err = client.ProduceSync(ctx, records...).FirstErr()
		end := kgo.TransactionEndTry(err == nil)
		if err != nil {
			ctx = context.WithoutCancel(ctx) // what was begun must end
		}
		err = errors.Join(err, client.EndTransaction(ctx, end))
	}
	if errors.Is(err, kerr.InvalidProducerEpoch) || errors.Is(err, kerr.ProducerFenced) {
		return ErrAnother
	}
	if err != nil {
		return fmt.Errorf("writing baselines: %w", err)
	}
	return nil
}

// added gives the records of a new version.
func added(prefix string, codec *schemas.Codec[schemas.Baseline], rows []schemas.Baseline) ([]*kgo.Record, error) {
	records := make([]*kgo.Record, len(rows))
	for i := range rows {
		value, err := codec.Encode(&rows[i])
		if err != nil {
			return nil, fmt.Errorf("writing the baseline %s: %w", rows[i].Key(), err)
		}
		records[i] = &kgo.Record{Topic: prefix + schemas.TopicBaselines, Key: []byte(rows[i].Key()), Value: value}
	}
	return records, nil
}

// removed gives null records for all but a new version and the one that was in
// use before it: who has not yet read all of the new one still goes by that.
func removed(prefix string, codec *schemas.Codec[schemas.Baseline], entries map[string][]byte, before string) []*kgo.Record {
	var records []*kgo.Record
	for key, value := range entries {
		if b, err := codec.Decode(value); err == nil && b.Version == before {
			continue
		}
		records = append(records, &kgo.Record{Topic: prefix + schemas.TopicBaselines, Key: []byte(key)})
	}
	return records
}
