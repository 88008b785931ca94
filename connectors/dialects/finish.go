package dialects

import (
	"cmp"
	"slices"
	"strings"

	"waybill/schemas"
)

// finish puts what is known of each parcel to its events.
func (r *reader) finish() {
	failed := r.failedNumbers()
	for i, p := range r.parcels {
		if p.count == 0 && !failed[p.number] && (len(r.loose.wrong) == 0 || len(r.parcels) > 1) {
			p.fail(ReasonNoEvents, "", "the payload has no event of it")
		}
		end := len(r.out.Events)
		if i+1 < len(r.parcels) {
			end = r.parcels[i+1].first
		}
		p.foretell(r.out.Events[p.first:end])
	}
	r.failLoose()
	r.count()
}

// failedNumbers are the numbers of which something could not be told or read.
func (r *reader) failedNumbers() map[string]bool {
	var failed map[string]bool
	for i := range r.out.Failures {
		if failed == nil {
			failed = make(map[string]bool)
		}
		failed[r.out.Failures[i].TrackingNumber] = true
	}
	return failed
}

// count tells events apart that are equal otherwise, by their ordinals (I2). Such
// events have occurred in the same second.
func (r *reader) count() {
	events := r.out.Events
	second := func(i int) int64 { return events[i].OccurredAt.Unix() }
	order := r.order[:0]
	for i := range events {
		order = append(order, i)
	}
	r.order = order
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(second(a), second(b)) })
	for len(order) > 1 {
		n := 1
		for n < len(order) && second(order[n]) == second(order[0]) {
			n++
		}
		if n > 1 {
			countSame(events, order[:n])
		}
		order = order[n:]
	}
}

// countSame counts the events of one second, as they stand in the payload.
func countSame(events []schemas.CarrierEvent, which []int) {
	type identity struct{ carrier, number, code, words string }
	seen := make(map[identity]int, len(which))
	given, number := "", "" // as it is given and in canonical form
	for _, i := range which {
		e := &events[i]
		if e.TrackingNumber != given {
			given, number = e.TrackingNumber, schemas.CanonicalNumber(e.TrackingNumber)
		}
		id := identity{carrier: e.Carrier, number: number, code: e.RawCode}
		if id.code == "" {
			id.words = strings.ToLower(strings.Join(strings.Fields(e.Description), " "))
		}
		if e.Ordinal == 0 { // our own dialect may tell it
			e.Ordinal = seen[id]
		}
		seen[id]++
	}
}

// failLoose tells of what was of a wrong type. Of which parcel it was is clear
// where the payload has one.
func (r *reader) failLoose() {
	var of parcel
	if len(r.parcels) == 1 {
		of = *r.parcels[0]
	}
	for _, m := range r.loose.wrong {
		r.failed(Failure{
			Reason: ReasonBadEvent, Carrier: of.carrier, TrackingNumber: of.number, Description: m.problem, Where: clip(path(m.at)),
		})
	}
}

// foretell puts the forecast and the signer to the newest event, which is what
// they belong to: a later payload has them on a later one.
func (p *parcel) foretell(events []schemas.CarrierEvent) {
	if len(events) == 0 {
		return
	}
	newest := &events[0]
	for i := range events {
		if events[i].OccurredAt.After(newest.OccurredAt) {
			newest = &events[i]
		}
	}
	if newest.SignedBy == "" {
		newest.SignedBy = clip(p.signedBy)
	}
	if p.eta.at.IsZero() {
		return
	}
	newest.ETAReason = clip(p.etaReason)
	if p.eta.precision == schemas.PrecisionDay {
		day := p.eta.local
		newest.ETADate = &day
	} else {
		at := p.eta.at
		newest.ETAAt = &at
	}
	if p.eta.zone != "" {
		zone := p.eta.zone
		newest.ETAZone = &zone
	}
}
