package tracking

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// requireGist holds what is told of a history without a look at it to the history.
// Every test with a world asks this after each call (world.keep).
func requireGist(t require.TestingT, s *shipment) {
	for _, e := range s.history {
		for _, id := range e.ids() {
			require.True(t, s.gist.mayTell(id), "an identity of the history counts as new")
		}
		for i := range e.tellings() {
			require.True(t, s.gist.several || s.gist.onlyFrom(e.telling(i).source), "a source of the history counts as none")
		}
	}
}

// What is new is mostly told to be without a look at the history.
func TestGistTellsWhatIsNew(t *testing.T) {
	var g gist
	require.False(t, g.onlyFrom("carrier"))
	const known = 10
	for i := range uint64(known) {
		g.add(&event{id: hash64("known", string(rune('a'+i))), source: "carrier"})
	}
	require.True(t, g.onlyFrom("carrier"))
	require.False(t, g.onlyFrom("another"))
	taken := 0
	for i := range 1000 {
		if g.mayTell(hash64("new", string(rune(i)))) {
			taken++
		}
	}
	require.Less(t, taken, 1000*2*known/256)

	g.add(&event{id: 1, source: "carrier", told: []telling{{source: "another", id: 2}}})
	require.True(t, g.mayTell(2))
	require.False(t, g.onlyFrom("carrier"))
}
