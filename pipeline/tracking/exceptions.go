package tracking

import (
	"slices"

	"waybill/schemas/status"
)

// closes tells whether an event with this code ends an exception (D6): a
// physical scan that is no exception itself, out for delivery, the end of the
// parcel's life, or the word that the problem is resolved.
func closes(c *status.Code) bool {
	switch {
	case c.Status.Name == status.Exception, c.Status.OfRegistration:
		return false
	case c.PhysicalScan, c.Status.Name == status.OutForDelivery, c.Name == status.CodeProblemResolved:
		return true
	}
	return c.Terminal
}

// revisit brings the exception episodes up to date with the history, of which
// one event is new or changed, and notes what opened and what closed.
//
// An exception that the present status stood against (O7) opens none. An
// episode is known by the event that opened it, for ever. So a late
// exception that falls just before an episode does not become its beginning.
func (t *turn) revisit(s *shipment, e *event, n *news) {
	if !n.late && !n.revised && !n.retracted && t.codeOf(e.code).Status.Name != status.Exception && len(s.episodes) == 0 {
		return
	}
	old := slices.Clone(s.episodes)
	t.walkEpisodes(s)
	for _, now := range s.episodes {
		at := slices.IndexFunc(old, func(was episode) bool { return was.opening == now.opening })
		if at < 0 {
			n.opened = append(n.opened, now)
		}
		if now.closing != 0 && (at < 0 || old[at].closing != now.closing) {
			n.resolved = append(n.resolved, now)
		}
	}
	if over := len(s.episodes) - maxEpisodes; over > 0 {
		s.episodes = slices.Delete(s.episodes, 0, over)
	}
}

// walkEpisodes goes through the history once, in order, and opens and closes.
// What closed an episode whose opening has left the history stays.
func (t *turn) walkEpisodes(s *shipment) {
	var open []int // indexes of episodes
	for i := range s.episodes {
		ep := &s.episodes[i]
		gone := s.find(ep.opening) == nil
		if gone && ep.closing == 0 {
			open = append(open, i)
		}
		if !gone {
			ep.closing, ep.closed, ep.closingCode = 0, 0, ""
		}
	}
	for i := range s.history {
		e := s.history[i]
		code := t.codeOf(e.code)
		at := slices.IndexFunc(s.episodes, func(ep episode) bool { return ep.opening == e.id })
		if at >= 0 {
			s.episodes[at].key = e.key // a revision or another source may have moved it (I3, I4)
		}
		isException := code.Status.Name == status.Exception && !e.refused
		switch {
		case at >= 0 && isException:
			s.episodes[at].opened = e.occurred
			open = append(open, at)
		case at >= 0: // its code is no exception any more: it ends where it began
			s.episodes[at].close(e)
		case isException && len(open) == 0 && !t.leadsInto(s, i):
			s.episodes = append(s.episodes, episode{opening: e.id, key: e.key, opened: e.occurred, code: e.code})
			open = append(open, len(s.episodes)-1)
		}
		if closes(code) {
			open = slices.DeleteFunc(open, func(at int) bool { return s.episodes[at].closeBy(e) })
		}
	}
	slices.SortStableFunc(s.episodes, func(a, b episode) int { return a.key.compare(b.key) })
}

func (ep *episode) close(e *event) {
	ep.closing, ep.closed, ep.closingCode = e.id, e.occurred, e.code
}

// closeBy closes the episode unless it opened after the event, which is so when
// its opening left the history before older milestones did.
func (ep *episode) closeBy(e *event) bool {
	if e.key.before(ep.key) {
		return false
	}
	ep.close(e)
	return true
}

// leadsInto tells whether the next thing after an exception that matters to
// episodes is the opening of a known one.
func (t *turn) leadsInto(s *shipment, from int) bool {
	for i := from + 1; i < len(s.history); i++ {
		e := s.history[i]
		if slices.ContainsFunc(s.episodes, func(ep episode) bool { return ep.opening == e.id }) {
			return true
		}
		if closes(t.codeOf(e.code)) {
			return false
		}
	}
	return false
}
