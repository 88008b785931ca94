package riskscore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
	"waybill/schemas"
	"waybill/schemas/status"
)

// day0 is the day on which the parcels of these tests are registered; all are
// promised for ten days later.
func day0(days float64) time.Time {
	return time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * 24 * float64(time.Hour)))
}

func registered(key string, at time.Time) replay.Record {
	promised := at.AddDate(0, 0, 10).Format(time.DateOnly)
	return replay.Record{Key: key, Arrival: at, Registration: &schemas.Registration{
		Tenant: "t", Carrier: "own", TrackingNumber: key[len("own:"):], PromisedDate: &promised, Backfill: schemas.BackfillNone,
	}}
}

func scanned(key, code string, at time.Time) replay.Record {
	return replay.Record{Key: key, Arrival: at, Event: &schemas.CarrierEvent{
		Carrier: "own", TrackingNumber: key[len("own:"):], Code: code, RawCode: code, Source: "file", SourceKind: schemas.SourceFile,
		OccurredAt: at, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Leg: schemas.LegForward,
	}}
}

func one(t *testing.T, records ...replay.Record) *parcel {
	t.Helper()
	model, err := status.Default()
	require.NoError(t, err)
	parcels := gather(records)
	require.Len(t, parcels, 1)
	parcels[0].warnSimply(model)
	parcels[0].end(model)
	return parcels[0]
}

func TestSilenceWarnsAfter48Hours(t *testing.T) {
	p := one(t, registered("own:A", day0(0)), scanned("own:A", "transit.picked_up", day0(2)), scanned("own:A", "transit.info_update", day0(3)),
		scanned("own:A", "transit.arrived_facility", day0(4.5)))
	require.Equal(t, day0(4), p.warned[Silent], "half a day before the next scan; word that is no scan ends no silence")
	p = one(t, registered("own:A", day0(0)), scanned("own:A", "transit.picked_up", day0(2)), scanned("own:A", "delivered.delivered", day0(4)))
	require.Equal(t, day0(6), p.warned[Silent], "only after the end, which no horizon looks at")
	p = one(t, registered("own:A", day0(0)))
	require.Equal(t, day0(2), p.warned[Silent], "before the first scan from the registration on")
}

func TestETAWarnsWhenItIsPastThePromise(t *testing.T) {
	moved := scanned("own:A", "transit.info_update", day0(2))
	moved.Event.ETADate = new("2026-05-11")
	p := one(t, registered("own:A", day0(0)), moved)
	require.NotContains(t, p.warned, ETAMoved, "the promised day itself")
	later := scanned("own:A", "transit.info_update", day0(3))
	later.Event.ETAAt = new(day0(11))
	p = one(t, registered("own:A", day0(0)), moved, later)
	require.Equal(t, day0(3), p.warned[ETAMoved])
}

func TestLateGoesByDaysAsWritten(t *testing.T) {
	stop := scanned("own:A", "delivered.delivered", day0(11).Add(2*time.Hour)) // the 12th in UTC
	require.True(t, one(t, registered("own:A", day0(0)), stop).late)
	stop.Event.OccurredLocal = "2026-05-11T23:00:00"
	p := one(t, registered("own:A", day0(0)), stop)
	require.False(t, p.late, "it was still the promised day where it happened")
	require.Equal(t, stop.Arrival, p.arrived)
}

// Four parcels, as they look so many days ahead. A was delivered on day 5, B on
// day 12, C never, D was registered late. Warned of were A on day 4, B on day 9.
func TestHorizonCountsWhatIsOpen(t *testing.T) {
	promised := day0(10)
	made := func(from, arrived, warned float64) *parcel {
		p := &parcel{registered: day0(from), expires: day0(from + 30), promised: promised, warned: map[string]time.Time{}}
		if arrived > 0 {
			p.arrived, p.late = day0(arrived), arrived >= 11
		}
		if warned > 0 {
			p.warn(AtRisk, day0(warned))
			p.warn(AtRisk, day0(warned+1)) // the first counts
		}
		return p
	}
	a, b, c, d := made(0, 5, 4), made(0, 12, 9), made(0, 0, 0), made(8.5, 10, 0)
	soon := made(0, 0, 0)
	soon.promised = day0(20)
	short := made(0, 5, 0)
	short.expires = day0(10.5)
	var r Result
	r.judge([]*parcel{a, b, c, d, soon, short}, day0(20))
	require.Equal(t, 1, r.Unfollowed, "the window ends within the promised day")
	require.Equal(t, 4, r.Judged, "of what is promised for a day after the end of the file nobody knows")
	require.Equal(t, 2, r.Late)

	at := map[int]Horizon{}
	for _, h := range r.Horizons {
		at[h.Days] = h
	}
	require.Equal(t, Horizon{Days: 1, Open: 3, Late: 2}, counts(at[1]), "A has arrived")
	require.Equal(t, Tally{Warned: 1, Right: 1, Precision: new(1.0), Recall: new(0.5)}, at[1].Rules[AtRisk])
	require.Equal(t, Horizon{Days: 2, Open: 2, Late: 2}, counts(at[2]), "D is not yet registered")
	require.Equal(t, Tally{Recall: new(0.0)}, at[2].Rules[AtRisk], "nobody was warned of: no precision")
	require.Equal(t, Horizon{Days: 5, Open: 2, Late: 2}, counts(at[5]), "A arrives at that instant")
	require.Equal(t, Horizon{Days: 7, Open: 3, Late: 2}, counts(at[7]))
}

func counts(h Horizon) Horizon { return Horizon{Days: h.Days, Open: h.Open, Late: h.Late} }
