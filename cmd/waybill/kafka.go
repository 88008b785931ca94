package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/config"
	"waybill/internal/kafkaclient"
)

// patience is how long a command waits for a Kafka or a ClickHouse that does
// not answer.
const patience = 15 * time.Second

// kafkaOptions are the options of every Kafka client of a process.
func kafkaOptions(s *config.Settings, log *slog.Logger) []kgo.Opt {
	return kafkaclient.Options(s.Kafka, log)
}

// openKafka connects for a command: it produces and asks. What goes wrong is
// the command's to say, so the client itself is quiet.
func openKafka(ctx context.Context, g *globals) (*kgo.Client, error) {
	client, err := kgo.NewClient(append(kafkaOptions(g.settings, g.log), kgo.WithLogger(nil))...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := client.Ping(ctx); err != nil {
		client.Close()
		asking := fmt.Errorf("asking Kafka at %s: %w", strings.Join(g.settings.Kafka.Addrs(), ","), err)
		if adviceOf(err, g.settings) != "" {
			return nil, asking
		}
		return nil, fmt.Errorf("%w (is `waybill up` running, or --kafka-brokers right?)", asking)
	}
	return client, nil
}

// wayOut adds to an error of Kafka what to do about it.
func wayOut(err error) error {
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return fmt.Errorf("%w (is --kafka-prefix right? `waybill topics create` makes the topics)", err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w (is `waybill up` running?)", err)
	}
	return err
}

// produce writes one record and waits for the broker's word.
func produce(ctx context.Context, g *globals, topic, key string, value []byte) (*kgo.Record, error) {
	client, err := openKafka(ctx, g)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	record, err := client.ProduceSync(ctx, &kgo.Record{Topic: g.settings.Kafka.Prefix + topic, Key: []byte(key), Value: value}).First()
	if err != nil {
		return nil, wayOut(fmt.Errorf("writing to %s: %w", g.settings.Kafka.Prefix+topic, err))
	}
	return record, nil
}
