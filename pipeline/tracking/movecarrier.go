package tracking

import (
	"cmp"
	"time"

	"waybill/schemas"
)

// changeCarrier takes a tenant's registration to another carrier that has the
// parcel (R7). Here it is over, as moved. At the new carrier's key, which may lie
// on another partition, a registration makes it come to be: it is a record of
// the topic registrations, written in the transaction in which this one ends.
//
// It comes to be once, for its idempotency key is made of the registration that
// moved; and it goes no further by itself, for it is a plain registration. The
// window is what is left of it, and it is not charged again. The product and the
// account were the old carrier's and stay behind.
func (t *turn) changeCarrier(a *act) (refusal string) {
	g, to := a.registration, t.carriers.Canonical(a.raw.NewCarrier)
	t.begins(a)
	if !t.replay {
		t.out.moves = append(t.out.moves, t.moveOf(a, to))
	}
	g.leave(a, stateMoved)
	t.audit(a, map[string]string{"from": t.carrier, "to": to})
	return ""
}

// moveOf gives the registration at the new carrier.
func (t *turn) moveOf(a *act, to string) schemas.Registration {
	given := *a.registration // as it is now: the record is written at the end of the turn
	g := &given
	left := time.Duration(g.expires-a.arrived) * time.Millisecond
	days := int((left + day - 1) / day)
	since := utc(g.expires).AddDate(0, 0, -days)
	r := schemas.Registration{
		Tenant: g.tenant, Carrier: to, TrackingNumber: t.number, MovedFrom: g.id,
		IdempotencyKey: hashHex("moved", g.id, to),
		Metadata:       g.metadata, Reference: g.reference, Transaction: g.transaction,
		Origin: g.origin, Destination: g.destination, ShipDate: optionalText(&g.extras.shipDate), IsReturn: g.isReturn,
		WindowDays: days, RegisteredAt: &since, Backfill: g.backfill, Tags: g.extras.tags,
		Actor: a.raw.Actor, Reason: a.raw.Reason,
	}
	r.PromisedDate, r.PromisedZone, r.PromisedAt = optionalText(&g.promise.date), optionalText(&g.promise.zone), optional(g.promise.at)
	return r
}

// windowEnd gives when the window of a registration ends (R4). What moved from
// another carrier keeps the end that it had, to the millisecond, for else a
// parcel that is moved to and fro would be followed for ever.
func windowEnd(raw *schemas.Registration, arrived int64) int64 {
	length := int64(cmp.Or(raw.WindowDays, defaultWindowDays)) * day.Milliseconds()
	end := arrived + length
	if raw.MovedFrom != "" && raw.RegisteredAt != nil {
		end = min(end, max(arrived, raw.RegisteredAt.UnixMilli()+length))
	}
	return end
}

// addMove writes a registration to the key that it is for.
func (j *Job) addMove(t *turn, r *schemas.Registration) error {
	key, err := schemas.ShipmentKey(r.Carrier, r.TrackingNumber)
	if err != nil {
		return err
	}
	return add(t, schemas.TopicRegistrations, key, j.codecs.Registration, r)
}
