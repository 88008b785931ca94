package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kslog"

	"waybill/internal/config"
	"waybill/internal/embedded"
	"waybill/internal/topics"
)

// services are the Kafka and the ClickHouse that a deployment uses: embedded,
// unless the settings name others.
type services struct {
	kafka      *embedded.Kafka
	clickhouse *embedded.ClickHouse
}

// startServices starts what is embedded and points the settings at it.
func startServices(ctx context.Context, s *config.Settings, log *slog.Logger) (*services, error) {
	running := &services{}
	if len(s.Kafka.Brokers) == 0 {
		kafka, err := embedded.StartKafka(ctx, embedded.KafkaOptions{
			DataDir: filepath.Join(s.Data, "kafka"), Port: s.Kafka.Port, Fsync: s.Kafka.Fsync, Logger: log,
		})
		if err != nil {
			return nil, err
		}
		running.kafka = kafka
		s.Kafka.Brokers = kafka.Addrs()
	}
	if s.ClickHouse.Addr == "" {
		clickhouse, err := embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{
			DataDir: filepath.Join(s.Data, "clickhouse"), TCPPort: s.ClickHouse.Port, HTTPPort: s.ClickHouse.HTTPPort,
			Library: s.ClickHouse.Library, MaxMemoryBytes: s.ClickHouse.MaxMemory, Logger: log,
		})
		if err != nil {
			running.close(log)
			return nil, err
		}
		running.clickhouse = clickhouse
		s.ClickHouse.Addr = clickhouse.Addr()
	}
	return running, nil
}

func (s *services) close(log *slog.Logger) {
	if s.clickhouse != nil {
		if err := s.clickhouse.Close(); err != nil {
			log.Error("stopping the embedded ClickHouse", "err", err)
		}
	}
	if s.kafka != nil {
		if err := s.kafka.Close(); err != nil {
			log.Error("stopping the embedded Kafka", "err", err)
		}
	}
}

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

// newKafkaClient makes a client for commands: it produces and asks.
func newKafkaClient(s *config.Settings, log *slog.Logger) (*kgo.Client, error) {
	client, err := kgo.NewClient(kafkaOptions(s, log)...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	return client, nil
}

// loopbackNetwork is this machine alone.
func loopbackNetwork() netip.Prefix { return netip.MustParsePrefix("127.0.0.0/8") }

// layout says how the settings want the topics.
func layout(s *config.Settings) topics.Layout {
	return topics.Layout{
		Prefix: s.Kafka.Prefix, Partitions: s.Kafka.Partitions, Replication: s.Kafka.Replication,
		Replay: s.Pipeline.Clock == "log",
	}
}
