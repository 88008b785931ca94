package dialects

import (
	"strings"

	"waybill/schemas"
)

// finish puts what is known of each parcel to its events.
func (r *reader) finish() {
	failed := make(map[string]bool, len(r.out.Failures))
	for _, f := range r.out.Failures {
		failed[f.TrackingNumber] = true
	}
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

// count tells events apart that are equal otherwise, by their ordinals (I2).
func (r *reader) count() {
	type identity struct {
		carrier, number, code, words string
		at                           int64
	}
	seen := make(map[identity]int, len(r.out.Events))
	given, number := "", "" // as it is given and in canonical form
	for i := range r.out.Events {
		e := &r.out.Events[i]
		if e.TrackingNumber != given {
			given, number = e.TrackingNumber, schemas.CanonicalNumber(e.TrackingNumber)
		}
		id := identity{carrier: e.Carrier, number: number, at: e.OccurredAt.Unix(), code: e.RawCode}
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
