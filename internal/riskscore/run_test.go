package riskscore

import (
	"fmt"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/connectors/replay"
	"waybill/internal/embedded/embeddedtest"
	"waybill/pipeline/tracking"
	"waybill/schemas"
	"waybill/schemas/status"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func options(t *testing.T, records []replay.Record) Options {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	model, err := status.Default()
	require.NoError(t, err)
	o := Options{
		Records: records, ClickHouse: ch.Options{Addr: []string{embeddedtest.ClickHouse(t)}},
		Rules: tracking.Config{Codecs: codecs, Model: model, Carriers: carriersOf(t), ReorderHold: tracking.DefaultReorderHold},
	}
	o.ClickHouse.Auth.Database = "test_" + uuid.NewString()
	return o
}

func carriersOf(t *testing.T) *carriers.Table {
	t.Helper()
	table, err := carriers.Default()
	require.NoError(t, err)
	return table
}

// Of 40 older parcels each took three days from pick-up. Of the newer ones those
// that were picked up on day 9 are late, which is known half a day before: three
// days before the promised day is over everywhere.
func TestRunByHand(t *testing.T) {
	var records []replay.Record
	add := func(from float64, n int, picked, took float64) {
		key := fmt.Sprintf("own:P%vN%v", from, n)
		at := day0(from)
		records = append(records, registered(key, at), scanned(key, "transit.picked_up", at.Add(days(picked))),
			scanned(key, "delivered.delivered", at.Add(days(picked+took))))
	}
	for n := range 40 {
		add(0, n, 2, 3)
	}
	for n := range 20 {
		picked := 5.0
		if n < 5 {
			picked = 9
		}
		add(100, n, picked, 3)
	}
	replay.Order(records)
	r, err := Run(t.Context(), options(t, records))
	require.NoError(t, err)
	require.Equal(t, day0(100), r.Split)
	require.Equal(t, 40, r.Learned)
	require.Equal(t, 20, r.Judged)
	require.Equal(t, 5, r.Late)
	require.Equal(t, 1, r.Rows)
	for _, h := range r.Horizons {
		want := Tally{Recall: new(0.0)}
		if h.Days <= 1 {
			want = Tally{Warned: 5, Right: 5, Precision: new(1.0), Recall: new(1.0)}
		}
		if h.Days < 14 {
			require.Equal(t, want, h.Rules[AtRisk], "%d days", h.Days)
		}
	}
}

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }

func TestRunNeedsBothSides(t *testing.T) {
	_, err := Run(t.Context(), Options{})
	require.ErrorIs(t, err, ErrTooFew)
	o := Options{Records: []replay.Record{registered("own:A", day0(0))}, Split: day0(-1)}
	_, err = Run(t.Context(), o)
	require.ErrorIs(t, err, ErrTooFew, "all are newer")
}
