package polling

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/accounts"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/topics"
	"waybill/schemas"
)

const patience = 20 * time.Second

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
	require.NotEmpty(b.t, p.Waiting())
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

// Each request is answered by what the source tells, and committed then.
func TestPollerPublishes(t *testing.T) {
	b := newBed(t)
	want := map[string]int{}
	for i := range 50 {
		number := fmt.Sprintf("N%d", i)
		want[number] = 1
		b.request(schemas.PollRequest{TrackingNumber: number})
	}
	_, stop := b.run("one")
	b.answered()
	require.Equal(t, want, b.told())
	for number := range want {
		b.request(schemas.PollRequest{TrackingNumber: number}) // what it told it tells again
	}
	b.answered()
	require.Equal(t, want, b.told())
	require.Equal(t, 2, b.times("N7"))
	require.InDelta(t, 50, metricOf(t, b.registry, "waybill_poll_asked_total", "account", "acme/main", "outcome", "no_news"), 0)
	stop()
	require.Equal(t, map[string]bool{"ShippoToken key-1": true}, b.keys)
	require.NotContains(t, b.log.String(), "key-1")
	b.run("one")
	b.answered()
	require.Equal(t, 2, b.times("N7"), "a restart asks nothing again")
}

// Of several requests of a parcel the newest is asked, and what was due long ago
// is not, but for the last of a parcel.
func TestPollerAsksTheNewest(t *testing.T) {
	b := newBed(t)
	long := time.Now().Add(-3 * time.Hour)
	for range 10 {
		b.request(schemas.PollRequest{TrackingNumber: "MANY"})
	}
	b.request(schemas.PollRequest{TrackingNumber: "OLD", DueAt: long})
	b.request(schemas.PollRequest{TrackingNumber: "LAST", DueAt: long, Reason: schemas.PollTerminal})
	b.run("one")
	b.answered()
	require.LessOrEqual(t, b.times("MANY"), 3)
	require.Zero(t, b.times("OLD"))
	require.Equal(t, 1, b.times("LAST"))
	require.Equal(t, 10-b.times("MANY"), b.dropped(droppedSuperseded))
	require.Equal(t, 1, b.dropped(droppedStale))
}

// Nobody's key is used for another tenant's parcel.
func TestPollerUsesNobodyElsesKey(t *testing.T) {
	b := newBed(t)
	b.request(schemas.PollRequest{TrackingNumber: "A", Tenant: "globex"})
	b.request(schemas.PollRequest{TrackingNumber: "B", Tenant: "globex", CarrierAccount: "main"})
	b.request(schemas.PollRequest{TrackingNumber: "C", CarrierAccount: "other"})
	b.request(schemas.PollRequest{TrackingNumber: "D", Carrier: "ups"})
	b.request(schemas.PollRequest{TrackingNumber: "E", Carrier: "usps", CarrierAccount: "main"})
	b.run("one")
	b.answered()
	require.Equal(t, map[string]int{"E": 1}, b.told())
	require.Equal(t, 4, b.dropped(droppedNoAccount))
	require.Equal(t, 1, strings.Count(b.log.String(), "has no account to ask with"), "once a minute")
}

// What cannot be read is with the dead letters: requests, and answers that stay
// unreadable.
func TestPollerBuries(t *testing.T) {
	b := newBed(t)
	b.play(text(http.StatusOK, "<html>Down for maintenance"))
	b.produce("usps:X", []byte("not a request"))
	b.produce("x", []byte(`{"carrier":"","tracking_number":"X","epoch":1,"tenant":"acme","carrier_account":"","due_at":1,"reason":"interval"}`))
	b.request(schemas.PollRequest{TrackingNumber: "PAGE"})
	b.run("one")
	b.answered()
	letters := map[string]string{}
	for _, r := range b.whole(schemas.TopicDeadLetters) {
		for _, h := range r.Headers {
			if h.Key == schemas.HeaderError {
				letters[string(r.Key)] = string(h.Value)
			}
		}
	}
	require.Len(t, letters, 3)
	require.Contains(t, letters["usps:X"], "reading a PollRequest")
	require.Contains(t, letters["shippo"], "it answers 200 with what cannot be read")
	require.Equal(t, maxAttempts, b.times("PAGE"))
	require.Equal(t, 2, b.dropped(droppedUnreadable))
	require.Equal(t, 1, b.dropped(droppedGivenUp))
	require.Empty(t, b.told())
}

// An account that is not accepted waits; another key is tried at once. Nothing of
// it is lost meanwhile, and no other account waits for it.
func TestPollerTriesAnotherKey(t *testing.T) {
	b := newBed(t)
	t.Setenv("POLL_TEST_KEY", "key-2")
	file := `accounts:
  - {name: main, tenant: acme, source: shippo, polling: {url: "URL", key: KEY, rate: 10000, carriers: {usps: usps}}}
  - {name: main, tenant: globex, source: shippo, polling: {url: "URL", key: {env: POLL_TEST_KEY}, rate: 10000, carriers: {usps: usps}}}
`
	b.use(strings.Replace(file, "KEY,", "@,", 1))
	well := *b.answer.Load()
	b.play(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "ShippoToken key-1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		well(w, r)
	})
	b.run("one")
	for i := range 10 {
		b.request(schemas.PollRequest{TrackingNumber: fmt.Sprintf("A%d", i)})
		b.request(schemas.PollRequest{TrackingNumber: fmt.Sprintf("G%d", i), Tenant: "globex"})
	}
	require.Eventually(t, func() bool { return len(b.told()) == 10 }, patience, 10*time.Millisecond)
	for number := range b.told() {
		require.Equal(t, "G", number[:1])
	}
	require.InDelta(t, 1, metricOf(t, b.registry, "waybill_poll_stopped", "account", "acme/main"), 0)
	require.InDelta(t, 0, metricOf(t, b.registry, "waybill_poll_stopped", "account", "globex/main"), 0)
	require.Contains(t, b.log.String(), "the account is not accepted")
	b.use(strings.Replace(file, "KEY,", "{env: POLL_TEST_KEY},", 1))
	b.request(schemas.PollRequest{TrackingNumber: "A10"})
	b.answered()
	require.Len(t, b.told(), 21)
	b.use("accounts: []")
	b.request(schemas.PollRequest{TrackingNumber: "A11"})
	b.answered()
	require.Equal(t, 1, b.dropped(droppedNoAccount), "the account was taken out")
}

// An account that hangs holds up no other, and a parcel is never asked about
// twice at a time.
func TestPollerIsFair(t *testing.T) {
	b := newBed(t)
	b.use(`accounts:
  - {name: slow, tenant: acme, source: shippo, polling: {url: "URL", key: @, rate: 10000, carriers: {ups: ups}}}
  - {name: quick, tenant: acme, source: shippo, polling: {url: "URL", key: @, rate: 10000, carriers: {usps: usps}}}
`)
	well, release := *b.answer.Load(), make(chan struct{})
	var under, most atomic.Int64
	b.play(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/tracks/ups/") {
			most.Store(max(most.Load(), under.Add(1)))
			defer under.Add(-1)
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
		well(w, r)
	})
	_, stop := b.run("one")
	for i := range 40 {
		b.request(schemas.PollRequest{Carrier: "ups", TrackingNumber: "SAME"})
		b.request(schemas.PollRequest{TrackingNumber: fmt.Sprintf("Q%d", i)})
	}
	require.Eventually(t, func() bool { return len(b.told()) == 40 }, patience, 10*time.Millisecond)
	require.EqualValues(t, 1, most.Load())
	require.Positive(t, b.lag(), "what hangs is not committed")
	close(release)
	b.answered()
	stop()
	require.EqualValues(t, 1, most.Load())
}

// Two instances share the partitions, and a third's end gives its part back:
// every request is answered.
func TestPollersShare(t *testing.T) {
	b := newBed(t)
	p1, _ := b.run("one")
	p2, stop := b.run("two")
	shares := func() []float64 {
		var all []float64
		for _, p := range []*Poller{p1, p2} {
			p.mu.Lock()
			all = append(all, p.share())
			p.mu.Unlock()
		}
		return all
	}
	require.Eventually(t, func() bool { return slices.Equal(shares(), []float64{0.5, 0.5}) }, patience, 10*time.Millisecond)
	for i := range 100 {
		b.request(schemas.PollRequest{TrackingNumber: fmt.Sprintf("N%d", i)})
		if i == 50 {
			stop()
		}
	}
	b.answered()
	require.Len(t, b.told(), 100)
	require.Eventually(t, func() bool { return shares()[0] == 1 }, patience, 10*time.Millisecond)
}

// A stop finishes what is under way, and leaves what waits to the next.
func TestPollerStops(t *testing.T) {
	b := newBed(t)
	b.use(`accounts:
  - {name: main, tenant: acme, source: shippo, polling: {url: "URL", key: @, rate: 10000, in_flight: 1, carriers: {usps: usps}}}
`)
	well, begun, release := *b.answer.Load(), make(chan struct{}, 100), make(chan struct{})
	b.play(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-release
		well(w, r)
	})
	_, stop := b.run("one")
	for i := range 10 {
		b.request(schemas.PollRequest{TrackingNumber: fmt.Sprintf("N%d", i)})
	}
	<-begun
	go func() {
		time.AfterFunc(50*time.Millisecond, func() { close(release) })
	}()
	stop()
	require.Len(t, b.told(), 1)
	b.run("one")
	b.answered()
	require.Len(t, b.told(), 10)
}

func TestMetricsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry)
	require.NoError(t, err)
	a := accountOf(t, "shippo", "http://127.0.0.1:1", "usps", "usps")
	m.begin(a)
	families, err := registry.Gather()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, f := range families {
		names[f.GetName()] = true
		require.Contains(t, string(page), "| `"+f.GetName()+"` |", f.GetName())
	}
	require.Len(t, names, 6)
	for name := range maps.Keys(names) {
		require.True(t, strings.HasPrefix(name, "waybill_poll_"))
	}
	for _, word := range append(dropReasons(), strings.Fields(fmt.Sprint(Outcomes()))...) {
		require.Contains(t, string(page), "`"+strings.Trim(word, "[]")+"`", word)
	}
	m.end(a)
	require.Equal(t, len(dropReasons())+1, testutil.CollectAndCount(m.dropped)+testutil.CollectAndCount(m.seconds))
	require.Zero(t, testutil.CollectAndCount(m.asked)+testutil.CollectAndCount(m.waiting))
	_, err = newMetrics(registry)
	require.ErrorContains(t, err, "registering the metrics of polling")
}
