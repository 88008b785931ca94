package tracking

import (
	"cmp"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// modelLife is what a history says, walked from its beginning.
type modelLife struct {
	codes   *status.Model
	history []*modelEvent
	counted []*modelEvent // those that became the present in their turn (O6, O7)
	present *modelEvent
	code    *status.Code          // that of the present; pending.registered before the first
	eta     *schemas.CarrierEvent // the telling that gives the ETA (D1)

	start, stop, delivered *modelEvent // D7
	attempts               int
	episodes               []modelEpisode // D6
}

type modelEpisode struct{ opened, closed *modelEvent }

// life walks all that was released.
func (m *slowModel) life() modelLife {
	var history []*modelEvent
	for _, e := range m.known {
		if e.stage == released {
			history = append(history, e)
		}
	}
	slices.SortFunc(history, modelOrder)
	return m.walk(history, m.openings)
}

func (m *slowModel) walk(history, known []*modelEvent) modelLife {
	l := modelLife{codes: m.codes, history: history, code: m.codes.Code(status.CodeRegistered)}
	for _, e := range history {
		counts := l.counts(e)
		if counts {
			l.present, l.code = e, e.code
			l.counted = append(l.counted, e)
		}
		l.clock(e, counts)
	}
	l.eta = etaTelling(history)
	l.findEpisodes(known)
	return l
}

// counts is O6 and O7: data-only updates and states of a registration tell no
// status, what is in no map hides none, and what is terminal is left as the
// model allows.
func (l *modelLife) counts(e *modelEvent) bool {
	switch {
	case e.code.DataOnly || e.code.Status.OfRegistration:
		return false
	case l.present == nil:
		return true
	case e.code.Name == status.CodeUnmapped && l.code.Name != status.CodeUnmapped:
		return false
	}
	return l.code.Status.MayBecome(e.code)
}

func (l *modelLife) clock(e *modelEvent, counts bool) {
	if l.start == nil && e.code.StartsClock {
		l.start = e
	}
	if l.stop == nil && e.code.StopsClock && e.code.Status.Name != status.Invalid {
		l.stop = e
	}
	if l.delivered == nil && counts && e.code.Status.Name == status.Delivered {
		l.delivered = e
	}
	if e.code.AttemptFailure {
		l.attempts++
	}
}

// findEpisodes is D6. An episode that was told is known by its opening for ever:
// if that turns out to be none, the episode ends where it began, and a late
// exception just before it does not take its place.
func (l *modelLife) findEpisodes(known []*modelEvent) {
	var opened, open []*modelEvent
	closing := map[*modelEvent]*modelEvent{}
	for i, e := range l.history {
		isException := e.code.Status.Name == status.Exception && slices.Contains(l.counted, e)
		switch told := slices.Contains(known, e); {
		case !told && (!isException || len(open) > 0 || l.leadsInto(known, i)):
		case told && !isException:
			opened, closing[e] = append(opened, e), e
		default:
			opened, open = append(opened, e), append(open, e)
		}
		if closesEpisode(e.code) {
			for _, o := range open {
				closing[o] = e
			}
			open = nil
		}
	}
	for _, e := range opened {
		l.episodes = append(l.episodes, modelEpisode{e, closing[e]})
	}
}

func (l *modelLife) leadsInto(known []*modelEvent, i int) bool {
	for _, e := range l.history[i+1:] {
		if slices.Contains(known, e) {
			return true
		}
		if closesEpisode(e.code) {
			return false
		}
	}
	return false
}

// closesEpisode: a scan that moves the parcel, out for delivery, an end, or the
// word that the problem is resolved.
func closesEpisode(c *status.Code) bool {
	if c.Status.Name == status.Exception || c.Status.OfRegistration {
		return false
	}
	return c.PhysicalScan || c.Terminal || c.Status.Name == status.OutForDelivery || c.Name == status.CodeProblemResolved
}

// stoppedBy tells whether the clock was stopped before a measure had passed (D2).
func (l *modelLife) stoppedBy(at time.Time) bool {
	return l.stop != nil && l.stop.told.OccurredAt.Before(at)
}

// etaTelling is D1: the ETA is what was said of the latest time, and of what was
// said of one time the word that was received last.
func etaTelling(history []*modelEvent) *schemas.CarrierEvent {
	var last *modelEvent
	for _, e := range history {
		if e.told.ETAAt == nil && e.told.ETADate == nil {
			continue
		}
		if last == nil || cmp.Or(e.order().Compare(last.order()), e.received.Compare(last.received), cmp.Compare(e.turn, last.turn)) > 0 {
			last = e
		}
	}
	if last == nil {
		return nil
	}
	return last.told
}

// modelETAMoved: by an hour or more, or to another day.
func modelETAMoved(from, to *schemas.CarrierEvent) bool {
	if from == nil || to == nil || from == to {
		return false
	}
	if from.ETAAt != nil && to.ETAAt != nil && to.ETAAt.Sub(*from.ETAAt).Abs() >= time.Hour {
		return true
	}
	return etaDay(from) != etaDay(to)
}

func etaDay(e *schemas.CarrierEvent) string {
	if e.ETADate != nil {
		return *e.ETADate
	}
	return e.ETAAt.UTC().Format(time.DateOnly)
}
