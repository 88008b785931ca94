package tracking

import (
	"slices"
	"sort"
)

// insert puts an event at its place in the history (O2, O4). Of equal keys the
// one that came first stays first.
func (s *shipment) insert(e *event) {
	at := len(s.history)
	if at > 0 && e.key.before(s.history[at-1].key) { // few do
		at = sort.Search(at, func(i int) bool { return e.key.before(s.history[i].key) })
	}
	s.history = slices.Insert(s.history, at, e)
	s.gist.add(e)
}

func (s *shipment) sortHistory() {
	slices.SortStableFunc(s.history, func(a, b *event) int { return a.key.compare(b.key) })
}

// trim keeps the history within its bound: the oldest event that is no
// milestone, and on which the present does not rest (O7), leaves, and its
// identities stay (I5). A closed record keeps identities only (D9).
func (t *turn) trim(s *shipment) {
	most := t.history
	if s.closed != 0 {
		most = 0
	}
	for len(s.history) > most {
		at := slices.IndexFunc(s.history, func(e *event) bool {
			code := t.codeOf(e.code)
			return !code.Milestone && (code.DataOnly || !t.stands(code.Status))
		})
		at = max(at, 0)
		s.forgetEvent(s.history[at])
		s.history = slices.Delete(s.history, at, at+1)
	}
}

// forgetEvent keeps no more of an event than its identities (I5).
func (s *shipment) forgetEvent(e *event) {
	s.forgotten = append(s.forgotten, e.ids()...)
	if over := len(s.forgotten) - maxForgotten; over > 0 {
		s.forgotten = slices.Delete(s.forgotten, 0, over)
	}
}
