package tracking

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"waybill/schemas"
)

// acknowledge notes that a tenant took an open exception in hand, or all that
// are open (R7, D6). It is the tenant's own note: another sees neither that nor
// when (R10).
func (t *turn) acknowledge(a *act) (refusal string) {
	s, g := a.shipment, a.registration
	named := parseEventID(a.raw.EventID)
	var taken []string
	for i := range s.episodes {
		ep := &s.episodes[i]
		if ep.closing != 0 || named != 0 && ep.opening != named || !t.sees(s, g, ep) || g.acknowledged(ep.opening) != nil {
			continue
		}
		g.byHand.acknowledgements = append(g.byHand.acknowledgements, acknowledgement{
			opening: ep.opening, at: a.arrived, actor: clip(a.raw.Actor, maxName),
		})
		taken = append(taken, eventID(ep.opening))
	}
	if len(taken) == 0 {
		return "No exception is open that the event opened and that is not acknowledged yet."
	}
	if over := len(g.byHand.acknowledgements) - maxEpisodes; over > 0 {
		g.byHand.acknowledgements = slices.Delete(g.byHand.acknowledgements, 0, over)
	}
	t.begins(a)
	t.audit(a, map[string]string{"exceptions": strings.Join(taken, " "), "count": strconv.Itoa(len(taken))})
	return ""
}

// acknowledged returns the tenant's acknowledgement of an exception, or nil.
func (g *registration) acknowledged(opening uint64) *acknowledgement {
	for i := range g.byHand.acknowledgements {
		if g.byHand.acknowledgements[i].opening == opening {
			return &g.byHand.acknowledgements[i]
		}
	}
	return nil
}

// episodeOf returns the exception that an event opened, or nil.
func (s *shipment) episodeOf(opening uint64) *episode {
	for i := range s.episodes {
		if s.episodes[i].opening == opening {
			return &s.episodes[i]
		}
	}
	return nil
}

// sees tells whether a registration is shown an exception: as it is shown the
// event that opened it (R5).
func (t *turn) sees(s *shipment, g *registration, ep *episode) bool {
	if e := s.find(ep.opening); e != nil {
		return t.visible(g, e)
	}
	return g.backfill == schemas.BackfillAll || ep.opened >= g.registered
}

// firstAcknowledged gives when the first of those who follow the parcel took an
// exception in hand. No tenant is shown it.
func (s *shipment) firstAcknowledged(opening uint64) *time.Time {
	first := int64(0)
	for i := range s.registrations {
		if k := s.registrations[i].acknowledged(opening); k != nil && (first == 0 || k.at < first) {
			first = k.at
		}
	}
	return optional(first)
}

func acknowledgementRows(g *registration) []schemas.Acknowledgement {
	rows := make([]schemas.Acknowledgement, len(g.byHand.acknowledgements))
	for i, k := range g.byHand.acknowledgements {
		rows[i] = schemas.Acknowledgement{OpeningEventID: eventID(k.opening), AcknowledgedAt: utc(k.at), Actor: k.actor}
	}
	return rows
}
