package tracking

import (
	"slices"
	"strings"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// tellPlaced tells of an event that took its place.
func (m *slowModel) tellPlaced(e *modelEvent, before, after modelLife, late bool) {
	for _, f := range m.follows {
		cleared := m.clearDelay(f, after)
		types, won := f.types(e, before, after)
		if !f.hears(e, e.first, won && after.present == e) {
			continue
		}
		types = with(types, late, schemas.TypeHistoryAmended)
		if !late || won {
			types = append(types, exceptionTypes(before, after)...)
			types = append(types, schemas.TypeEvent)
		}
		m.tellEvent(f, e, with(types, cleared, schemas.TypeDelayCleared), after, won)
	}
}

// tellRecoded is I4: a known event whose code changed is told again.
func (m *slowModel) tellRecoded(e *modelEvent, raw *rawEvent, before modelLife) {
	after := m.life()
	for _, f := range m.follows {
		cleared := m.clearDelay(f, after)
		types, won := f.types(e, before, after)
		if !f.hears(e, raw, won && after.present == e) {
			continue
		}
		types = append(types, exceptionTypes(before, after)...)
		types = append(types, schemas.TypeEvent, schemas.TypeHistoryAmended)
		m.tellEvent(f, e, with(types, cleared, schemas.TypeDelayCleared), after, won)
	}
}

// tellETA is D1: a known event, told again, moved the ETA.
func (m *slowModel) tellETA(e *modelEvent, raw *rawEvent, after modelLife) {
	for _, f := range m.follows {
		if f.hears(e, raw, after.present == e) {
			m.tellEvent(f, e, []string{schemas.TypeETAChanged}, after, false)
		}
	}
}

// tellEvent: what changed the present is about the present, all else about
// itself.
func (m *slowModel) tellEvent(f *modelFollow, e *modelEvent, types []string, after modelLife, won bool) {
	about := e.code
	if won {
		about = after.code
		f.said = after.code.Status.Name
	}
	f.told[e.id] = true
	m.tell(f, e.id, types, about.Status.Name, historical(f, e))
}

func with(types []string, also bool, name string) []string {
	if !also {
		return types
	}
	return append(slices.Clone(types), name)
}

// types are those that the difference of two lives fits, and whether the present
// is another. The status that went before is the one that the tenant was told.
func (f *modelFollow) types(e *modelEvent, before, after modelLife) ([]string, bool) {
	var types []string
	add := func(is bool, name string) { types = with(types, is, name) }
	add(modelETAMoved(before.eta, after.eta), schemas.TypeETAChanged)
	is := after.code.Status.Name
	changed := after.present != before.present || after.code != before.code
	if !changed || after.present != e && f.said == is {
		return types, false
	}
	add(is == status.Delivered && f.said != is, schemas.TypeDelivered)
	add(is == status.Returning && f.said != is, schemas.TypeReturning)
	add(after.code.Milestone, schemas.TypeMilestone)
	add(f.said != is, schemas.TypeStatusChanged)
	return types, true
}

// exceptionTypes are of the episodes that are new, and of those that have
// another end.
func exceptionTypes(before, after modelLife) []string {
	var types []string
	for _, e := range after.episodes {
		i := slices.IndexFunc(before.episodes, func(was modelEpisode) bool { return was.opened == e.opened })
		types = with(types, i < 0, schemas.TypeExceptionOpened)
		types = with(types, e.closed != nil && (i < 0 || before.episodes[i].closed != e.closed), schemas.TypeExceptionResolved)
	}
	return slices.Compact(slices.Sorted(slices.Values(types)))
}

// hears is R4 and R5: in the window, and not from before it.
// With the backfill current that includes what becomes the present later on, and
// what is told of it then.
func (f *modelFollow) hears(e *modelEvent, raw *rawEvent, isPresent bool) bool {
	asked := f.asked.Backfill == schemas.BackfillAll || f.asked.Backfill == schemas.BackfillCurrent && (isPresent || f.current == e)
	if !raw.arrival.Before(f.end) || historical(f, e) && !asked {
		return false
	}
	if isPresent && historical(f, e) {
		f.current = e
	}
	return true
}

// historical goes by the calendar, in UTC, for a day whose zone is not known.
func historical(f *modelFollow, e *modelEvent) bool {
	if e.told.OccurredPrecision == schemas.PrecisionDay && e.told.OccurredZone == "" {
		return e.told.OccurredAt.UTC().Format(time.DateOnly) < f.start.UTC().Format(time.DateOnly)
	}
	return !over(e.told).After(f.start)
}

// tellKnown is R5: what was released before the registration came. Who asked for
// none is not told what its earlier registration was told.
func (m *slowModel) tellKnown(f *modelFollow) {
	l := m.life()
	for i, e := range l.history {
		asked := f.asked.Backfill == schemas.BackfillAll || f.asked.Backfill == schemas.BackfillCurrent && e == l.present
		if historical(f, e) && !asked || f.told[e.id] || f.hadBefore[e.id] && f.asked.Backfill == schemas.BackfillNone {
			continue
		}
		before, after := m.walk(l.history[:i], nil), m.walk(l.history[:i+1], nil)
		before.eta, after.eta = nil, nil
		if e.code.Name == status.CodeUnmapped && l.code.Name != status.CodeUnmapped {
			after = before // another status is known by now
		}
		if e == l.present {
			f.current = e
		}
		types, won := f.types(e, before, after)
		for _, episode := range l.episodes {
			types = with(types, episode.opened == e, schemas.TypeExceptionOpened)
			types = with(types, episode.closed == e, schemas.TypeExceptionResolved)
		}
		m.tellEvent(f, e, append(types, schemas.TypeEvent), after, won)
	}
}

// tell makes one webhook for each endpoint of the tenant that chose a type that
// fits and the status that it is about.
func (m *slowModel) tell(f *modelFollow, cause string, types []string, about string, historical bool) {
	types = slices.Clone(types)
	slices.SortFunc(types, func(a, b string) int { return slices.Index(specificFirst, a) - slices.Index(specificFirst, b) })
	for _, endpoint := range m.endpoints {
		if endpoint.Tenant != f.asked.Tenant || !modelChosen(endpoint.Statuses, about) {
			continue
		}
		i := slices.IndexFunc(types, func(name string) bool { return modelChosen(endpoint.Types, name) })
		if i < 0 {
			continue
		}
		m.count[f.name+endpoint.EndpointID]++
		m.jobs = append(m.jobs, modelJob{
			endpoint: endpoint.EndpointID, sequence: m.count[f.name+endpoint.EndpointID],
			types: types, chosen: types[i], cause: cause, historical: historical,
		})
	}
}

func modelChosen(list []string, name string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}

// specificFirst is the order in which webhook types are tried.
var specificFirst = []string{
	schemas.TypeDelivered, schemas.TypeExceptionOpened, schemas.TypeExceptionResolved, schemas.TypeDelayed, schemas.TypeDelayCleared,
	schemas.TypeAtRisk, schemas.TypeETAChanged, schemas.TypeStalled, schemas.TypeExpired, schemas.TypeInvalid, schemas.TypeNotFound,
	schemas.TypeReturning, schemas.TypeHistoryAmended, schemas.TypeEventRetracted, schemas.TypeMilestone, schemas.TypeStatusChanged, schemas.TypeEvent,
}
