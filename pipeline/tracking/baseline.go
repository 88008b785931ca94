package tracking

import (
	"waybill/schemas"
	"waybill/schemas/status"
)

// usual is what the baselines say of a shipment as it stands: how long scans
// stay away (D3) and how long it still takes (D4). The table may change between
// two calls, and each decision names the version that it used.
type usual struct {
	of       *shipment
	revision int64

	gap, remaining *schemas.Baseline // nil: nothing is known
	entered        int64             // when the first event of the present status occurred; 0: the clock has not started
}

// usual looks a shipment up in the baselines, once for each of its revisions.
func (t *turn) usual(s *shipment) *usual {
	u := &t.looked
	if u.of == s && u.revision == s.revision {
		return u
	}
	*u = usual{of: s, revision: s.revision}
	if t.baselines.Version() == "" {
		return u
	}
	lane, now := t.laneOf(s), t.status(s)
	u.gap = t.baselines.Gap(lane, now.Name)
	if s.clockStart.id == 0 {
		u.remaining = t.baselines.Remaining(lane, status.InTransit)
		return u
	}
	if u.remaining = t.baselines.Remaining(lane, now.Name); u.remaining != nil {
		u.entered = t.enteredStatus(s)
	}
	return u
}

// enteredStatus gives when the first event of the present status occurred that
// the history still has.
func (t *turn) enteredStatus(s *shipment) int64 {
	now := t.status(s)
	for i := range s.history {
		if e := s.history[i]; t.codeOf(e.code).Status == now && !e.refused {
			return e.occurred
		}
	}
	return s.present.occurred
}

func (t *turn) laneOf(s *shipment) schemas.Lane {
	return schemas.Lane{
		Carrier: t.carrier, Service: s.service,
		OriginCountry: s.originCountry, OriginState: s.regions.origin,
		DestinationCountry: s.destinationCountry, DestinationState: s.regions.destination,
	}
}

// regions are the states, provinces or regions where a parcel comes from and
// goes to, from the first registration that says them.
type regions struct{ origin, destination string }

func layoutRegions(c *coder, r *regions) {
	c.string(&r.origin)
	c.string(&r.destination)
}

// cite adds to the evidence of a decision which baseline it rests on.
func cite(evidence map[string]string, b *schemas.Baseline) {
	evidence["baseline_version"], evidence["baseline_level"] = b.Version, b.Level
}
