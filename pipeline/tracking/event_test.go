package tracking

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// What the source said itself goes through the state to every row of the
// event, also where another source told it first.
func TestTheSourcesOwnWordsAreKept(t *testing.T) {
	w := newWorld(t, nil)
	w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	at := day1.Add(time.Hour)
	e := &schemas.CarrierEvent{
		Carrier: "sim", TrackingNumber: "A2", Code: "transit.moving", RawCode: "T1", RawStatus: "in transit",
		Source: "poller", SourceKind: schemas.SourcePoll, OccurredAt: at,
	}
	w.event(at, e)
	rows := w.advance(at.Add(time.Minute)).events
	require.Len(t, rows, 1)
	require.Equal(t, "in transit", rows[0].RawStatus)

	e.SignedBy = "Kim"
	rows = w.event(at.Add(time.Hour), e).events
	require.Len(t, rows, 1)
	require.Equal(t, "in transit", rows[0].RawStatus)

	e.Source, e.SourceKind, e.RawCode, e.RawStatus = "push", schemas.SourceCarrierPush, "MV", "moves"
	w.event(at.Add(2*time.Hour), e)
	rows = w.advance(at.Add(3 * time.Hour)).events
	require.Len(t, rows, 1)
	require.Equal(t, []string{"MV", "moves", "push", "poller"}, []string{rows[0].RawCode, rows[0].RawStatus, rows[0].Source, rows[0].AlsoFrom[0]})
}

// Where the clock starts and stops, the row has the source's own time beside UTC.
func TestTheClocksLocalTimesAreKept(t *testing.T) {
	w := newWorld(t, nil)
	w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	at := day1.Add(time.Hour)
	for i, code := range []string{"transit.picked_up", "attempt.notice_left"} {
		at = at.Add(time.Duration(i) * time.Hour)
		w.event(at, &schemas.CarrierEvent{
			Carrier: "sim", TrackingNumber: "A2", Code: code, RawCode: code, Source: "push", SourceKind: schemas.SourceCarrierPush,
			OccurredAt: at, OccurredLocal: at.Add(-5 * time.Hour).Format(localLayout),
		})
	}
	rows := w.advance(at.Add(time.Minute)).shipments
	require.NotEmpty(t, rows)
	last := rows[len(rows)-1]
	require.Equal(t, last.ClockStart.Add(-5*time.Hour).Format(localLayout), last.ClockStartLocal)
	require.Equal(t, last.ClockStop.Add(-5*time.Hour).Format(localLayout), last.ClockStopLocal)
}
