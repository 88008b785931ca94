package shape

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

// view is what a source knows of a parcel at a time.
type view struct {
	shape        *Shape
	registration *schemas.Registration
	at           time.Time // when it speaks
	events       []*event  // the oldest first
	newest       *event    // of events
	heard        *event    // what it has just heard
}

// event is a scan in the source's own codes.
type event struct {
	*schemas.CarrierEvent

	code, status string
	heardAt      time.Time
	id           string // of the record; another one when the source issues it anew
}

// begin forgets what was known: another parcel has the number.
func (v *view) begin(r *schemas.Registration) {
	v.registration, v.events, v.newest = r, nil, nil
}

// hear takes in what the carrier says. A scan that is told again takes the place
// of the one that was; one that is withdrawn goes. What another source tells is
// no news to this one, which knows it from the carrier.
func (v *view) hear(e *schemas.CarrierEvent, at time.Time) {
	v.at = at
	again := func(known *event) bool {
		return known.Code == e.Code && known.OccurredAt.Truncate(time.Minute).Equal(e.OccurredAt.Truncate(time.Minute))
	}
	i := slices.IndexFunc(v.events, again)
	heard := &event{CarrierEvent: e, heardAt: at}
	heard.code, heard.status = v.shape.words.of(e)
	sum := sha256.Sum256(fmt.Append(nil, e.TrackingNumber, heard.code, e.OccurredAt.Unix(), e.MapVersion))
	heard.id = hex.EncodeToString(sum[:16])
	switch {
	case e.Retracted && i >= 0:
		v.events = slices.Delete(v.events, i, i+1)
	case i >= 0:
		heard.heardAt = v.events[i].heardAt
		if e.Source != v.events[i].Source {
			heard = v.events[i]
		}
		v.events[i] = heard
	case !e.Retracted:
		v.events = append(v.events, heard)
	}
	slices.SortStableFunc(v.events, func(a, b *event) int { return a.OccurredAt.Compare(b.OccurredAt) })
	v.heard, v.newest = heard, heard
	if n := len(v.events); n > 0 {
		v.newest = v.events[n-1]
	}
}

// newestFirst is for sources that tell so.
func (v *view) newestFirst() []*event {
	turned := slices.Clone(v.events)
	slices.Reverse(turned)
	return turned
}

// each renders the events.
func each(events []*event, render func(*event) object) []object {
	all := make([]object, len(events))
	for i, e := range events {
		all[i] = render(e)
	}
	return all
}

// number is the parcel's.
func (v *view) number() string { return v.heard.TrackingNumber }

// token is the carrier's slug as most platforms write it.
func (v *view) token() string { return strings.ReplaceAll(v.heard.Carrier, "-", "_") }

// eta is the day that the carrier now names; empty: none.
func (v *view) eta() string {
	for _, e := range slices.Backward(v.events) {
		if e.ETADate != nil {
			return *e.ETADate
		}
	}
	return ""
}

// since is when the source first heard of the parcel.
func (v *view) since() time.Time {
	if len(v.events) == 0 {
		return v.at
	}
	return v.events[0].heardAt
}

// zoneless tells whether the carrier wrote the time without a zone, at a place
// that has one.
func (e *event) zoneless() bool {
	return e.OccurredConfidence == schemas.ConfidencePlace && e.Location != nil
}

// utc is the time with a Z.
func (e *event) utc() string { return e.OccurredAt.UTC().Format("2006-01-02T15:04:05Z") }

// offset is the local time with its offset.
func (e *event) offset() string {
	return e.OccurredLocal + e.OccurredAt.In(time.FixedZone("", int(e.ahead().Seconds()))).Format("-07:00")
}

// ahead is by how much the local time is before UTC's.
func (e *event) ahead() time.Duration {
	local, err := time.Parse("2006-01-02T15:04:05", e.OccurredLocal)
	if err != nil {
		return 0
	}
	return local.Sub(e.OccurredAt.Truncate(time.Second)).Round(time.Minute)
}

// asWritten is offset, or the local time alone where the carrier wrote no more.
func (e *event) asWritten() string {
	if e.zoneless() {
		return e.OccurredLocal
	}
	return e.offset()
}

func (e *event) place() schemas.Location {
	if e.Location == nil {
		return schemas.Location{}
	}
	return *e.Location
}

// orNull is null for an empty text.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
