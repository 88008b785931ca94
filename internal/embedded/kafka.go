package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/twmb/franz-go/pkg/kfake"

	"waybill/internal/ports"
)

// KafkaOptions says how to run the embedded Kafka. The zero value keeps
// everything in memory, on a free port.
type KafkaOptions struct {
	// DataDir is where topics, groups and transactions are kept. Empty: in
	// memory only.
	DataDir string
	// Port is the loopback port to listen on. 0: a free one.
	Port int
	// Fsync makes every write wait for the disk. Without it a power cut can
	// lose what was written last; the end of the process cannot.
	Fsync bool
	// Logger receives the broker's warnings and the news of its life. Nil: none.
	Logger *slog.Logger
}

// Kafka is a running single-node Kafka.
type Kafka struct {
	addr   string
	broker broker
}

// broker is where it runs: a child process, or memory of this one.
type broker interface {
	ended() <-chan struct{}
	failure() error
	stop() error
}

// StartKafka starts a single-node Kafka on loopback and returns when it takes
// connections. ctx bounds the start (which waits for an earlier process to let go
// of DataDir), not the life.
//
// With a data directory it runs in a child process, and the main of the program
// must hand EngineCommand to RunEngine. The child outlives a program that is
// killed by the moment that it takes to end in order. If the child itself is
// killed, the next start ends what was open first, which takes a read of all
// topics. Either way a transaction is whole or not at all. What is not safe is a
// kill of the child while it rewrites a compacted partition, once an hour for a
// moment, and in the middle of a commit by a client that knows no EndTxn of
// version 5.
//
// Topics are made only when asked for by name: no request creates one by the
// way. A topic without retention.ms of its own is kept for ever. The broker
// ignores LogAppendTime: records keep the time of their producer.
func StartKafka(ctx context.Context, o KafkaOptions) (*Kafka, error) {
	o.Logger = orDiscard(o.Logger)
	start := startKafkaInMemory
	if o.DataDir != "" {
		start = startKafkaOnDisk
	}
	k, err := start(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("starting embedded Kafka: %w", err)
	}
	o.Logger.Info("embedded Kafka is ready: one node, for trying out and small work",
		"addr", k.addr, "data", o.DataDir, "fsync", o.Fsync)
	return k, nil
}

func startKafkaInMemory(_ context.Context, o KafkaOptions) (*Kafka, error) {
	log := kafkaLog{&lineLog{to: o.Logger, source: kafkaEngine}}
	cluster, err := kfake.NewCluster(append(kafkaSettings(o.Port), kfake.WithLogger(log))...)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", ports.Loopback(o.Port), err)
	}
	keepAborts(cluster)
	return &Kafka{
		addr:   cluster.ListenAddrs()[0],
		broker: &memoryBroker{cluster: cluster, done: make(chan struct{})},
	}, nil
}

// memoryBroker is a Kafka that forgets everything at its end.
type memoryBroker struct {
	cluster *kfake.Cluster
	once    sync.Once
	done    chan struct{}
}

func (b *memoryBroker) ended() <-chan struct{} { return b.done }
func (b *memoryBroker) failure() error         { return nil }

func (b *memoryBroker) stop() error {
	b.once.Do(func() {
		b.cluster.Close()
		close(b.done)
	})
	return nil
}

func startKafkaOnDisk(ctx context.Context, o KafkaOptions) (*Kafka, error) {
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("resolving data directory: %w", err)
	}
	server := kafkaServer{dataDir: dir, port: o.Port, fsync: o.Fsync}
	c, err := startChild(o.Logger, server.args())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	select {
	case addr := <-c.said.line:
		go c.report(o.Logger)
		return &Kafka{addr: addr, broker: c}, nil
	case <-c.done:
		return nil, c.failure()
	case <-ctx.Done():
		return nil, c.giveUp(ctx.Err())
	}
}

// Addrs returns the broker's addresses, host:port.
func (k *Kafka) Addrs() []string { return []string{k.addr} }

// Done is closed when the broker has ended, asked or not.
func (k *Kafka) Done() <-chan struct{} { return k.broker.ended() }

// Err returns why the broker ended of itself, with the last it said. It is nil
// while it runs and after Close.
func (k *Kafka) Err() error { return k.broker.failure() }

// Close writes everything to the disk and stops the broker. Clients should be
// closed before. It can be called more than once.
func (k *Kafka) Close() error { return k.broker.stop() }
