package stream

import (
	"errors"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

// posted is an outbox whose client has no broker: records wait in it.
func posted(t *testing.T) (x *outbox, post func(key string, value int) *kgo.Record) {
	client, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	x = newOutbox("prefix-")
	return x, func(key string, value int) *kgo.Record {
		o := output{
			Output: job.Output{Topic: "out", Value: make([]byte, value), Headers: []job.Header{{Key: "h", Value: []byte(key)}}},
			key:    []byte(key), partition: -1,
		}
		return x.add(client, &task{partition: 3, cfg: &Config{Changelog: "state"}}, cause{kind: wakeCall, key: key}, &o)
	}
}

// Where the broker refuses some records for their size, the largest is to blame.
func TestOutboxBlamesTheLargest(t *testing.T) {
	x, post := posted(t)
	require.NoError(t, x.failure())
	small, large, other := post("small", 10), post("large", 500), post("other", 900)
	x.written(small, nil)
	require.NoError(t, x.failure())
	x.written(other, errors.New("the broker is away"))
	require.ErrorContains(t, x.failure(), "writing to prefix-out: the broker is away")
	x.written(small, kerr.MessageTooLarge)
	x.written(large, kerr.MessageTooLarge)
	x.written(small, kerr.MessageTooLarge)
	p, ok := errors.AsType[*poison](x.failure())
	require.True(t, ok)
	require.Equal(t, cause{kind: wakeCall, key: "large"}, p.cause)
	require.Equal(t, int32(3), p.task.partition)
	require.ErrorIs(t, p.err, kerr.MessageTooLarge)
	require.ErrorContains(t, p.err, "511 bytes")
	x.clear(true)
	require.NoError(t, x.failure())
}

// The memory of a transaction that has ended for certain is used again, as far
// as the last one needed it, and not that of one that was aborted: the client
// may still be at work on its records.
func TestOutboxMemory(t *testing.T) {
	x, post := posted(t)
	first := post("a", 1)
	for range 2*outboxChunk - 1 {
		post("b", 1)
	}
	require.Len(t, x.chunks, 2)
	x.clear(true)
	require.Same(t, first, post("c", 2))
	require.Equal(t, "c", string(first.Key))
	require.Equal(t, []kgo.RecordHeader{{Key: "h", Value: []byte("c")}}, first.Headers)
	x.clear(true)
	require.Len(t, x.chunks, 1)
	require.Zero(t, x.bytes)
	post("d", 1)
	x.clear(false)
	require.NotSame(t, first, post("e", 1))
}

// Calls that make much output end a transaction as soon as it is large, though
// many records wait for the same task (rule E12).
func TestMuchOutputEndsATransaction(t *testing.T) {
	t.Parallel()
	const records, size, room = 40, 8000, 16_000
	d := deploy(t, 1)
	for range records {
		d.produce(&kgo.Record{Topic: "first", Key: []byte("k"), Value: fmt.Appendf(nil, "+1,big %d", size)})
	}
	registry := prometheus.NewRegistry()
	cfg := d.config(Live)
	cfg.Registerer, cfg.MaxOverlayBytes = registry, room
	i := d.start(cfg)
	i.caught()
	require.GreaterOrEqual(t, metric(t, registry, "waybill_stream_transactions_total", "committed"), float64(records*size/(room+size)))
	i.stop()
	require.Len(t, d.read("out"), 2*records, "a count for each, and what is large")
}
