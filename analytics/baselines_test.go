package analytics_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/schemas"
	"waybill/schemas/status"
)

// told is one event of a parcel, hours after it began.
type told struct {
	after   float64
	code    string
	learned float64 // hours until it arrived
	deleted bool
}

// life adds a parcel of a carrier to what is loaded. Its events bear the flags
// of the model.
func (r *records) life(t *testing.T, model *status.Model, lane schemas.Lane, began time.Time, events ...told) {
	t.Helper()
	number := fmt.Sprint(len(r.shipments))
	r.shipments = append(r.shipments, &schemas.Shipment{
		Carrier: lane.Carrier, TrackingNumber: number, Epoch: began, Revision: 1, Status: "IN_TRANSIT", Code: "transit.moving",
		Leg: schemas.LegForward, DeliveredPrecision: schemas.PrecisionSecond, Service: lane.Service,
		OriginCountry: lane.OriginCountry, OriginState: lane.OriginState,
		DestinationCountry: lane.DestinationCountry, DestinationState: lane.DestinationState, CreatedAt: began, UpdatedAt: began,
	})
	for i, e := range events {
		code := model.Code(e.code)
		require.NotNil(t, code, e.code)
		occurred := began.Add(hours(e.after))
		r.events = append(r.events, &schemas.TrackingEvent{
			Carrier: lane.Carrier, TrackingNumber: number, Epoch: began, EventID: fmt.Sprint(i), Revision: int64(i + 1),
			Type: schemas.TypeEvent, Status: code.Status.Name, Code: code.Name, PhysicalScan: code.PhysicalScan,
			StopsClock: code.StopsClock, Terminal: code.Terminal, Leg: schemas.LegForward,
			OccurredAt: occurred, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven,
			ReceivedAt: occurred, ArrivedAt: occurred.Add(hours(e.learned)), SourceKind: schemas.SourceFile,
			ObjectCreated: occurred, ObjectUpdated: occurred, Deleted: e.deleted,
		})
	}
}

func hours(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }

func TestBaselinesByHand(t *testing.T) {
	model, err := status.Default()
	require.NoError(t, err)
	since, until := day(2026, 5, 1), day(2026, 6, 1)
	began := day(2026, 5, 4)
	var r records

	// 40 parcels of one lane: a second scan after 1, 2 ... 40 hours, delivery ten
	// hours later. So 80 gaps: ten hours 41 times, and each other of 1 to 40 once.
	alpha := schemas.Lane{Carrier: "alpha", Service: "std", OriginCountry: "BR", OriginState: "SP", DestinationCountry: "BR", DestinationState: "BA"}
	for i := range 40 {
		second := float64(i + 1)
		r.life(t, model, alpha, began, told{code: "transit.picked_up"}, told{after: second, code: "transit.arrived_facility"},
			told{after: second + 10, code: "delivered.delivered"}, told{after: second + 20, code: "delivered.post_update"})
	}
	// 30 are delivered after 1, 2 ... 30 hours. 30 more were picked up 15 hours
	// before the end, and what became of them arrived after it.
	beta := schemas.Lane{Carrier: "beta"}
	for i := range 30 {
		r.life(t, model, beta, began, told{code: "transit.picked_up"}, told{after: float64(i + 1), code: "delivered.delivered"})
		r.life(t, model, beta, until.Add(-hours(15)), told{code: "transit.picked_up"}, told{after: 1, code: "delivered.delivered", learned: 20})
	}
	// Word of a delay is no scan, and what was withdrawn or is no status counts for
	// nothing. Each of two lanes has 20 parcels, with 40 gaps.
	for i := range 40 {
		gamma := schemas.Lane{Carrier: "gamma", OriginCountry: "BR", DestinationCountry: "BR", DestinationState: []string{"BA", "AM"}[i%2]}
		r.life(t, model, gamma, began, told{code: "transit.picked_up"}, told{after: 5, code: "exc.carrier_delay"},
			told{after: 6, code: "transit.info_update"}, told{after: 7, code: "transit.processing", deleted: true},
			told{after: 20, code: "transit.arrived_facility"}, told{after: 50, code: "delivered.delivered"})
	}
	// Lost parcels never stop the clock, and none of this was so many as to count;
	// what began before the asked time does not count at all.
	delta := schemas.Lane{Carrier: "delta"}
	for i := range 31 {
		r.life(t, model, delta, began, told{code: "transit.picked_up"}, told{after: 9, code: "failed.lost"})
		r.life(t, model, delta, since.AddDate(0, 0, -1-i), told{code: "transit.picked_up"}, told{after: 9, code: "delivered.delivered"})
	}

	conn := load(t, r)
	rows, err := analytics.BuildBaselines(t.Context(), conn, model, since, until)
	require.NoError(t, err)
	found := map[string]schemas.Baseline{}
	for _, b := range rows {
		found[b.Carrier+" "+b.Level+" "+b.Status] = b
	}
	require.ElementsMatch(t, []string{
		"alpha lane IN_TRANSIT", "alpha countries IN_TRANSIT", "alpha service IN_TRANSIT", "alpha carrier IN_TRANSIT",
		"beta carrier IN_TRANSIT",
		"gamma lane IN_TRANSIT", "gamma countries IN_TRANSIT", "gamma carrier IN_TRANSIT",
		"gamma countries EXCEPTION", "gamma carrier EXCEPTION",
	}, slices.Collect(maps.Keys(found)))

	for _, level := range []string{schemas.BaselineLane, schemas.BaselineCountries, schemas.BaselineService, schemas.BaselineCarrier} {
		b := found["alpha "+level+" IN_TRANSIT"]
		require.EqualValues(t, 80, b.Samples, level)
		require.InDelta(t, 10*3600, b.GapP50S, 0, "the 40th of 80")
		require.InDelta(t, 36*3600, b.GapP95S, 0, "the 76th of 80: 50 take up to ten hours")
		require.EqualValues(t, 40, b.Parcels)
		require.Len(t, b.RemainingS, 21)
		require.InDelta(t, 11*3600, b.RemainingS[0], 0)
		require.InDelta(t, 12*3600, b.RemainingS[1], 0, "the 2nd of 40")
		require.InDelta(t, 30*3600, b.RemainingS[10], 0)
		require.InDelta(t, 50*3600, b.RemainingS[20], 0)
	}
	require.Equal(t, alpha, new(found["alpha lane IN_TRANSIT"]).Lane())

	// A quarter is there after 15 hours. The other 45 of 60 are known only by the
	// 15 that were seen for longer, so each of these stands for three: half are
	// there after 20 hours.
	b := found["beta carrier IN_TRANSIT"]
	require.EqualValues(t, 30, b.Parcels)
	require.InDelta(t, 15*3600, b.RemainingS[5], 0)
	require.InDelta(t, 20*3600, b.RemainingS[10], 0)
	require.InDelta(t, 30*3600, b.RemainingS[20], 0)

	for _, level := range []string{schemas.BaselineCountries, schemas.BaselineCarrier} {
		moving, troubled := found["gamma "+level+" IN_TRANSIT"], found["gamma "+level+" EXCEPTION"]
		require.EqualValues(t, 80, moving.Samples)
		require.InDelta(t, 20*3600, moving.GapP50S, 0)
		require.InDelta(t, 30*3600, moving.GapP95S, 0)
		require.EqualValues(t, 40, troubled.Samples)
		require.InDelta(t, 20*3600, troubled.GapP95S, 0, "from the scan before to the one after")
		require.InDelta(t, 45*3600, troubled.RemainingS[10], 0)
	}
	require.EqualValues(t, 20, found["gamma lane IN_TRANSIT"].Parcels)

	_, err = analytics.BuildBaselines(t.Context(), conn, model, until, since)
	require.ErrorContains(t, err, "it must end later")
}
