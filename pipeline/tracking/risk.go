package tracking

import (
	"math"
	"strconv"

	"waybill/schemas"
)

// risk is a registration's forecast to miss its measure (D4).
type risk struct {
	since    int64  // stream time; 0: it is not at risk
	measure  string // what it was last told for; empty: nothing
	measured target
}

func layoutRisk(c *coder, r *risk, registered int64) {
	layoutOptional(c, &r.since, registered)
	c.string(&r.measure)
	layoutTarget(c, &r.measured)
}

// forecast says from when on a measure is likely to be missed, and why.
type forecast struct {
	at       int64 // never: it is not
	eta      bool  // the carrier's own ETA is past the measure
	baseline *schemas.Baseline
	entered  int64 // when the baseline's time began; 0: the carrier has not got the parcel
	deadline int64
}

// forecast looks ahead for one registration (D4). There is nothing to forecast
// once the clock has stopped or the measure has passed: that is a fact (D2).
func (t *turn) forecast(s *shipment, g *registration) forecast {
	if !s.eta.isSet() && t.baselines.Version() == "" {
		return forecast{at: never} // there is nothing to tell it by
	}
	name, to := measureOf(s, g)
	if name == "" || g.state != stateActive || g.delayedBy(name, to) || t.stopOf(s, g).id != 0 || t.over(s, g) {
		return forecast{at: never}
	}
	if t.isPast(s.eta, to) {
		return forecast{at: s.updated, eta: true}
	}
	u := t.usual(s)
	f := forecast{baseline: u.remaining, entered: u.entered, deadline: t.deadline(to)}
	if f.baseline == nil || f.deadline == never || f.deadline <= f.entered {
		return forecast{at: never}
	}
	f.at = max(f.when(t.atRiskChance), s.updated)
	return f
}

// when gives from when on the chance to miss the deadline is so high. What the
// shipper still has says nothing of when it will hand it over, so until then it
// is reckoned as if that were now: no parcel is quicker than that.
func (f *forecast) when(chance float64) int64 {
	if f.entered == 0 {
		return f.deadline - 1000*int64(quantile(f.baseline, 1-chance))
	}
	limit := float64(f.deadline-f.entered) / 1000
	return f.entered + 1000*int64(math.Ceil(whenChance(f.baseline, limit, chance)))
}

// chance is that of missing the deadline, as it looks at an instant.
func (f *forecast) chance(now int64) float64 {
	if f.entered == 0 {
		return chanceToExceed(f.baseline, float64(f.deadline-now)/1000, 0)
	}
	return chanceToExceed(f.baseline, float64(f.deadline-f.entered)/1000, float64(now-f.entered)/1000)
}

// isPast tells whether an ETA is later than a measure. Where either is a day,
// days are compared.
func (t *turn) isPast(eta, measure target) bool {
	switch {
	case !eta.isSet():
		return false
	case eta.date != "" || measure.date != "":
		return t.dayOf(eta) > t.dayOf(measure)
	}
	return eta.at > measure.at
}

// riskDue gives when the next registration of a shipment becomes at risk. What
// came before that instant and still waits for its order is heard first.
func (t *turn) riskDue(s *shipment) int64 {
	due := never
	for i := range s.registrations {
		if g := &s.registrations[i]; !s.riskNoted(g) {
			due = min(due, t.riskDueOf(s, g))
		}
	}
	return due
}

// riskNoted tells whether it is noted that a registration may miss what is its
// measure now.
func (s *shipment) riskNoted(g *registration) bool {
	name, to := measureOf(s, g)
	return g.risk.since != 0 && g.risk.measure == name && g.risk.measured == to
}

func (t *turn) riskDueOf(s *shipment, g *registration) int64 {
	due := t.forecast(s, g).at
	return max(due, s.settledBy(due))
}

// findRisks notes which registrations are at risk now. Each is told once for a
// measure; a forecast that comes back is only noted (D4).
func (t *turn) findRisks(s *shipment) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if s.riskNoted(g) || t.riskDueOf(s, g) > t.now {
			continue
		}
		f := t.forecast(s, g)
		name, to := measureOf(s, g)
		told := g.risk.measure == name && g.risk.measured == to
		t.touch(s)
		g.risk = risk{since: t.now, measure: name, measured: to}
		if !told {
			t.tellRisk(s, g, &f)
		}
	}
}

func (t *turn) tellRisk(s *shipment, g *registration, f *forecast) {
	name, to := g.risk.measure, g.risk.measured
	e := t.derivedEvent(s, schemas.TypeAtRisk, g.id, name, to.write())
	e.Tenant, e.RegistrationID, e.Severity = g.tenant, g.id, 1
	e.Evidence = map[string]string{"measure": name, "target": to.write()}
	if f.eta {
		e.Description = "The carrier's ETA is later than the " + measureInWords(name) + " " + to.write() + "."
		e.Evidence["basis"], e.Evidence["eta"] = "eta", s.eta.write()
	} else {
		chance := strconv.FormatFloat(f.chance(t.now), 'f', 2, 64)
		e.Description = "By what is usual on its lane, the chance to miss the " + measureInWords(name) + " " + to.write() + " is " + chance + "."
		e.Evidence["basis"], e.Evidence["chance"] = "baseline", chance
		e.Evidence["deadline"] = stamp(f.deadline)
		if f.entered != 0 {
			e.Evidence["status_since"] = stamp(f.entered)
		}
		e.Evidence["parcels"] = strconv.FormatInt(f.baseline.Parcels, 10)
		e.Evidence["remaining_p50_s"] = strconv.FormatInt(int64(f.baseline.RemainingS[len(f.baseline.RemainingS)/2]), 10)
		cite(e.Evidence, f.baseline)
	}
	t.out.events = append(t.out.events, e)
	t.notifyAlone(s, g, &e)
}

// easeRisks takes back forecasts that no longer hold, for shipments that this
// turn has changed.
func (t *turn) easeRisks() {
	for _, s := range t.out.shipments {
		for i := range s.registrations {
			if g := &s.registrations[i]; g.risk.since != 0 && t.riskSince(s, g) == 0 {
				g.risk.since = 0
			}
		}
	}
}

// riskSince gives since when a registration is at risk, zero when it is not or
// is no longer.
func (t *turn) riskSince(s *shipment, g *registration) int64 {
	if !s.riskNoted(g) || t.forecast(s, g).at > t.now {
		return 0
	}
	return g.risk.since
}
