package tracking

// gist is what can be told of a history without a look at its events, which lie
// scattered and mostly in no cache: that an identity is new, and that all comes
// from one source. It may know more than the history still has, never less.
type gist struct {
	ids     [4]uint64 // the bits of all identities, as any source told them (I3)
	source  string    // of the first event
	some    bool      // there was an event
	several bool      // more than one source told of them
}

// add takes in an event that enters the history, or that further sources told of.
func (g *gist) add(e *event) {
	if !g.some {
		g.some, g.source = true, e.source
	}
	g.several = g.several || e.source != g.source || len(e.told) > 0
	g.addID(e.id)
	for i := range e.told {
		g.addID(e.told[i].id)
	}
}

func (g *gist) addID(id uint64) {
	word, bit := placeOf(id)
	g.ids[word] |= bit
}

// mayTell tells whether an identity can be one of the history's. Where that has ten,
// it says so of one in 26 that are new.
func (g *gist) mayTell(id uint64) bool {
	word, bit := placeOf(id)
	return g.ids[word]&bit != 0
}

// onlyFrom tells whether one source alone told of all events.
func (g *gist) onlyFrom(source string) bool { return !g.several && g.source == source }

// placeOf gives where an identity has its bit. Identities are hashes, so any bits
// of them will do.
func placeOf(id uint64) (word int, bit uint64) { return int(id>>6) & 3, 1 << (id % 64) }
