package peers

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/deployed"
	"waybill/bench/peers/subset"
	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/bench/tracking"
	"waybill/connectors/replay"
	"waybill/internal/apachekafka/kafkatest"
	"waybill/internal/embedded"
	"waybill/schemas"
)

// A test binary is also the measured process, and a broker.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{deployed.Kind: rig.Kind(deployed.New), SubsetKind: rig.Kind(NewSubset)})
}

// What the subset says of simulated parcels is what tracking, whole, says of
// them: so it is a subset of the rules and not some other rules.
func TestSubsetIsOfTheRules(t *testing.T) {
	for _, hold := range []time.Duration{0, 2 * time.Second} {
		b := newTestBench(t, hold)
		var err error
		b.load, err = newLoad(b.codecs, 150, 7)
		require.NoError(t, err)
		kafka, err := embedded.StartKafka(t.Context(), embedded.KafkaOptions{DataDir: t.TempDir()})
		require.NoError(t, err)
		v := &venue{Broker: kafka}
		for _, c := range []*contender{b.subset(), b.whole()} {
			require.NoError(t, b.perform(t, v, c), "hold %s", hold)
		}
		require.NoError(t, kafka.Close())
	}
}

// The peers give byte for byte what our runtime gives, on a load with all that the
// subset has rules for.
func TestPeersGiveTheSame(t *testing.T) {
	address := os.Getenv(kafkatest.Env)
	if address == "" {
		t.Skip("runs on Apache Kafka only: make test-kafka")
	}
	for _, hold := range []time.Duration{0, 3 * time.Hour} {
		b := newTestBench(t, hold)
		require.NoError(t, b.findPeers(t.Context()))
		if len(b.missing) > 0 {
			t.Skipf("not every peer is here: %v", b.missing)
		}
		var err error
		b.load, err = encode(b.codecs, hard(t, 11))
		require.NoError(t, err)
		b.warm, err = encode(b.codecs, hard(t, 12))
		require.NoError(t, err)
		v := &venue{Broker: borrowed{strings.Split(address, ",")}}
		require.NoError(t, b.perform(t, v, b.subset()), "hold %s", hold)
		for _, p := range b.peers {
			require.NoError(t, b.perform(t, v, b.on(p, 100*time.Millisecond)), "%s, hold %s", p.name, hold)
		}
	}
}

// borrowed is a broker of the tests' own.
type borrowed struct{ addrs []string }

func (b borrowed) Addrs() []string { return b.addrs }
func (borrowed) Close() error      { return nil }

func newTestBench(t *testing.T, hold time.Duration) *bench {
	settings, err := deployed.Settings()
	require.NoError(t, err)
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	b := &bench{
		Options: Options{PeerHold: hold}, common: &rig.Options{Partitions: 2, Sets: rig.Sets{Measured: rig.Cores{0, 1}}}, settings: settings, codecs: codecs,
	}
	b.headers, err = subset.NewHeaders(codecs)
	require.NoError(t, err)
	return b
}

// perform lets a contender work the load off, and compares what comes out.
func (b *bench) perform(t *testing.T, v *venue, c *contender) error {
	s, err := newScene(t.Context(), b, v, c, fmt.Sprintf("%s-%d-", c.short, time.Now().UnixNano()))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.remove(context.WithoutCancel(t.Context()))) }()
	p, err := c.start(t.Context(), s)
	require.NoError(t, err)
	_, err = rig.Measure(t.Context(), s.Stage, p, s.prefix+c.group, b.load.events)
	require.NoError(t, err)
	o, err := s.read(t.Context(), c)
	require.NoError(t, err)
	return b.check(c, o)
}

// hard is a load with what the simulator does not make: windows that end in the
// middle, new ones behind them, parcels that nobody follows, events without code,
// with a status that is not the code's, in no map, from other sources, and of one
// instant.
func hard(t *testing.T, seed uint64) []replay.Record {
	simulated, err := tracking.Standard(120, seed)
	require.NoError(t, err)
	var records []replay.Record
	for i, r := range simulated {
		switch {
		case r.Registration != nil && i%7 == 0:
			continue
		case r.Registration != nil:
			g := *r.Registration
			g.WindowDays = 1 + i%5
			r.Registration = &g
			again := r
			again.Arrival = r.Arrival.Add(50 * time.Hour)
			records = append(records, r, again)
			continue
		}
		e := *r.Event
		r.Event = &e
		switch i % 11 {
		case 1:
			e.RawCode = ""
		case 3:
			e.Status, e.Code = "EXCEPTION", ""
		case 5:
			e.Code, e.Status = "never.heard.of", ""
		case 7:
			e.SourceKind = schemas.SourcePoll
			twin := e
			twin.Ordinal = 1
			second := r
			second.Event = &twin
			records = append(records, second)
		case 9:
			e.OccurredAt = e.OccurredAt.Add(-26 * time.Hour)
		}
		records = append(records, r)
	}
	replay.Order(records)
	return records
}

// The first difference is shown, whatever it is.
func TestEqualShowsTheFirstDifference(t *testing.T) {
	at := func(key string) place { return place{"events", key} }
	want := map[place][][]byte{at("a"): {[]byte("1"), []byte("2")}, at("b"): {[]byte("3")}}
	require.NoError(t, equal(want, map[place][][]byte{at("b"): {[]byte("3")}, at("a"): {[]byte("1"), []byte("2")}}))
	for text, have := range map[string]map[place][][]byte{
		`value 1 of key a of events is "2", "1" is wanted`:                        {at("a"): {[]byte("2"), []byte("1")}, at("b"): {[]byte("3")}},
		`key a of events has 1 values, 2 are wanted; the first that lacks is "2"`: {at("a"): {[]byte("1")}, at("b"): {[]byte("3")}},
		`key b of events has 0 values, 1 are wanted; the first that lacks is "3"`: {at("a"): {[]byte("1"), []byte("2")}},
		`key c of events has 1 values, 0 are wanted; the first too many is "4"`:   {at("a"): {[]byte("1"), []byte("2")}, at("b"): {[]byte("3")}, at("c"): {[]byte("4")}},
	} {
		require.EqualError(t, equal(want, have), text)
	}
}
