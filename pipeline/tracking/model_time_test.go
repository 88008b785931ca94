package tracking

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

// modelIdentity is I2: when it occurred and the carrier's own code. Carrier,
// number and epoch are those of the model.
func modelIdentity(e *schemas.CarrierEvent) string {
	when := e.OccurredAt.UTC().Format(time.DateTime)
	if e.OccurredZone == "" && e.OccurredLocal != "" {
		when = e.OccurredLocal
	}
	code := "code " + strings.ToLower(e.RawCode)
	if e.RawCode == "" {
		code = "text " + strings.Join(strings.Fields(strings.ToLower(e.Description)), " ")
	}
	return fmt.Sprint(when, " ", code, " ", e.Ordinal)
}

// modelOrder is O2.
func modelOrder(a, b *modelEvent) int {
	return cmp.Or(
		a.order().Compare(b.order()),
		cmp.Compare(a.code.Status.Rank, b.code.Status.Rank),
		cmp.Compare(sourcePriority(a.first.told), sourcePriority(b.first.told)),
		a.first.arrival.Compare(b.first.arrival),
		cmp.Compare(a.from, b.from),
	)
}

// priority: what a carrier says itself weighs more than what it says through
// others, and that more than what was asked for or lay in a file.
func sourcePriority(e *schemas.CarrierEvent) int {
	return slices.Index([]string{schemas.SourceFile, schemas.SourcePoll, schemas.SourceProviderPush, schemas.SourceCarrierPush}, e.SourceKind)
}

// order is the instant an event is ordered by: a day is its last second (T2),
// and what is a little ahead is taken to be of its receipt (T3).
func (e *modelEvent) order() time.Time {
	if e.clamped {
		return receivedAt(e.first.told, e.first.arrival)
	}
	if e.told.OccurredPrecision == schemas.PrecisionDay {
		return dayIn(e.told, 1, zoneOr(e.told.OccurredZone, 0)).Add(-time.Second)
	}
	return e.told.OccurredAt
}

// earliest and over are the first instant at which an event can have occurred,
// and the first at which it cannot have any more (T2).
func earliest(e *schemas.CarrierEvent) time.Time {
	if e.OccurredPrecision == schemas.PrecisionDay {
		return dayIn(e, 0, zoneOr(e.OccurredZone, 14))
	}
	return e.OccurredAt
}

func over(e *schemas.CarrierEvent) time.Time {
	switch e.OccurredPrecision {
	case schemas.PrecisionDay:
		return dayIn(e, 1, zoneOr(e.OccurredZone, -12))
	case schemas.PrecisionMinute:
		return e.OccurredAt.Add(time.Minute)
	}
	return e.OccurredAt.Add(time.Second)
}

// dayIn is the midnight at which an event's day begins in a zone, or the one
// some days on.
func dayIn(e *schemas.CarrierEvent, days int, zone *time.Location) time.Time {
	y, month, d := e.OccurredAt.In(zoneOr(e.OccurredZone, 0)).Date()
	return time.Date(y, month, d+days, 0, 0, 0, 0, zone)
}

// zoneOr reads a zone; where there is none, it is so many hours from UTC.
func zoneOr(zone string, hours int) *time.Location {
	if zone == "" {
		return time.FixedZone("", hours*3600)
	}
	if at, err := time.Parse("-07:00", zone); err == nil {
		return at.Location()
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return loc
}

func receivedAt(e *schemas.CarrierEvent, arrival time.Time) time.Time {
	if e.ReceivedAt != nil {
		return *e.ReceivedAt
	}
	return arrival
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
