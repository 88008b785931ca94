package simulate

import (
	"time"

	"waybill/schemas"
)

// Faults that are part of the story: what a source says by mistake, and what it
// says when all is over.

// mistake lets the carrier say that the parcel, which is out for delivery, was
// delivered, and take that back.
func (s *story) mistake() {
	withdrawn := s.trouble.befalls(Withdrawn)
	if !withdrawn && !s.trouble.befalls(Corrected) {
		return
	}
	before := s.truth.FinalStatus
	wrong := s.add(scan{code: s.model.Code("delivered.delivered"), at: s.soon(), site: s.to, wrong: true})
	s.truth.Events++
	s.become(wrong.code.Status.Name, wrong.at)
	undone := s.add(scan{code: wrong.code, at: s.soon(), site: s.to, withdraws: 1, byHand: !withdrawn})
	s.become(before, undone.at)
	s.truth.Retractions++
}

// soon is some time after the last scan.
func (s *story) soon() time.Time {
	return s.scans[len(s.scans)-1].at.Add(leastGap + time.Duration(s.trouble.chance.IntN(3600))*time.Second)
}

// correction is what a person asks for when a scan was wrong and the source
// does not take it back.
func (s *story) correction(made *scan) *schemas.Registration {
	return &schemas.Registration{
		Tenant: s.registration.Tenant, Carrier: s.registration.Carrier, TrackingNumber: s.registration.TrackingNumber,
		Action: schemas.ActionCorrect, Actor: "service desk", Reason: "The recipient does not have it.",
		Status: "ofd.out", OccurredAt: &made.at, Backfill: schemas.BackfillNone, Tags: []string{},
	}
}

// echoes lets scans follow the delivery, up to a day and a half after it.
func (s *story) echoes() {
	if !s.trouble.befalls(AfterDelivery) {
		return
	}
	codes := []string{"transit.processing", "transit.departed_facility", "ofd.out", "exc.held_by_carrier", "delivered.post_update"}
	for range 1 + s.trouble.chance.IntN(2) {
		last := s.scans[len(s.scans)-1].at
		s.echo(codes[s.trouble.chance.IntN(len(codes))], last.Add(time.Duration(1+s.trouble.chance.IntN(18))*time.Hour))
	}
}
