package polling

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

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

// An answer with an event that cannot be read is with the dead letters, and its
// other events are published.
func TestPollerBuriesHalf(t *testing.T) {
	b := newBed(t)
	b.play(text(http.StatusOK, strings.Replace(track("HALF", 1), `[`, `[{"status": "TRANSIT", "status_details": "x", "status_date": "yesterday"},`, 1)))
	b.request(schemas.PollRequest{TrackingNumber: "HALF"})
	b.run("one")
	b.answered()
	require.Equal(t, map[string]int{"HALF": 1}, b.told())
	require.Len(t, b.whole(schemas.TopicDeadLetters), 1)
	b.request(schemas.PollRequest{TrackingNumber: "HALF"})
	b.answered()
	require.Equal(t, 2, b.times("HALF"))
	require.Len(t, b.whole(schemas.TopicDeadLetters), 1, "once")
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
	require.Eventually(t, func() bool {
		return len(b.told()) == 10 && strings.Contains(b.log.String(), "the account is not accepted")
	}, patience, 10*time.Millisecond)
	for number := range b.told() {
		require.Equal(t, "G", number[:1])
	}
	require.InDelta(t, 1, metricOf(t, b.registry, "waybill_poll_stopped", "account", "acme/main"), 0)
	require.InDelta(t, 0, metricOf(t, b.registry, "waybill_poll_stopped", "account", "globex/main"), 0)
	b.use(strings.Replace(file, "KEY,", "{env: POLL_TEST_KEY},", 1))
	b.answered()
	require.Len(t, b.told(), 20)
	b.use("accounts: []")
	require.Eventually(t, func() bool {
		b.request(schemas.PollRequest{TrackingNumber: "A10"})
		return b.dropped(droppedNoAccount) > 0
	}, patience, 100*time.Millisecond, "the account was taken out")
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
	require.Eventually(t, func() bool { return len(b.told()) == 40 && under.Load() > 0 }, patience, 10*time.Millisecond)
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
	page, err := os.ReadFile("../../docs/metrics.md")
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
