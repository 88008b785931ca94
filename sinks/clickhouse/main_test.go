package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics"
	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
	"waybill/schemas"
)

func TestMain(m *testing.M) {
	runChild()
	embeddedtest.Main(m)
}

// patience bounds every wait of a test.
const patience = 5 * time.Minute

// testBed is a Kafka with the topics, a ClickHouse with the tables, and a
// client for each. Names are the test's own, for real services are shared.
type testBed struct {
	t      *testing.T
	cfg    Config
	client *kgo.Client
	conn   driver.Conn
	// reference is what requireOneEffect compares with.
	reference *reference
	brokers   []string
}

// newTestBed has the ClickHouse that tests share.
func newTestBed(t *testing.T, partitions int32) *testBed {
	t.Helper()
	return newTestBedOn(t, partitions, analyticstest.Database(t))
}

func newTestBedOn(t *testing.T, partitions int32, tables *ch.Options) *testBed {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	brokers := embeddedtest.Kafka(t)
	bed := &testBed{t: t, brokers: brokers, cfg: Config{
		Prefix:        uuid.NewString() + ".",
		Kafka:         []kgo.Opt{kgo.SeedBrokers(brokers...)},
		ClickHouse:    *tables,
		Codecs:        codecs,
		FlushInterval: 20 * time.Millisecond,
	}}
	bed.client, err = kgo.NewClient(append(slices.Clone(bed.cfg.Kafka), kgo.UnknownTopicRetries(-1))...) // a real broker hears of new topics a little later
	require.NoError(t, err)
	t.Cleanup(bed.client.Close)
	retention := "-1"
	for _, topic := range append(Topics(), schemas.TopicDeadLetters) {
		_, err := kadm.NewClient(bed.client).CreateTopic(t.Context(), partitions, 1, map[string]*string{"retention.ms": &retention}, bed.cfg.Prefix+topic)
		require.NoError(t, err)
	}
	bed.eventually(func() bool { // so does each broker that is asked about them
		_, err := Lag(t.Context(), bed.client, bed.cfg.Prefix, "")
		return err == nil
	})
	bed.conn = connect(t, &bed.cfg.ClickHouse)
	return bed
}

// tables makes a database with every table on a server of the test's own.
func tables(t testing.TB, addr string) *ch.Options {
	t.Helper()
	options := &ch.Options{Addr: []string{addr}}
	options.Auth.Database = "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	return options
}

func connect(t testing.TB, options *ch.Options) driver.Conn {
	t.Helper()
	conn, err := ch.Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return conn
}

// send writes a value to a topic.
func send[T any](bed *testBed, topic string, codec *schemas.Codec[T], values ...*T) {
	bed.t.Helper()
	for _, v := range values {
		data, err := codec.Encode(v)
		require.NoError(bed.t, err)
		bed.client.Produce(bed.t.Context(), &kgo.Record{Topic: bed.cfg.Prefix + topic, Value: data, Key: fmt.Append(nil, v)}, func(_ *kgo.Record, err error) {
			if err != nil {
				bed.t.Errorf("writing to %s: %v", topic, err)
			}
		})
	}
	require.NoError(bed.t, bed.client.Flush(bed.t.Context()))
}

// run starts a sink, waits until it has settled everything, and stops it.
func (bed *testBed) run() {
	bed.t.Helper()
	stop := bed.start(bed.cfg)
	bed.caughtUp()
	stop()
}

// start runs a sink until the returned function is called.
func (bed *testBed) start(cfg Config) (stop func()) {
	bed.t.Helper()
	sink, err := New(cfg)
	require.NoError(bed.t, err)
	ctx, cancel := context.WithCancel(bed.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sink.Run(ctx) }()
	return func() {
		cancel()
		select {
		case err := <-ended:
			require.NoError(bed.t, err)
		case <-time.After(patience):
			bed.t.Fatal("the sink does not end")
		}
	}
}

func (bed *testBed) caughtUp() {
	bed.t.Helper()
	require.EventuallyWithT(bed.t, func(c *assert.CollectT) {
		lag, err := Lag(bed.t.Context(), bed.client, bed.cfg.Prefix, "")
		require.NoError(c, err)
		require.Zero(c, lag)
	}, patience, 10*time.Millisecond, "the sink does not catch up")
}

// ask runs a query that gives one value.
func ask[V any](bed *testBed, query string) V {
	bed.t.Helper()
	return askOf[V](bed.t, bed.conn, query)
}

// deadLetters reads all dead letters there are.
func (bed *testBed) deadLetters() []*kgo.Record {
	bed.t.Helper()
	return bed.readAll(bed.cfg.Prefix + schemas.TopicDeadLetters)
}

// readAll reads all that lies on some topics.
func (bed *testBed) readAll(topics ...string) []*kgo.Record {
	bed.t.Helper()
	ends, err := kadm.NewClient(bed.client).ListEndOffsets(bed.t.Context(), topics...)
	require.NoError(bed.t, err)
	want := int64(0)
	ends.Each(func(o kadm.ListedOffset) { want += o.Offset })
	reader, err := kgo.NewClient(append(bed.cfg.Kafka, kgo.ConsumeTopics(topics...))...)
	require.NoError(bed.t, err)
	defer reader.Close()
	ctx, cancel := context.WithTimeout(bed.t.Context(), patience)
	defer cancel()
	var all []*kgo.Record
	for int64(len(all)) < want {
		fetches := reader.PollFetches(ctx)
		require.NoError(bed.t, fetches.Err())
		all = append(all, fetches.Records()...)
	}
	return all
}

func headerOf(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}
