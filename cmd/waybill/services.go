package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"

	"waybill/internal/config"
	"waybill/internal/embedded"
	"waybill/internal/topics"
	"waybill/internal/vault"
)

// services are the Kafka and the ClickHouse that a deployment uses: embedded,
// unless the settings name others.
type services struct {
	kafka      *embedded.Kafka
	clickhouse *embedded.ClickHouse
}

// startServices starts what is embedded and points the settings at it.
func startServices(ctx context.Context, s *config.Settings, log *slog.Logger) (*services, error) {
	running, err := startKafka(ctx, s, log)
	if err != nil {
		return nil, err
	}
	if len(s.ClickHouse.Addr) == 0 {
		clickhouse, err := embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{
			DataDir: filepath.Join(s.Data, "clickhouse"), TCPPort: s.ClickHouse.Port, HTTPPort: s.ClickHouse.HTTPPort,
			Library: s.ClickHouse.Library, MaxMemoryBytes: s.ClickHouse.MaxMemory, Logger: log,
		})
		if err != nil {
			running.close(log)
			return nil, err
		}
		running.clickhouse = clickhouse
		s.ClickHouse.Addr = []string{clickhouse.Addr()}
	}
	return running, nil
}

// startKafka starts the Kafka alone if it is embedded. With it go keys for the
// secrets of endpoints (W10), made where none are named.
func startKafka(ctx context.Context, s *config.Settings, log *slog.Logger) (*services, error) {
	if len(s.Kafka.Brokers) > 0 {
		return &services{}, nil
	}
	kafka, err := embedded.StartKafka(ctx, embedded.KafkaOptions{
		DataDir: filepath.Join(s.Data, "kafka"), Port: s.Kafka.Port, Fsync: s.Kafka.Fsync, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	running := &services{kafka: kafka}
	if err := ownKeys(s); err != nil {
		running.close(log)
		return nil, err
	}
	s.Kafka.Brokers = kafka.Addrs()
	return running, nil
}

// ownKeys makes the file of keys in --data where none is named.
func ownKeys(s *config.Settings) error {
	if s.SecretKeys != "" {
		return nil
	}
	s.SecretKeys = filepath.Join(s.Data, "secrets.key")
	return vault.Make(s.SecretKeys, rand.Reader)
}

// watch fails when something embedded ends of itself.
func (s *services) watch(ctx context.Context) error {
	var kafka, clickhouse <-chan struct{} // nil: never
	if s.kafka != nil {
		kafka = s.kafka.Done()
	}
	if s.clickhouse != nil {
		clickhouse = s.clickhouse.Done()
	}
	select {
	case <-ctx.Done():
		return nil
	case <-kafka:
		return fmt.Errorf("watching the embedded Kafka: %w", s.kafka.Err())
	case <-clickhouse:
		return fmt.Errorf("watching the embedded ClickHouse: %w", s.clickhouse.Err())
	}
}

// needed returns a context that ends, with the cause, when something embedded
// ends of itself.
func (s *services) needed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	go func() { end(s.watch(ctx)) }()
	return ctx, func() { end(nil) }
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

// loopbackNetwork is this machine alone.
func loopbackNetwork() netip.Prefix { return netip.MustParsePrefix("127.0.0.0/8") }

// layout says how the settings want the topics.
func layout(s *config.Settings) topics.Layout {
	return topics.Layout{
		Prefix: s.Kafka.Prefix, Partitions: s.Kafka.Partitions, Replication: s.Kafka.Replication,
		Replay: s.Pipeline.Clock == "log",
	}
}
