package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// offsetRetention is how long a group's offsets outlive its last commit. Kafka's
// own seven days would make a laptop that was shut for a holiday read its topics
// from the start again; no input topic is kept as long as this.
const offsetRetention = 400 * 24 * time.Hour

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
	// Logger receives the broker's warnings and errors. Nil: none.
	Logger *slog.Logger
}

// Kafka is a running single-node Kafka.
type Kafka struct {
	cluster *kfake.Cluster
	addrs   []string
	lock    *dirLock
	close   sync.Once
}

// StartKafka starts a single-node Kafka on loopback and returns when it takes
// connections. ctx bounds the start (it waits for an earlier process to let go
// of DataDir), not the life.
//
// Topics are made only when asked for by name: no request creates one by the
// way. A topic without retention.ms of its own is kept for ever. The broker
// ignores LogAppendTime: records keep the time of their producer.
func StartKafka(ctx context.Context, o KafkaOptions) (*Kafka, error) {
	logger := orDiscard(o.Logger)
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("waybill-embedded"),
		kfake.WithLogger(kafkaLogger{logger}),
		kfake.BrokerConfigs(map[string]string{
			"log.retention.ms":          "-1",
			"offsets.retention.minutes": strconv.Itoa(int(offsetRetention.Minutes())),
		}),
	}
	if o.Port != 0 {
		opts = append(opts, kfake.Ports(o.Port))
	}
	var lock *dirLock
	if o.DataDir != "" {
		var err error
		if lock, err = lockDir(ctx, o.DataDir); err != nil {
			return nil, fmt.Errorf("starting embedded Kafka: %w", err)
		}
		opts = append(opts, kfake.DataDir(o.DataDir))
		if o.Fsync {
			opts = append(opts, kfake.SyncWrites())
		}
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		lock.release()
		return nil, fmt.Errorf("starting embedded Kafka (port %d, data directory %q): %w", o.Port, o.DataDir, err)
	}
	k := &Kafka{cluster: cluster, addrs: cluster.ListenAddrs(), lock: lock}
	logger.Info("embedded Kafka is ready: one node, for trying out and small work",
		"addr", k.addrs[0], "data", o.DataDir, "fsync", o.Fsync)
	return k, nil
}

// Addrs returns the broker's addresses, host:port.
func (k *Kafka) Addrs() []string { return k.addrs }

// Close writes everything to the disk and stops the broker. Clients should be
// closed before. It can be called more than once.
func (k *Kafka) Close() error {
	k.close.Do(func() {
		k.cluster.Close()
		k.lock.release()
	})
	return nil
}
