//go:build synctests

package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream"
	"waybill/pipeline/stream/job"
)

// patience bounds every wait, in virtual time.
const patience = 5 * time.Minute

const sessionTimeout = 3 * time.Second

// world is a cluster, a group of processes, and what came into and out of it.
type world struct {
	plan    *plan
	wires   *kfake.VirtualNetwork
	cluster *kfake.Cluster
	client  *kgo.Client // of the world itself: no fault meets its network
	began   time.Time
	healed  time.Time // when the faults had ended

	running map[string]*process
	gone    []*process          // killed, and perhaps not at their end
	usurped map[string]bool     // names that two processes had at once
	disks   map[string]*machine // of the newest process of a name
	written []*written
	noticed int             // the highest notice that was given
	keys    map[string]bool // of written
	faults  []*kfake.FaultHandle
	lines   lines

	mu      sync.Mutex
	entries map[string][]entry // outputs by key, as readers see them
	stands  map[string]string  // the last conclusion by key
	dead    []command          // dead letters
	log     []*kgo.Record      // the changelog, whatever was compacted since
	read    map[string]map[int32]int64
	ticked  int64 // when the clock Log ends, ms since 1970
	bad     error // what must never be
}

// written is a record that was produced.
type written struct {
	command
	key    string
	record *kgo.Record
}

func newWorld(p *plan) (*world, error) {
	w := &world{
		plan: p, wires: &kfake.VirtualNetwork{}, began: time.Now(),
		running: map[string]*process{}, usurped: map[string]bool{}, keys: map[string]bool{}, disks: map[string]*machine{},
		entries: map[string][]entry{}, stands: map[string]string{}, read: map[string]map[int32]int64{},
	}
	ports := make([]int, p.brokers)
	for i := range ports {
		ports[i] = 9000 + i
	}
	var err error
	w.cluster, err = kfake.NewCluster(kfake.Ports(ports...), kfake.ListenFn(w.wires.Listen), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		return nil, err
	}
	w.cluster.ControlKey(int16(kmsg.OffsetForLeaderEpoch), w.neverTruncated)
	for _, topic := range []string{"first", "second", "rerouted", "out", "standing", "dead"} {
		if err := w.cluster.CreateTopic(topic, p.partitions, map[string]string{"retention.ms": "-1"}); err != nil {
			return nil, err
		}
	}
	compacted := map[string]string{"retention.ms": "-1", "cleanup.policy": "compact"}
	for topic, partitions := range map[string]int32{"state": p.partitions, "notices": 1} {
		if err := w.cluster.CreateTopic(topic, partitions, compacted); err != nil {
			return nil, err
		}
	}
	calm := &network{dialer: w.wires.DialContext, latency: p.latency, conns: map[*wire]bool{}} // no trap is ever laid in it
	w.client, err = kgo.NewClient(
		kgo.SeedBrokers(w.cluster.ListenAddrs()...), calm.option(), kgo.DisableClientMetrics(),
		kgo.RecordPartitioner(kgo.BasicConsistentPartitioner(place)), kgo.ProducerLinger(0),
		kgo.ConsumeTopics("out", "standing", "dead", "state"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
	)
	return w, err
}

// neverTruncated answers a client that asks after a move of the leader whether
// its offset is still in the log: it is, for nothing here truncates a log. The
// cluster itself would say that what was deleted never was.
func (w *world) neverTruncated(request kmsg.Request) (kmsg.Response, error, bool) {
	w.cluster.KeepControl()
	req := request.(*kmsg.OffsetForLeaderEpochRequest)
	resp := req.ResponseKind().(*kmsg.OffsetForLeaderEpochResponse)
	for _, t := range req.Topics {
		topic := kmsg.NewOffsetForLeaderEpochResponseTopic()
		topic.Topic = t.Topic
		for _, p := range t.Partitions {
			one := kmsg.NewOffsetForLeaderEpochResponseTopicPartition()
			one.Partition, one.LeaderEpoch, one.EndOffset = p.Partition, p.LeaderEpoch, math.MaxInt64
			topic.Partitions = append(topic.Partitions, one)
		}
		resp.Topics = append(resp.Topics, topic)
	}
	return resp, nil, true
}

// close ends everything that is not at its end.
func (w *world) close() {
	for _, p := range w.all() {
		p.kill()
	}
	w.client.Close()
	w.cluster.Close()
}

// place puts a record where its key belongs, unless it says where it goes.
func place(topic string) func(*kgo.Record, int) int {
	usual := kgo.StickyKeyPartitioner(nil).ForTopic(topic)
	return func(r *kgo.Record, n int) int {
		if r.Partition >= 0 {
			return int(r.Partition) % n
		}
		return usual.Partition(r, n)
	}
}

func (w *world) config(p *process) stream.Config {
	cfg := stream.Config{
		App: "ledger", Instance: p.name, Workers: p.workers, Brokers: w.cluster.ListenAddrs(),
		ClientOpts: []kgo.Opt{p.net.option()},
		Inputs:     []string{"first", "second"}, Rerouted: "rerouted", Changelog: "state", DeadLetters: "dead",
		State: p.disk, Clock: w.plan.clock, Perform: perform,
		CommitInterval:     time.Duration(w.plan.commitMillis) * time.Millisecond,
		TransactionTimeout: 4 * time.Second, SessionTimeout: sessionTimeout, ShutdownTimeout: 2 * time.Second,
		LeaveOnShutdown: w.plan.leave, StandbyReplicas: w.plan.standbys, AcceptableLag: w.plan.lag,
		StateRefresh: w.plan.refresh,
	}
	if w.plan.clock == stream.Live {
		cfg.Broadcasts = []stream.Broadcast{{Topic: "notices", Build: notices, Wakes: func(prefix string, _, _ []byte) string { return prefix }}}
	}
	options := &slog.HandlerOptions{Level: logLevel, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Duration("at", time.Since(w.began))
		}
		return a
	}}
	cfg.Logger = slog.New(slog.NewTextHandler(&w.lines, options)).With("process", p.name)
	return cfg
}

// logLevel is what the log of a failing history shows. At slog.LevelDebug it is
// all that the Kafka clients do.
const logLevel = slog.LevelInfo

// lines is a log.
type lines struct {
	mu sync.Mutex
	strings.Builder
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(p)
}

// notify changes the entries of the broadcast table that name all keys.
func (w *world) notify(notice int) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w.noticed = max(w.noticed, notice)
	value := fmt.Append(nil, w.noticed)
	return w.client.ProduceSync(ctx, &kgo.Record{Topic: "notices", Key: []byte("k"), Value: value}, &kgo.Record{Topic: "notices", Key: []byte("wk"), Value: value}).FirstErr()
}

// produce writes records, and waits until they are written.
func (w *world) produce(records []*written) error {
	raw := make([]*kgo.Record, len(records))
	for i, r := range records {
		value, err := json.Marshal(r.command)
		if err != nil {
			return err
		}
		r.record.Value = value
		raw[i] = r.record
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.client.ProduceSync(ctx, raw...).FirstErr(); err != nil {
		return fmt.Errorf("producing: %w", err)
	}
	w.written = append(w.written, records...)
	for _, r := range records {
		w.keys[r.key] = true
	}
	return nil
}

// tick ends a replay: one record on every partition of every input.
func (w *world) tick(at time.Time) error {
	var ticks []*kgo.Record
	for _, topic := range []string{"first", "second"} {
		for p := range w.plan.partitions {
			ticks = append(ticks, &kgo.Record{Topic: topic, Partition: p, Timestamp: at, Headers: []kgo.RecordHeader{{Key: job.TickHeader}}})
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return w.client.ProduceSync(ctx, ticks...).FirstErr()
}
