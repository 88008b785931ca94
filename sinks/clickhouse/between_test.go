package clickhouse

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// turn is a revision of a shipment and the next one.
type turn struct{ before, after *schemas.Shipment }

// turns are what can come over a shipment, each by itself, so that it can be said what a
// report may say in between.
func turns() map[string]turn {
	change := func(changed func(s *schemas.Shipment)) turn {
		before, after := parcelWith(1, "a", "b"), parcelWith(2, "a", "b")
		changed(after)
		return turn{before, after}
	}
	return map[string]turn{
		"a parcel is new":                  {nil, parcelWith(1, "a", "b")},
		"one is taken away, another comes": {parcelWith(1, "a", "b"), parcelWith(2, "b", "c")},
		"all are taken away":               {parcelWith(1, "a", "b"), parcelWith(2)},
		"it is delivered, late":            change(deliver),
		"the first one goes, and one stands": change(func(s *schemas.Shipment) {
			s.Registrations[0].State = "moved"
			s.Registrations = append(s.Registrations, follower("one", 3))
		}),
	}
}

func follower(tenant string, at int) schemas.RegistrationState {
	day := hour(24).Format(time.DateOnly)
	return schemas.RegistrationState{
		RegistrationID: fmt.Sprint("r", at), Tenant: tenant, State: "active", RegisteredAt: hour(at), ExpiresAt: hour(5000),
		Reference: "order-0", PromisedDate: &day, Measure: "promised",
	}
}

func deliver(s *schemas.Shipment) {
	s.DeliveredAt, s.ClockStop, s.Terminal, s.Status, s.StatusAt = maybe(hour(90), true), maybe(hour(90), true), true, "DELIVERED", maybe(hour(90), true)
}

// parcelWith is a revision of one parcel with an exception and an ETA change for each
// name.
func parcelWith(revision int64, names ...string) *schemas.Shipment {
	s := &schemas.Shipment{
		Carrier: "alpha", TrackingNumber: "N0", Epoch: epoch, Revision: revision, Status: "IN_TRANSIT", Code: "transit.moving", Leg: schemas.LegForward,
		DeliveredPrecision: schemas.PrecisionSecond, ClockStart: maybe(hour(1), true), CreatedAt: hour(0), UpdatedAt: hour(50),
		Registrations: []schemas.RegistrationState{follower("one", 1)},
	}
	for _, name := range names {
		i := int(name[0] - 'a')
		s.ExceptionEpisodes = append(s.ExceptionEpisodes, schemas.ExceptionEpisode{
			OpeningEventID: name, OpenedAt: hour(2 + i), ClosedAt: maybe(hour(40), name == "b"), Code: "exc." + name, Party: "customs",
		})
		s.ETAChanges = append(s.ETAChanges, schemas.ETAChange{CausingEventID: name, ChangedAt: hour(3 + i), ToAt: maybe(hour(48+i), true), Source: "alpha"})
	}
	return s
}

// A sink may be stopped for good after any insert of a batch, and reports be read then.
// No report counts anything twice by that, or drops it: it says what it said before or
// what it says after; or, of what a correction took away while something else came, both,
// each once.
func TestReportsBetweenInserts(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	b := &between{t: t, codecs: codecs, asked: oneOfEach(t)}
	b.reference = newReference(t, analyticstest.Database(t), codecs)
	none, one := b.answersTo(nil), b.answersTo(parcelWith(1, "a", "b"))
	for name, turn := range turns() {
		before, after := one, b.answersTo(turn.before, turn.after)
		if turn.before == nil {
			before = none
		}
		both := sync.OnceValue(func() map[string]string { return b.answersTo(turn.before, union(turn)) })
		for _, stop := range []string{"registrations", "shipments"} {
			b.stopBefore(stop, turn)
			for question, answer := range answers(t, b.conn, b.asked) {
				why := fmt.Sprintf("%s, before %s: %s", name, stop, question)
				switch {
				case strings.Contains(question, " shipment "):
					requireLines(t, before[question], after[question], answer, why)
				case answer != before[question] && answer != after[question]:
					require.Equal(t, both()[question], answer, why)
				}
			}
		}
	}
}

// stopBefore writes a turn up to the insert into a table.
func (b *between) stopBefore(table string, turn turn) {
	b.loaded(turn.before)
	intakes := newBatch("", b.codecs)
	intakes.take(b.record(turn.after), time.Now())
	store, err := openStore(*b.options)
	require.NoError(b.t, err)
	for _, block := range intakes.blocks() {
		if block.tableName() == table {
			break
		}
		require.NoError(b.t, store.insert(b.t.Context(), block, 0, block.size()))
	}
	require.NoError(b.t, store.close())
}

type between struct {
	*reference
	t      *testing.T
	codecs *schemas.Codecs
	asked  []question
}

func (b *between) record(s *schemas.Shipment) *kgo.Record {
	value, err := b.codecs.Shipment.Encode(s)
	require.NoError(b.t, err)
	return &kgo.Record{Topic: schemas.TopicShipments, Value: value}
}

// answersTo gives what the reports say of these revisions alone.
func (b *between) answersTo(revisions ...*schemas.Shipment) map[string]string {
	b.loaded(revisions...)
	return answers(b.t, b.conn, b.asked)
}

func (b *between) loaded(revisions ...*schemas.Shipment) {
	var records []*kgo.Record
	for _, s := range revisions {
		if s != nil {
			records = append(records, b.record(s))
		}
	}
	b.load("", records)
}

// union is the later revision with what the earlier one had besides.
func union(change turn) *schemas.Shipment {
	both := *change.after
	if change.before == nil {
		return &both
	}
	both.ExceptionEpisodes, both.ETAChanges = slices.Clone(both.ExceptionEpisodes), slices.Clone(both.ETAChanges)
	for i, e := range change.before.ExceptionEpisodes {
		if !slices.ContainsFunc(both.ExceptionEpisodes, func(o schemas.ExceptionEpisode) bool { return o.OpeningEventID == e.OpeningEventID }) {
			both.ExceptionEpisodes = append(both.ExceptionEpisodes, e)
			both.ETAChanges = append(both.ETAChanges, change.before.ETAChanges[i])
		}
	}
	return &both
}

// requireLines checks the report that lists single things: what was there before and is
// after is there, once, and nothing is that was in neither.
func requireLines(t *testing.T, before, after, answer, why string) {
	t.Helper()
	old, now := linesOf(t, before), linesOf(t, after)
	seen := linesOf(t, answer)
	for line, times := range seen {
		require.Equal(t, 1, times, "%s: twice: %s", why, line)
		require.Positive(t, old[line]+now[line], "%s: from nowhere: %s", why, line)
	}
	for line := range old {
		if now[line] > 0 {
			require.Contains(t, seen, line, why)
		}
	}
	require.GreaterOrEqual(t, len(seen), min(len(old), len(now)), why)
}

// linesOf counts the rows of an answer, each as text.
func linesOf(t *testing.T, answer string) map[string]int {
	t.Helper()
	var whole struct{ Rows []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(answer), &whole))
	lines := make(map[string]int)
	for _, row := range whole.Rows {
		lines[string(row)]++
	}
	return lines
}
