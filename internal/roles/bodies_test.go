package roles

import (
	"crypto/rand"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded/embeddedtest"
	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// fetched counts the bytes of the answers to fetches.
type fetched struct{ bytes atomic.Int64 }

// OnBrokerRead implements kgo.HookBrokerRead.
func (f *fetched) OnBrokerRead(_ kgo.BrokerMetadata, key int16, read int, _, _ time.Duration, _ error) {
	if key == 1 {
		f.bytes.Add(int64(read))
	}
}

// lying is a topic of one partition with webhooks on it.
type lying struct {
	*bodies
	fetched fetched
}

// lay makes it; opts are those of its client.
func lay(t *testing.T, opts ...kgo.Opt) *lying {
	t.Helper()
	l := &lying{}
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(embeddedtest.Kafka(t)...), kgo.WithHooks(&l.fetched))...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	l.bodies = &bodies{client: client, topic: "bodies-" + rand.Text(), codec: codecs.WebhookJob}
	_, err = kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, nil, l.topic)
	require.NoError(t, err)
	return l
}

// write adds a webhook, in a batch of its own.
func (l *lying) write(t *testing.T, id string, body []byte) job.Position {
	t.Helper()
	value, err := l.codec.Encode(&schemas.WebhookJob{JobID: id, Trigger: schemas.TriggerEvent, Body: body})
	require.NoError(t, err)
	at, err := l.client.ProduceSync(t.Context(), &kgo.Record{Topic: l.topic, Value: value}).First()
	require.NoError(t, err)
	return job.Position{Partition: 0, Offset: at.Offset}
}

// A body that belongs to another webhook is never sent in its place.
func TestBodyOfAnother(t *testing.T) {
	l := lay(t)
	at := l.write(t, "mine", []byte("{}"))
	body, err := l.read(t.Context(), "mine", at)
	require.NoError(t, err)
	require.Equal(t, []byte("{}"), body)
	_, err = l.read(t.Context(), "another", at)
	require.ErrorIs(t, err, errNoBody)
}

// What lies behind a body is not fetched with it.
func TestBodyIsFetchedAlone(t *testing.T) {
	l := lay(t, kgo.ProducerBatchCompression(kgo.NoCompression()))
	large := []byte(rand.Text())
	for len(large) < 50_000 {
		large = append(large, large...)
	}
	at := l.write(t, "mine", large)
	for range 10 {
		l.write(t, "another", large)
	}
	body, err := l.read(t.Context(), "mine", at)
	require.NoError(t, err)
	require.Equal(t, large, body)
	require.Less(t, l.fetched.bytes.Load(), int64(3*len(large)/2+1000), "one webhook, its body as text in it")
}

// A body is gone when the broker says so, or gives what lies behind it; not
// when it gives nothing, as one that does not yet know how far its log is good.
func TestBodyIsGone(t *testing.T) {
	l := lay(t, kgo.TransactionalID("bodies-"+rand.Text()))
	_, err := l.read(t.Context(), "mine", job.Position{})
	require.Error(t, err)
	require.NotErrorIs(t, err, errNoBody, "the broker gave nothing")
	require.Eventually(t, func() bool { // a new topic has no leader at first
		_, err := l.read(t.Context(), "mine", job.Position{Offset: 1})
		return errors.Is(err, kerr.OffsetOutOfRange)
	}, 5*time.Minute, 10*time.Millisecond, "the log ends before it")

	require.NoError(t, l.client.BeginTransaction())
	at := l.write(t, "mine", []byte("{}"))
	require.NoError(t, l.client.EndTransaction(t.Context(), kgo.TryAbort))
	require.Eventually(t, func() bool { // a broker ends the transaction in this topic a moment later
		_, err := l.read(t.Context(), "mine", at)
		return errors.Is(err, errNoBody)
	}, 5*time.Minute, 10*time.Millisecond, "nothing is left at the offset")
}
