package clickhouse

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// historiesEnv names the environment variable that says how many random
// histories are played.
const historiesEnv = "WAYBILL_HISTORIES"

// reference is a database that is loaded once, in order, without faults.
type reference struct {
	t       testing.TB
	codecs  *schemas.Codecs
	options *ch.Options
	conn    driver.Conn
}

func newReference(t testing.TB, options *ch.Options, codecs *schemas.Codecs) *reference {
	t.Helper()
	return &reference{t, codecs, options, connect(t, options)}
}

// load fills the emptied database with records with full topic names.
func (r *reference) load(prefix string, records []*kgo.Record) {
	r.t.Helper()
	empty(r.t, r.conn)
	var inOrder []*kgo.Record
	for _, rec := range records {
		bare := *rec
		bare.Topic = bare.Topic[len(prefix):]
		inOrder = append(inOrder, &bare)
	}
	slices.SortStableFunc(inOrder, func(a, b *kgo.Record) int { return cmp.Compare(r.version(a), r.version(b)) })
	sink, err := New(Config{ClickHouse: *r.options, Codecs: r.codecs})
	require.NoError(r.t, err)
	require.NoError(r.t, sink.Load(r.t.Context(), inOrder))
}

// version is what the records of one thing are put in order by.
func (r *reference) version(rec *kgo.Record) int64 {
	switch rec.Topic {
	case schemas.TopicShipments:
		return decoded(r.t, r.codecs.Shipment, rec).Revision
	case schemas.TopicTrackingEvents:
		return decoded(r.t, r.codecs.TrackingEvent, rec).Revision
	case schemas.TopicDecisions:
		return decoded(r.t, r.codecs.Decision, rec).Version
	case schemas.TopicAudit:
		return decoded(r.t, r.codecs.AuditEntry, rec).Revision
	}
	return 1
}

func empty(t testing.TB, conn driver.Conn) {
	t.Helper()
	for _, table := range tableNames() {
		require.NoError(t, conn.Exec(t.Context(), "TRUNCATE TABLE "+table))
	}
}

// requireOneEffect checks tables and reports of a database against the records
// that were settled: as they lie, and again when all is merged.
func (r *reference) requireOneEffect(conn driver.Conn, prefix string, records []*kgo.Record, asked []question, why string) {
	r.t.Helper()
	want := truthOf(r.t, r.codecs, prefix, records)
	r.load(prefix, records)
	requireTruth(r.t, r.conn, want, why+", loaded in order")
	expected := answers(r.t, r.conn, asked)
	requireTruth(r.t, conn, want, why)
	requireAnswers(r.t, expected, answers(r.t, conn, asked), why)
	for _, table := range tableNames() {
		require.NoError(r.t, conn.Exec(r.t.Context(), "SYSTEM START MERGES "+table))
		require.NoError(r.t, conn.Exec(r.t.Context(), "OPTIMIZE TABLE "+table+" FINAL"))
	}
	requireTruth(r.t, conn, want, why+", merged")
	requireAnswers(r.t, expected, answers(r.t, conn, asked), why+", merged")
}

// Whatever lies on the topics in whatever order, in batches of any size, with
// the sink killed between any steps and what was not committed read again: every
// table and every report says what it would say had all come once and in order.
func TestRandomHistories(t *testing.T) {
	seeds := 3
	if text := os.Getenv(historiesEnv); text != "" {
		var err error
		seeds, err = strconv.Atoi(text)
		require.NoError(t, err, historiesEnv)
	}
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	fault := newReference(t, analyticstest.Database(t), codecs)
	truth := newReference(t, analyticstest.Database(t), codecs)
	asked := questions(t)
	for seed := range seeds {
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		empty(t, fault.conn)
		log := newReplayLog()
		history := historyOf(seed)
		middle := random.IntN(len(history))
		for part, sayings := range [][]saying{history[:middle], history[middle:]} {
			for _, s := range sayings {
				log.add(s.record(t, codecs, ""))
			}
			merges := []string{"START", "STOP"}[(seed+part)%2]
			for _, table := range tableNames() {
				require.NoError(t, fault.conn.Exec(t.Context(), "SYSTEM "+merges+" MERGES "+table))
			}
			cfg := Config{ClickHouse: *fault.options, Codecs: codecs, FlushRows: 1 + random.IntN(60)}
			for log.carryOn(t, cfg, random, 5+random.IntN(60)) {
			}
			random.Shuffle(len(asked), func(i, k int) { asked[i], asked[k] = asked[k], asked[i] })
			truth.requireOneEffect(fault.conn, "", log.all(), asked[:6], fmt.Sprintf("seed %d, part %d", seed, part))
		}
	}
}
