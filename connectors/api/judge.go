package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// What becomes of an item of a batch.
const (
	statusAccepted   = "accepted"
	statusDoNotTrack = "do_not_track" // accepted, and not followed, asked for or charged (R2, R3)
	statusRefused    = "refused"
)

// registered is what a request is told of one of its items.
type registered struct {
	// RegistrationID is the id of the registration where it is the tenant's
	// first of the parcel, or the one that is there is changed by it (R6).
	RegistrationID string `json:"registration_id,omitempty"`
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	Accepted       bool   `json:"accepted"`
	Status         string `json:"status"`
	// CarrierDetected: no carrier was given, and this one is told from the number.
	CarrierDetected bool `json:"carrier_detected,omitempty"`
	// Candidates are the carriers that it could be of, where none was given and
	// none is sure.
	Candidates []carriers.Candidate `json:"candidates,omitempty"`
	// Reason says why it is not tracked.
	Reason  string        `json:"reason,omitempty"`
	Problem *problemError `json:"problem,omitempty"`
}

// judge tells what becomes of an item as far as that can be told on the spot,
// and puts carrier and number into canonical form. What is refused goes to
// nobody.
func (a *API) judge(r *schemas.Registration) *registered {
	detected := strings.TrimSpace(r.Carrier) == "" && strings.TrimSpace(r.TrackingNumber) != ""
	if detected {
		if uncertain := a.detect(r); uncertain != nil {
			return uncertain
		}
	}
	carrier, number, p := a.parcelOf(r)
	if p != nil {
		return refused(r, p)
	}
	r.Carrier, r.TrackingNumber = carrier, number
	if err := a.cfg.Check(r); err != nil {
		return refused(r, ofCheck(err))
	}
	made := &registered{
		RegistrationID: schemas.RegistrationID(r.Tenant, carrier+":"+number), Carrier: carrier, TrackingNumber: number,
		Accepted: true, Status: statusAccepted, CarrierDetected: detected,
	}
	if made.Reason = a.untracked(r); made.Reason != "" {
		made.Status = statusDoNotTrack
		return made
	}
	if a.cfg.OverQuota == nil {
		return made
	}
	if over := a.cfg.OverQuota(r.Tenant, *r.RegisteredAt); over != "" {
		return refused(r, overQuota(over))
	}
	return made
}

// sure is the confidence from which on a carrier is told from a number: its check
// digit is right, and nobody else has such numbers.
const sure = 0.8

// detect tells the carrier from the number where only one is likely and that is
// sure; else it gives why not.
func (a *API) detect(r *schemas.Registration) (uncertain *registered) {
	candidates := slices.DeleteFunc(a.cfg.Carriers.Detect(r.TrackingNumber), func(c carriers.Candidate) bool {
		known, _, _ := a.cfg.Carriers.Tracked(c.Carrier, nil)
		return !known // a family of carriers, one of which stands beside it
	})
	if len(candidates) == 1 && candidates[0].Confidence >= sure {
		r.Carrier = candidates[0].Carrier
		return nil
	}
	why := "no carrier is known that has such numbers"
	if len(candidates) > 0 {
		why = "it cannot be told from the number for sure; the candidates are beside"
	}
	uncertain = refused(r, wrong("carrier", "carrier is not given, and %s; name it", why))
	uncertain.Candidates = candidates
	return uncertain
}

// parcelOf gives carrier and number as keys have them.
func (a *API) parcelOf(r *schemas.Registration) (carrier, number string, p *problemError) {
	if strings.TrimSpace(r.TrackingNumber) == "" {
		return "", "", wrong("tracking_number", "tracking_number is empty; it is required")
	}
	if strings.TrimSpace(r.Carrier) == "" {
		return "", "", wrong("carrier", "carrier is empty; it is required")
	}
	key, err := schemas.ShipmentKey(a.cfg.Carriers.Canonical(r.Carrier), r.TrackingNumber)
	if err != nil {
		field := "tracking_number"
		if _, err := schemas.ShipmentKey(a.cfg.Carriers.Canonical(r.Carrier), "1"); err != nil {
			field = "carrier"
		}
		return "", "", wrong(field, "%s", strings.TrimPrefix(err.Error(), "making a shipment key: "))
	}
	carrier, number, _ = strings.Cut(key, ":")
	return carrier, number, nil
}

// untracked tells why a registration will be taken on and not tracked, as the
// rules do (R2, R3); empty: it will be tracked.
func (a *API) untracked(r *schemas.Registration) string {
	known, tracked, reason := a.cfg.Carriers.Tracked(r.Carrier, r.ServiceLevel)
	if !known && a.cfg.KnownCarriers {
		return "The carrier " + r.Carrier + " is not known."
	}
	if _, valid, wrong := a.cfg.Carriers.CheckNumber(r.Carrier, r.TrackingNumber); !valid {
		return wrong
	}
	if !tracked {
		return reason
	}
	return ""
}

// ofCheck says what the rules would not read.
func ofCheck(err error) *problemError {
	if fault, is := errors.AsType[*schemas.DecodeError](err); is {
		return wrong(fault.Field, "%s: %s", fault.Field, fault.Problem)
	}
	return problem(http.StatusBadRequest, "%v", err)
}

// overQuota refuses what is beyond a tenant's quota (R8). Asking again helps in
// another month, or when the quota was raised.
func overQuota(why string) *problemError {
	p := problem(http.StatusTooManyRequests, "%s", why)
	p.Type, p.Title = problemTypeBase+"quota-exceeded", "Quota Exceeded"
	return p
}

func refused(r *schemas.Registration, p *problemError) *registered {
	return &registered{Carrier: r.Carrier, TrackingNumber: r.TrackingNumber, Status: statusRefused, Problem: p}
}
