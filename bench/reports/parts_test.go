package reports

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/bench/rig"
	"waybill/internal/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// The load is whole: each parcel has its shipment and one registration that
// stands for it, the newest version counts, and what the tables say agrees.
func TestTheLoadIsWhole(t *testing.T) {
	const parcels = 3000
	s, err := newScene(t.Context(), time.Minute)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.close()) }()
	l := load{parcels: parcels, seed: 7, until: time.Now().UTC().Truncate(24 * time.Hour)}
	require.NoError(t, l.fill(t.Context(), s.conn))
	count := func(sql string) (n uint64) {
		require.NoError(t, s.conn.QueryRow(t.Context(), sql).Scan(&n), sql)
		return n
	}
	require.Equal(t, uint64(parcels), count("SELECT count() FROM shipments FINAL"))
	require.Equal(t, uint64(parcels), count("SELECT uniqExact(carrier, tracking_number) FROM registrations"))
	require.Greater(t, count("SELECT count() FROM shipments"), uint64(parcels+parcels/4), "older rows lie beside the newest")
	require.Zero(t, count("SELECT count() FROM (SELECT tracking_number FROM registrations FINAL WHERE first_of_parcel GROUP BY tracking_number HAVING count() > 1)"))
	require.Zero(t, count(`SELECT count() FROM registrations AS r FINAL INNER JOIN shipments AS s FINAL USING (carrier, tracking_number, epoch)
		WHERE r.version != s.version OR r.status != s.status OR NOT (r.delivered_at <=> s.delivered_at)`))
	require.Zero(t, count("SELECT count() FROM shipments FINAL WHERE status = '' OR delivered_at > '"+l.until.Format(time.DateTime)+"'"))
	for _, table := range slices.Concat(changing(), lasting(), []string{"baselines"}) {
		if table != "endpoint_events" { // of five thousand parcels there is one
			require.NotZero(t, count("SELECT count() FROM "+table), table)
		}
	}
	require.InDelta(t, 10*parcels, count("SELECT count() FROM tracking_events FINAL"), parcels)
	require.NotZero(t, count("SELECT count() FROM (SELECT * FROM baselines_in_use LIMIT 1)"))

	onTime, err := analytics.FindReport("on-time")
	require.NoError(t, err)
	result, err := analytics.Run(t.Context(), s.conn, onTime, analytics.Params{By: []string{}})
	require.NoError(t, err)
	row := map[string]any{}
	for i, c := range result.Columns {
		row[c.Name] = result.Rows[0][i]
	}
	require.Equal(t, row["delivered"], row["early"].(uint64)+row["on_time"].(uint64)+row["late"].(uint64)+row["unknown"].(uint64))
	require.Greater(t, row["delivered"], uint64(parcels*8/10))
	for _, name := range []string{"early", "on_time", "late", "unknown", "open"} {
		require.NotZero(t, row[name], name)
	}
}

// Every report is asked, before and after the merge, and its aims are judged.
func TestRun(t *testing.T) {
	section, err := Run(t.Context(), &rig.Options{Turns: 1, Seed: 1}, &Options{Parcels: 1000, Only: []string{"shipment", "order", "delays"}, Timeout: time.Minute}, false)
	require.NoError(t, err)
	require.Len(t, section.Aims, 3)
	for _, a := range section.Aims {
		require.Positive(t, a.Have, a.What)
	}
	text := section.Blocks[0].Table.Render()
	for _, name := range []string{"shipment", "order", "delays --by week"} {
		require.Contains(t, text, name)
	}
	require.NotContains(t, text, "overdue")
	_, err = questions(aParcel{}, []string{"late"})
	require.ErrorContains(t, err, "on-time", "says what there is")
	all, err := questions(aParcel{}, nil)
	require.NoError(t, err)
	require.Greater(t, len(all), 100, "each report, by each of its groups")
}
