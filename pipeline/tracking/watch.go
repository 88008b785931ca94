package tracking

import (
	"strconv"
	"time"

	"waybill/schemas"
)

// How long a silence may be before it is told, whatever the baselines say (D3).
const (
	shortestSilence = int64(24 * time.Hour / time.Millisecond)
	longestSilence  = int64(120 * time.Hour / time.Millisecond)
)

// watch is the silence of a parcel that was found too long (D3).
type watch struct {
	since   int64 // when it began; 0: none was found
	stalled int64 // stream time at which it was found
}

func layoutWatch(c *coder, w *watch, epoch int64) {
	c.near(&w.since, epoch)
	c.near(&w.stalled, epoch)
}

// silentSince gives when the parcel's silence began: with its last physical
// scan, at the end of the day where only that is known, for a silence is a fact.
// One that was never scanned is silent from the end of the day on which a
// shipper meant to hand it over; where nobody says that day, it cannot be known
// that a scan is missing, and the result is 0.
func (t *turn) silentSince(s *shipment) int64 {
	if s.lastScan != 0 {
		return s.scanned
	}
	since := never
	for i := range s.registrations {
		g := &s.registrations[i]
		if g.state == stateActive && g.extras.shipDate != "" {
			since = min(since, t.deadline(target{date: g.extras.shipDate}))
		}
	}
	if since == never {
		return 0
	}
	return since
}

// stallDue gives when a silence becomes too long (D3). It is found once, and
// only while somebody follows the parcel and its life has not ended; never
// before what is known already, as a newer table could have it. A scan that came
// before that instant and waits for its order is heard first.
func (t *turn) stallDue(s *shipment) int64 {
	if s.closed != 0 || t.terminal(s) || !t.followed(s) {
		return never
	}
	since := t.silentSince(s)
	if since == 0 || since == s.watch.since {
		return never
	}
	due := max(since+t.silenceLimit(s), s.updated)
	return max(due, s.settledBy(due))
}

// followed tells whether somebody waits for the parcel.
func (t *turn) followed(s *shipment) bool {
	for i := range s.registrations {
		if t.waits(s, &s.registrations[i]) {
			return true
		}
	}
	return false
}

// waits tells whether a registration is active and, as its tenant sees it, the
// parcel's life has not ended.
func (t *turn) waits(s *shipment, g *registration) bool {
	return g.state == stateActive && !t.over(s, g)
}

// silenceLimit gives the longest silence that is usual: 95 of 100 are shorter
// on the parcel's lane in its status; where that is not known, the setting.
func (t *turn) silenceLimit(s *shipment) int64 {
	if b := t.usual(s).gap; b != nil {
		return min(max(int64(b.GapP95S*1000), shortestSilence), longestSilence)
	}
	return t.stalledAfter
}

// findSilence notes that no physical scan came for too long and tells those who
// followed the parcel before it was too long (D3). Who came later is not told,
// whether or not others followed it then (R10).
func (t *turn) findSilence(s *shipment) {
	since, limit, b := t.silentSince(s), t.silenceLimit(s), t.usual(s).gap
	t.touch(s)
	s.watch = watch{since: since, stalled: t.now}
	e := t.derivedEvent(s, schemas.TypeStalled, stamp(since))
	e.OccurredAt, e.Severity = utc(since+limit), 1
	hours := strconv.FormatInt(limit/time.Hour.Milliseconds(), 10)
	e.Description = "No physical scan came for " + hours + " hours."
	e.Evidence = map[string]string{"threshold_s": strconv.FormatInt(limit/1000, 10), "basis": "setting"}
	if s.lastScan != 0 {
		e.Evidence["last_scan_at"] = stamp(s.lastScan)
	} else {
		e.Evidence["ship_date_over_at"] = stamp(since)
	}
	if b != nil {
		e.Evidence["basis"] = "baseline"
		e.Evidence["gap_p95_s"] = strconv.FormatInt(int64(b.GapP95S), 10)
		e.Evidence["samples"] = strconv.FormatInt(b.Samples, 10)
		cite(e.Evidence, b)
	}
	t.out.events = append(t.out.events, e)
	for i := range s.registrations {
		if g := &s.registrations[i]; t.waits(s, g) && g.registered < since+limit {
			t.notifyAlone(s, g, &e)
		}
	}
}

// stalledAt gives when the present silence was found too long, zero when it was
// not, or when the parcel's life has ended.
func (t *turn) stalledAt(s *shipment) int64 {
	if t.terminal(s) || s.watch.since == 0 || s.watch.since != t.silentSince(s) {
		return 0
	}
	return s.watch.stalled
}
