package polling

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"waybill/connectors/dialects"
	"waybill/schemas"
	"waybill/schemas/status"
)

// told is what an answer tells of one parcel.
type told struct {
	outcome Outcome
	events  []schemas.CarrierEvent
	said    *said // to be remembered once the events are acknowledged; nil: nothing is
}

// outcomeOf says what a failure that a source tells of means for the question.
func outcomeOf(reason dialects.Reason) Outcome {
	switch reason {
	case dialects.ReasonNotFound:
		return OutcomeNotFound
	case dialects.ReasonInvalidNumber:
		return OutcomeInvalid
	case dialects.ReasonUnauthorized:
		return OutcomeUnauthorized
	case dialects.ReasonRateLimited:
		return OutcomeRateLimited
	case dialects.ReasonUnavailable:
		return OutcomeUnavailable
	case dialects.ReasonNoEvents:
		return OutcomeNoNews
	case dialects.ReasonBadEvent:
		return OutcomeUnreadable
	default:
		return OutcomeRefused
	}
}

// read takes in what a reading tells of each parcel. What it tells of a parcel
// that was not asked about is left out, for it may be anybody's.
func (out *answer) read(parcels []parcel, reading *dialects.Reading) {
	find := finder(parcels)
	for i := range reading.Events {
		e := &reading.Events[i]
		if at := find(e.TrackingNumber); at >= 0 {
			e.Carrier, e.TrackingNumber = parcels[at].carrier, parcels[at].number
			out.told[at].outcome = OutcomeEvents
			out.told[at].events = append(out.told[at].events, *e)
		}
	}
	for i := range reading.Failures {
		f := &reading.Failures[i]
		if f.TrackingNumber == "" {
			for at := range out.told {
				out.told[at].fail(f, &parcels[at], reading.Dialect)
			}
		} else if at := find(f.TrackingNumber); at >= 0 {
			out.told[at].fail(f, &parcels[at], reading.Dialect)
		}
		if out.problem == nil && f.Reason != dialects.ReasonNotFound && f.Reason != dialects.ReasonNoEvents {
			out.problem = fmt.Errorf("it says %s: %s (%s) %s", f.Reason, f.Description, f.RawCode, f.Where)
		}
	}
	for at := range out.told {
		t := &out.told[at]
		switch {
		case t.outcome == "" && out.status >= http.StatusBadRequest:
			t.outcome = OutcomeRefused
		case t.outcome == "":
			t.outcome = OutcomeLeftOut
		}
	}
	if out.problem == nil && len(reading.Events) > 0 && len(parcels) == 1 && len(out.told[0].events) == 0 {
		out.problem = errors.New("it answers about another parcel")
	}
}

// finder finds the parcel that a number in an answer means, or gives -1.
func finder(parcels []parcel) func(number string) int {
	at := make(map[string]int, len(parcels))
	for i, p := range parcels {
		at[p.number] = i
	}
	return func(number string) int {
		if i, ok := at[schemas.CanonicalNumber(number)]; ok {
			return i
		}
		return -1
	}
}

// fail takes in what the source could not tell of the parcel. That it does not
// know it, or refuses its number, is an event; the first such answer counts.
func (t *told) fail(f *dialects.Failure, p *parcel, dialect string) {
	if t.outcome != "" {
		return
	}
	t.outcome = outcomeOf(f.Reason)
	now := time.Now().UTC()
	e := schemas.CarrierEvent{
		Carrier: p.carrier, TrackingNumber: p.number, Source: dialect + "-" + string(dialects.Poll), SourceKind: schemas.SourcePoll,
		RawCode: f.RawCode, Description: f.Description, ReceivedAt: &now, OccurredAt: now,
		OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Leg: schemas.LegForward,
	}
	switch t.outcome {
	case OutcomeNotFound:
		e.Code = status.CodeNotFound
	case OutcomeInvalid:
		// It is a fact about the number, and told again at every poll: of the
		// time at which the shipment began it is the same event each time (I2).
		e.Code = status.CodeInvalidNumber
		if !p.epoch.IsZero() {
			e.OccurredAt = p.epoch
		}
	default:
		return
	}
	t.events = []schemas.CarrierEvent{e}
}

// hasBadEvent tells whether an event of an answer could not be read.
func hasBadEvent(reading *dialects.Reading) bool {
	return slices.ContainsFunc(reading.Failures, func(f dialects.Failure) bool { return f.Reason == dialects.ReasonBadEvent })
}
