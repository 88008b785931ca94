package tracking

import "slices"

// written is how a shipment's history was written last, for as long as its state
// stays in memory. What stood in it before another event came is copied the next
// time, not written again: the bytes are the same (layoutHistory).
type written struct {
	bytes  []byte   // of the events, without their number
	texts  []string // that had numbers by then, in their order
	hashes []uint32 // of these
	before int      // how many of these had theirs before the first event
	events []*event // in order
	epoch  int64    // of the shipment
}

// layoutHistory is the history as a list: each event is written by what differs
// from the one before, the first by what differs from one at the epoch.
func layoutHistory(c *coder, s *shipment) {
	before := &event{occurred: s.epoch}
	layout := func(c *coder, e *event) {
		layoutEvent(c, e, before)
		before = e
	}
	if c.reading {
		pointers(c, &s.history, 1, layout)
		for _, e := range s.history {
			s.gist.add(e)
		}
		return
	}
	c.count(len(s.history))
	if len(s.history) == 0 {
		return
	}
	w := &s.written
	if w.stands(s, c.numbers) {
		c.buf = append(c.buf, w.bytes...)
		c.numbers.inherit(w.texts[w.before:], w.hashes[w.before:])
		before = w.events[len(w.events)-1]
	} else {
		w.begin(s, c.numbers)
	}
	from := len(c.buf)
	for _, e := range s.history[len(w.events):] {
		layout(c, e)
		e.within = w
		w.events = append(w.events, e)
	}
	w.bytes = append(w.bytes, c.buf[from:]...)
	w.texts = append(w.texts, c.numbers.seen[len(w.texts):]...)
	w.hashes = append(w.hashes, c.numbers.hashes[len(w.hashes):]...)
}

// Room for what a parcel of five scans or so has.
const (
	writtenBytes  = 384
	writtenTexts  = 12
	writtenEvents = 6
)

// begin forgets what was written, for it is written anew.
func (w *written) begin(s *shipment, numbers *numbering) {
	if w.bytes == nil {
		w.bytes = make([]byte, 0, writtenBytes)
		w.texts, w.hashes = make([]string, 0, writtenTexts), make([]uint32, 0, writtenTexts)
		w.events = make([]*event, 0, writtenEvents)
	}
	clear(w.events[:cap(w.events)])
	*w = written{
		bytes: w.bytes[:0], texts: append(w.texts[:0], numbers.seen...), hashes: append(w.hashes[:0], numbers.hashes...),
		before: len(numbers.seen), events: w.events[:0], epoch: s.epoch,
	}
}

// stands tells whether the history begins with the events that were written, as
// they were then, and what came before it gave the same numbers to the same texts.
// It touches none of the events: they lie scattered, and in no cache.
func (w *written) stands(s *shipment, numbers *numbering) bool {
	return len(w.events) > 0 && len(w.events) <= len(s.history) && w.epoch == s.epoch &&
		slices.Equal(w.events, s.history[:len(w.events)]) && slices.Equal(w.texts[:w.before], numbers.seen)
}

// alter must be called before anything of an event changes that the state's bytes
// have: what has it is written anew.
func (e *event) alter() {
	if e.within != nil {
		e.within.events = e.within.events[:0]
	}
}
