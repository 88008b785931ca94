package polling

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/accounts"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/topics"
	"waybill/schemas"
)

const patience = 5 * time.Minute

// bed is a Kafka with the topics, a carrier that plays Shippo, and accounts.
type bed struct {
	t        *testing.T
	brokers  []string
	prefix   string
	codecs   *schemas.Codecs
	client   *kgo.Client
	carrier  *httptest.Server
	answer   atomic.Pointer[http.HandlerFunc]
	accounts atomic.Pointer[accounts.Accounts]
	registry *prometheus.Registry
	log      *lockedBuffer

	mu    sync.Mutex
	asked map[string]int  // by path
	keys  map[string]bool // that came
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{t: t, brokers: embeddedtest.Kafka(t), prefix: "poll-" + strings.ToLower(rand.Text()) + ".", asked: map[string]int{}, keys: map[string]bool{}, log: &lockedBuffer{}}
	var err error
	b.codecs, err = schemas.NewCodecs()
	require.NoError(t, err)
	maker, err := kgo.NewClient(b.kafka()...)
	require.NoError(t, err)
	_, err = topics.Create(t.Context(), maker, topics.Layout{Prefix: b.prefix, Partitions: 4, Replication: -1})
	require.NoError(t, err)
	maker.Close()
	b.client, err = kgo.NewClient(b.kafka()...)
	require.NoError(t, err)
	t.Cleanup(b.client.Close)
	b.play(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, track(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], 1))
	})
	b.carrier = serve(t, func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.asked[r.URL.Path]++
		b.keys[r.Header.Get("Authorization")] = true
		b.mu.Unlock()
		(*b.answer.Load())(w, r)
	})
	b.use(`accounts:
  - {name: main, tenant: acme, source: shippo, polling: {url: "URL", key: @, rate: 10000, in_flight: 8, carriers: {usps: usps}}}
`)
	return b
}

func (b *bed) kafka() []kgo.Opt {
	return []kgo.Opt{kgo.SeedBrokers(b.brokers...), kgo.MetadataMinAge(100 * time.Millisecond)}
}

func (b *bed) play(answer http.HandlerFunc) { b.answer.Store(&answer) }

// use takes other accounts.
func (b *bed) use(text string) {
	b.accounts.Store(read(b.t, strings.ReplaceAll(text, "URL", b.carrier.URL)))
}

// run runs a poller until the returned function is called.
func (b *bed) run(instance string) (p *Poller, stop func()) {
	b.t.Helper()
	b.registry = prometheus.NewRegistry()
	p, err := New(Config{
		Kafka: append(b.kafka(), kgo.InstanceID(b.prefix+instance), kgo.SessionTimeout(10*time.Second)), Prefix: b.prefix, Codecs: b.codecs,
		Accounts: b.accounts.Load, Carriers: table(b.t), Sources: withShippo(), Useful: 2 * time.Hour, Version: "test",
		Logger: slog.New(slog.NewTextHandler(b.log, nil)), Registerer: b.registry,
	})
	require.NoError(b.t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(b.t, <-ended)
	})
	b.t.Cleanup(stop)
	require.Eventually(b.t, func() bool { return p.Waiting() == "" }, patience, 5*time.Millisecond)
	return p, stop
}

// request asks for a poll, with what is not set from a usual one.
func (b *bed) request(r schemas.PollRequest) {
	b.t.Helper()
	if r.Tenant == "" {
		r.Tenant = "acme"
	}
	if r.Carrier == "" {
		r.Carrier = "usps"
	}
	if r.DueAt.IsZero() {
		r.DueAt = time.Now()
	}
	if r.Reason == "" {
		r.Reason = schemas.PollInterval
	}
	r.Epoch = time.UnixMilli(1)
	value, err := b.codecs.PollRequest.Encode(&r)
	require.NoError(b.t, err)
	b.produce(r.Carrier+":"+r.TrackingNumber, value)
}

func (b *bed) produce(key string, value []byte) {
	b.t.Helper()
	record := &kgo.Record{Topic: b.prefix + schemas.TopicPollRequests, Key: []byte(key), Value: value}
	require.NoError(b.t, b.client.ProduceSync(b.t.Context(), record).FirstErr())
}

// answered waits until every request has been settled and committed.
func (b *bed) answered() {
	b.t.Helper()
	require.Eventually(b.t, func() bool { return b.lag() == 0 }, patience, 10*time.Millisecond, "requests stay in hand: %s", b.log)
}

func (b *bed) lag() int64 {
	committed, err := kadm.NewClient(b.client).FetchOffsets(b.t.Context(), b.prefix+Group)
	require.NoError(b.t, err)
	ends, err := kadm.NewClient(b.client).ListEndOffsets(b.t.Context(), b.prefix+schemas.TopicPollRequests)
	require.NoError(b.t, err)
	lag := int64(0)
	ends.Each(func(o kadm.ListedOffset) {
		at, _ := committed.Lookup(o.Topic, o.Partition)
		lag += o.Offset - at.At
	})
	return lag
}

// whole reads all of a topic.
func (b *bed) whole(topic string) (all []*kgo.Record) {
	b.t.Helper()
	ends, err := kadm.NewClient(b.client).ListEndOffsets(b.t.Context(), b.prefix+topic)
	require.NoError(b.t, err)
	want := 0
	ends.Each(func(o kadm.ListedOffset) { want += int(o.Offset) })
	reader, err := kgo.NewClient(append(b.kafka(), kgo.ConsumeTopics(b.prefix+topic))...)
	require.NoError(b.t, err)
	defer reader.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	for len(all) < want {
		fetches := reader.PollFetches(ctx)
		require.NoError(b.t, fetches.Err0())
		all = append(all, fetches.Records()...)
	}
	return all
}

// told counts the events by parcel.
func (b *bed) told() map[string]int {
	told := map[string]int{}
	for _, r := range b.whole(schemas.TopicCarrierEvents) {
		e, err := b.codecs.CarrierEvent.Decode(r.Value)
		require.NoError(b.t, err)
		require.Equal(b.t, e.Carrier+":"+e.TrackingNumber, string(r.Key))
		told[e.TrackingNumber]++
	}
	return told
}

func (b *bed) times(number string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked["/tracks/usps/"+number]
}

func (b *bed) dropped(reason string) int {
	return int(metricOf(b.t, b.registry, "waybill_poll_dropped_total", "reason", reason))
}

func metricOf(t *testing.T, registry *prometheus.Registry, name string, labels ...string) float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
	next:
		for _, m := range f.GetMetric() {
			have := map[string]string{}
			for _, l := range m.GetLabel() {
				have[l.GetName()] = l.GetValue()
			}
			for i := 0; i < len(labels); i += 2 {
				if have[labels[i]] != labels[i+1] {
					continue next
				}
			}
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no series of %s with %v", name, labels)
	return 0
}
