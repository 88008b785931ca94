package analytics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/schemas"
)

// Parcels whose clock stopped before they were delivered. All were registered on
// 1 June 2026 by tenant x.
//
//	parcel  measure           started  first stop                         delivered       by delivery  by the first stop
//	S1      10 June           8 June   9 June 18:00, notice left          11 June         late 1 day   early
//	S2      10 June           8 June   10 June 22:00 at UTC-3             12 June         late 2 days  on time (in UTC it was the 11th)
//	S3      10 June 12:00     8 June   11 June, a day only, to collect    13 June 12:00   late 3 days  late 1 day
//	S4      10 June 12:00     9 June   10 June 18:00, nobody there        -               open         late 0.25 days
//	S5      none              9 June   10 June                            11 June         unknown      the same
//	S6      12 June           -        -                                  -               open         the same
//	S7      12 June           7 June   the delivery                       11 June, a day  early        the same
//	S8      9 June            8 June   10 June 06:00, nobody there        11 June 06:00   late 2 days  late 1 day
//	S9      9 June            8 June   10 June 08:00, nobody there        12 June 08:00   late 3 days  late 1 day
//
// S8 and S9 were in bad weather from 20:00 on 7 June for 8 hours and at the customs
// from 02:00 on 8 June for 5: from the start of the clock on that is 7 hours. By the
// first stop S8 was late by 6 hours, and so excused, S9 by 8; by delivery they were
// late by 30 hours and more.
func firstStopWorld() records {
	june := func(n, hour int) time.Time { return day(2026, 6, n).Add(time.Duration(hour) * time.Hour) }
	var world records
	for _, p := range []struct {
		parcel
		start, stop time.Time
		stopLocal   string
	}{
		{parcel{number: "S1", promise: "2026-06-10", delivered: june(11, 12)}, june(8, 10), june(9, 18), "2026-06-09T15:00:00"},
		{parcel{number: "S2", promise: "2026-06-10", delivered: june(12, 12)}, june(8, 0), june(11, 1), "2026-06-10T22:00:00"},
		{parcel{number: "S3", promise: "2026-06-10T12:00:00Z", delivered: june(13, 12)}, june(8, 0), june(12, 0).Add(-time.Second), "2026-06-11"},
		{parcel{number: "S4", promise: "2026-06-10T12:00:00Z"}, june(9, 0), june(10, 18), ""},
		{parcel{number: "S5", delivered: june(11, 12)}, june(9, 0), june(10, 12), ""},
		{parcel{number: "S6", promise: "2026-06-12"}, time.Time{}, time.Time{}, ""},
		{parcel{number: "S7", promise: "2026-06-12", delivered: june(11, 0), local: "2026-06-11", precision: schemas.PrecisionDay}, june(7, 0), june(11, 0), "2026-06-11"},
		{parcel{number: "S8", promise: "2026-06-09", delivered: june(11, 6)}, june(8, 0), june(10, 6), "2026-06-10T06:00:00"},
		{parcel{number: "S9", promise: "2026-06-09", delivered: june(12, 8)}, june(8, 0), june(10, 8), ""},
	} {
		s := p.shipment(june(1, 0), "x")
		if !p.start.IsZero() {
			s.ClockStart, s.ClockStop, s.ClockStopLocal = &p.start, &p.stop, p.stopLocal
		}
		if p.number >= "S8" {
			s.ExceptionEpisodes = []schemas.ExceptionEpisode{*episode("exc.weather", "external", june(7, 20), 8), *episode("exc.customs_hold", "customs", june(8, 2), 5)}
		}
		world.shipments = append(world.shipments, s)
	}
	return world
}

func TestBasisAndDates(t *testing.T) {
	conn := load(t, firstStopWorld())
	july := day(2026, 7, 1)
	for _, test := range []reportTest{
		{
			// Early S7; late S1 S2 S3 S8 S9; unknown S5; open S4 S6. Rate 1/6.
			name: "by delivery", report: "on-time", params: analytics.Params{By: []string{}, AsOf: july},
			want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				7,1,0,5,1,2,0.1667,5,0.1667`,
		},
		{
			// Early S1 S7; on time S2; late S3 S4 S8 S9, S8 excused; unknown S5; open S6. Rates 3/7 and 4/7.
			name: "by the first stop", report: "on-time", params: analytics.Params{By: []string{}, AsOf: july, Basis: "first-stop"},
			want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				8,2,1,4,1,1,0.4286,3,0.5714`,
		},
		{
			// By then S1 S5 S8 S9 had stopped.
			name: "by the first stop, at 17:00 on 10 June", report: "on-time",
			params: analytics.Params{By: []string{}, AsOf: day(2026, 6, 10).Add(17 * time.Hour), Basis: "first-stop"},
			want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				4,1,0,2,1,5,0.3333,1,0.6667`,
		},
		{
			// S7 on the 7th; S1 S2 S3 S8 S9 on the 8th; S4 S5 on the 9th; S6 never started.
			name: "by the day of the start", report: "on-time", params: analytics.Params{By: []string{"day"}, AsOf: july, Dates: "started"},
			want: `day,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				2026-06-07,1,1,0,0,0,0,1,0,1
				2026-06-08,5,0,0,5,0,0,0,5,0
				2026-06-09,1,0,0,0,1,1,,0,
				,7,1,0,5,1,1,0.1667,5,0.1667`,
		},
		{
			// S4 S5 S8 S9: S2 stopped an hour into the 11th, UTC.
			name: "stopped on 10 June", report: "on-time",
			params: analytics.Params{By: []string{"month", "origin", "destination"}, AsOf: july, Basis: "first-stop", Dates: "stopped", Since: day(2026, 6, 10), Until: day(2026, 6, 11)},
			want: `origin,destination,month,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				CN,DE,2026-06,4,0,0,3,1,0,0,2,0.3333
				,,,4,0,0,3,1,0,0,2,0.3333`,
		},
		{
			// Delivered by noon of the 12th: S1 S2 S5 S7 S8 S9.
			name: "delivered by 12 June", report: "on-time", params: analytics.Params{By: []string{}, AsOf: day(2026, 6, 12).Add(12 * time.Hour), Dates: "stopped"},
			want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				6,1,0,4,1,0,0.2,4,0.2`,
		},
		{
			// S8 S9 on the 9th, S1 to S4 on the 10th, S6 S7 on the 12th; S5 has no promise. What is promised for later counts as well.
			name: "by the day of the promise, at noon of 9 June", report: "on-time",
			params: analytics.Params{By: []string{"day"}, AsOf: day(2026, 6, 9).Add(12 * time.Hour), Dates: "promised"},
			want: `day,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				2026-06-09,0,0,0,0,0,2,,0,
				2026-06-10,0,0,0,0,0,4,,0,
				2026-06-12,0,0,0,0,0,2,,0,
				,0,0,0,0,0,8,,0,`,
		},
		{
			// In order 1 2 2 3 3 of 6: P90 at place 3.6 of 0 to 4.
			name: "by delivery", report: "delays", params: analytics.Params{By: []string{}, AsOf: july},
			want: `measured,late,late_share,p50_days,p90_days,p95_days,p99_days,max_days,days_lost
				6,5,0.8333,2,3,3,3,3,11`,
		},
		{
			// The 9th: S1, early. The 10th: S4 0.25, S8 1, S9 1. The 11th: S2 on time, S7 early, S3 1.
			name: "by the day of the first stop", report: "delays", params: analytics.Params{By: []string{"day"}, AsOf: july, Basis: "first-stop", Dates: "stopped"},
			want: `day,measured,late,late_share,p50_days,p90_days,p95_days,p99_days,max_days,days_lost
				2026-06-09,1,0,0,,,,,,0
				2026-06-10,3,3,1,1,1,1,1,1,2.25
				2026-06-11,3,1,0.3333,1,1,1,1,1,1
				,7,4,0.5714,1,1,1,1,1,3.25`,
		},
	} {
		test.run(t, conn)
	}
}

// Rows of before have the outcome by the first stop as well.
func TestUpgradeOfFirstStops(t *testing.T) {
	options := emptyDatabase(t)
	require.NoError(t, analytics.MigrateTo(t.Context(), options, "0013_registrations_that_moved"))
	conn := open(t, options)
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO registrations (registration_id, promised_date, clock_stop, clock_stop_local, delivered_at, delivered_local, delivered_precision, version) VALUES
			('attempt', '2026-05-09', '2026-05-10 01:00:00', '2026-05-09T22:00:00', '2026-05-11 12:00:00', '', 'second', 1),
			('direct', '2026-05-09', NULL, '', '2026-05-10 02:00:00', '2026-05-09T23:00:00', 'second', 1),
			('late', '2026-05-09', '2026-05-10 06:00:00', '', NULL, '', 'second', 1),
			('open', '2026-05-09', NULL, '', NULL, '', 'second', 1)`))
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	for id, want := range map[string]string{"attempt": "on_time", "direct": "on_time", "late": "late", "open": "open"} {
		var outcome string
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT first_stop_outcome FROM registrations FINAL WHERE registration_id = ?", id).Scan(&outcome))
		require.Equal(t, want, outcome, id)
	}
}
