package stream

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"waybill/pipeline/stream/job"
)

func TestMain(m *testing.M) {
	runChild()
	if os.Getenv(brokerCommand) != "" {
		if err := serveBroker(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// patient bounds every wait of a test: far more than any of them takes.
const patient = 5 * time.Minute

// deployment is a set of topics of one test on a broker: kfake in the process,
// or the broker that WAYBILL_TEST_KAFKA names. The faults that only kfake can
// make go by fake, which is nil on a real one.
type deployment struct {
	t       *testing.T
	fake    *kfake.Cluster
	brokers []string
	prefix  string
	client  *kgo.Client // of the test itself
}

var deployments atomic.Int64

func deploy(t *testing.T, partitions int32) *deployment {
	t.Helper()
	if address := os.Getenv("WAYBILL_TEST_KAFKA"); address != "" {
		return deployOn(t, strings.Split(address, ","), partitions)
	}
	fake, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	d := deployOn(t, fake.ListenAddrs(), partitions)
	d.fake = fake
	return d
}

// deployOn makes the topics of a test on brokers that others may use too.
func deployOn(t *testing.T, brokers []string, partitions int32) *deployment {
	t.Helper()
	d := &deployment{t: t, brokers: brokers, prefix: fmt.Sprintf("t%d-%d-", time.Now().UnixNano(), deployments.Add(1))}
	client, err := kgo.NewClient(kgo.SeedBrokers(d.brokers...), kgo.MetadataMinAge(50*time.Millisecond), kgo.RecordPartitioner(kgo.BasicConsistentPartitioner(place)))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	d.client = client
	d.create(partitions, "first", "second", "rerouted", "out", "dead")
	d.createCompacted(partitions, "state")
	return d
}

func (d *deployment) create(partitions int32, topics ...string) {
	d.t.Helper()
	d.createWith(partitions, map[string]*string{"retention.ms": new("-1")}, topics)
}

func (d *deployment) createCompacted(partitions int32, topics ...string) {
	d.t.Helper()
	d.createWith(partitions, map[string]*string{"retention.ms": new("-1"), "cleanup.policy": new("compact")}, topics)
}

// createWith makes topics with as many replicas as the broker thinks right, and
// removes them after the test: others may use the broker too.
func (d *deployment) createWith(partitions int32, settings map[string]*string, topics []string) {
	d.t.Helper()
	var full []string
	for _, topic := range topics {
		full = append(full, d.prefix+topic)
	}
	made, err := kadm.NewClient(d.client).CreateTopics(d.ctx(), partitions, -1, settings, full...)
	require.NoError(d.t, err)
	require.NoError(d.t, made.Error())
	d.t.Cleanup(func() { _, _ = kadm.NewClient(d.client).DeleteTopics(d.ctx(), full...) })
	d.known(int(partitions), topics...)
}

// remove deletes topics and waits until a broker has heard of it.
func (d *deployment) remove(topics ...string) {
	d.t.Helper()
	for _, topic := range topics {
		removed, err := kadm.NewClient(d.client).DeleteTopic(d.ctx(), d.prefix+topic)
		require.NoError(d.t, err)
		require.NoError(d.t, removed.Err)
	}
	d.await("the topics are gone", topics, func(topic kmsg.MetadataResponseTopic) bool {
		return topic.ErrorCode == kerr.UnknownTopicOrPartition.Code
	})
}

// known waits until a broker has heard of topics and the number of their
// partitions: it does so some time after the controller has answered.
func (d *deployment) known(partitions int, topics ...string) {
	d.t.Helper()
	d.await("the topics are known", topics, func(topic kmsg.MetadataResponseTopic) bool {
		return topic.ErrorCode == 0 && len(topic.Partitions) == partitions
	})
}

// await waits until something holds for topics in the eyes of a broker.
func (d *deployment) await(what string, topics []string, holds func(kmsg.MetadataResponseTopic) bool) {
	d.t.Helper()
	req := kmsg.NewPtrMetadataRequest()
	for _, name := range topics {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = new(d.prefix + name)
		req.Topics = append(req.Topics, topic)
	}
	eventually(d.t, func() bool {
		resp, err := req.RequestWith(d.ctx(), d.client)
		return err == nil && !slices.ContainsFunc(resp.Topics, func(topic kmsg.MetadataResponseTopic) bool { return !holds(topic) })
	}, what)
}

func (d *deployment) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	d.t.Cleanup(cancel)
	return ctx
}

// config is what the tests have in common; they change what they are about.
func (d *deployment) config(clock Clock) Config {
	return Config{
		App: "tally", Instance: "one", Workers: 1, Brokers: d.brokers, Prefix: d.prefix,
		Inputs: []string{"first", "second"}, Changelog: "state", DeadLetters: "dead",
		Clock: clock, Logger: testLogger(d.t),
	}
}

// testLogger writes the runtime's log when the tests are verbose.
func testLogger(t *testing.T) *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(testWriter{t}, nil))
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) { return w.t.Output().Write(p) }

// instance is a runtime under way.
type instance struct {
	*Runtime
	t      *testing.T
	cancel context.CancelFunc
	done   chan error
}

func (d *deployment) start(cfg Config) *instance {
	d.t.Helper()
	return d.startJob(cfg, tally{})
}

func (d *deployment) startJob(cfg Config, j job.Job) *instance {
	d.t.Helper()
	r, err := New(cfg, j)
	require.NoError(d.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	i := &instance{r, d.t, cancel, make(chan error, 1)}
	go func() {
		err := r.Run(ctx)
		if err != nil {
			cfg.Logger.Error("the runtime has ended", "error", err)
		}
		i.done <- err
	}()
	d.t.Cleanup(func() {
		cancel()
		if err, open := <-i.done; open && err != nil && !d.t.Failed() {
			d.t.Errorf("running %s: %v", cfg.Instance, err)
		}
	})
	return i
}

// stop ends a runtime in order.
func (i *instance) stop() {
	i.t.Helper()
	i.cancel()
	require.NoError(i.t, i.end())
}

// end waits until a runtime has ended and returns what it said.
func (i *instance) end() error {
	i.t.Helper()
	select {
	case err := <-i.done:
		close(i.done)
		return err
	case <-time.After(patient):
		i.t.Fatal("the runtime does not end")
		return nil
	}
}

// caught waits until all that was produced is handled.
func (i *instance) caught() {
	i.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	require.NoError(i.t, i.Caught(ctx))
}

func (d *deployment) produce(records ...*kgo.Record) {
	d.t.Helper()
	for _, r := range records {
		if !strings.HasPrefix(r.Topic, d.prefix) {
			r.Topic = d.prefix + r.Topic
		}
	}
	require.NoError(d.t, d.client.ProduceSync(d.ctx(), records...).FirstErr())
}

// tick ends a replay: one record on every partition of every input.
func (d *deployment) tick(at time.Time, partitions int32, topics ...string) {
	d.t.Helper()
	var ticks []*kgo.Record
	for _, topic := range topics {
		for p := range partitions {
			ticks = append(ticks, &kgo.Record{Topic: topic, Partition: p, Timestamp: at, Headers: []kgo.RecordHeader{{Key: job.TickHeader}}})
		}
	}
	d.produce(ticks...)
}

// read returns a topic's committed records, in order within each partition. It
// waits until the transactions in it have ended: a broker says that one is
// committed before it can be seen in every topic.
func (d *deployment) read(topic string) []*kgo.Record {
	d.t.Helper()
	return d.readAs(kgo.ReadCommitted(), topic)
}

func (d *deployment) readAs(level kgo.IsolationLevel, topic string) []*kgo.Record {
	d.t.Helper()
	ctx := d.ctx()
	full := d.prefix + topic
	admin := kadm.NewClient(d.client)
	var starts, ends map[string]map[int32]int64
	err := retry(ctx, testLogger(d.t), "listing offsets", func() (err error) {
		if starts, err = listed(admin.ListStartOffsets(ctx, full)); err == nil {
			ends, err = listed(admin.ListEndOffsets(ctx, full))
		}
		return err
	})
	require.NoError(d.t, err)
	at, offsets := starts[full], map[int32]kgo.Offset{}
	for p := range at {
		offsets[p] = kgo.NewOffset().AtStart()
	}
	reader, err := kgo.NewClient(kgo.SeedBrokers(d.brokers...), kgo.FetchIsolationLevel(level), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{full: offsets}))
	require.NoError(d.t, err)
	defer reader.Close()
	var out []*kgo.Record
	for !reached(at, ends[full]) {
		fetches := reader.PollFetches(ctx)
		require.NoError(d.t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) {
			at[r.Partition] = r.Offset + 1
			if !r.Attrs.IsControl() {
				out = append(out, r)
			}
		})
	}
	return out
}

// outputs returns the values on the output topic by key, in order.
func (d *deployment) outputs() map[string][]string {
	d.t.Helper()
	out := map[string][]string{}
	for _, r := range d.read("out") {
		out[string(r.Key)] = append(out[string(r.Key)], string(r.Value))
	}
	return out
}

// metric returns the value of the series of a name that has a label of a value,
// and -1 when there is none.
func metric(t *testing.T, from prometheus.Gatherer, name, labelled string) float64 {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == name && l.GetValue() == labelled {
					return m.GetCounter().GetValue() + m.GetGauge().GetValue()
				}
			}
		}
	}
	return -1
}

// removeRecords does what retention does: partition 0 of a topic then starts at
// the given offset.
func (d *deployment) removeRecords(topic string, upTo int64) {
	d.t.Helper()
	var offsets kadm.Offsets
	offsets.AddOffset(d.prefix+topic, 0, upTo, -1)
	removed, err := kadm.NewClient(d.client).DeleteRecords(d.ctx(), offsets)
	require.NoError(d.t, err)
	require.NoError(d.t, removed.Error())
}

// eventually waits until a condition holds.
func eventually(t *testing.T, holds func() bool, what string) {
	t.Helper()
	require.Eventually(t, holds, patient, 10*time.Millisecond, what)
}
