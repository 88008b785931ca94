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
	"github.com/twmb/franz-go/plugin/kslog"

	"waybill/internal/config"
)

// patience is how long a command waits for a Kafka or a ClickHouse that does
// not answer.
const patience = 15 * time.Second

// clientLog passes on what a Kafka client warns of. What it merely tells is for
// people who debug clients.
type clientLog struct{ kgo.Logger }

func (clientLog) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// metadataAge is how old the client's knowledge of topics may be. The client's
// own five seconds would hide topics that were made just now.
const metadataAge = 100 * time.Millisecond

// kafkaOptions are the options of every Kafka client of a process.
func kafkaOptions(s *config.Settings, log *slog.Logger) []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(s.Kafka.Addrs()...),
		kgo.ClientID("waybill"),
		kgo.MetadataMinAge(metadataAge),
		kgo.WithLogger(clientLog{kslog.New(log)}),
	}
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
		return nil, fmt.Errorf("asking Kafka at %s: %w (is `waybill up` running, or --kafka-brokers right?)",
			strings.Join(g.settings.Kafka.Addrs(), ","), err)
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
