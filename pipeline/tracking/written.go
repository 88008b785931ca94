package tracking

import "slices"

// written is how a shipment's history was written last, for as long as its state
// stays in memory. What stood in it before another event came is copied the next
// time, not written again: the bytes are the same (layoutHistory).
type written struct {
	bytes  []byte   // of the events, without their number
	texts  []string // that had numbers by then, in their order
	before int      // how many of these had theirs before the first event
	events int
	epoch  int64 // of the shipment
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
		return
	}
	c.count(len(s.history))
	if len(s.history) == 0 {
		return
	}
	w := &s.written
	if w.stands(s, c.numbers) {
		c.buf = append(c.buf, w.bytes...)
		c.numbers.addAll(w.texts[w.before:])
		before = s.history[w.events-1]
	} else {
		w.begin(s, c.numbers)
	}
	from := len(c.buf)
	for i, e := range s.history[w.events:] {
		layout(c, e)
		e.standing = int32(w.events + i + 1)
	}
	w.bytes = append(w.bytes, c.buf[from:]...)
	w.texts = append(w.texts, c.numbers.seen[len(w.texts):]...)
	w.events = len(s.history)
}

// Room for what a parcel of five scans or so has.
const (
	writtenBytes = 384
	writtenTexts = 12
)

// begin forgets what was written, for it is written anew.
func (w *written) begin(s *shipment, numbers *numbering) {
	if w.bytes == nil {
		w.bytes, w.texts = make([]byte, 0, writtenBytes), make([]string, 0, writtenTexts)
	}
	*w = written{bytes: w.bytes[:0], texts: append(w.texts[:0], numbers.seen...), before: len(numbers.seen), epoch: s.epoch}
}

// stands tells whether the history begins with the events that were written, as
// they were then, and what came before it gave the same numbers to the same texts.
func (w *written) stands(s *shipment, numbers *numbering) bool {
	if w.events == 0 || w.events > len(s.history) || w.epoch != s.epoch || !slices.Equal(w.texts[:w.before], numbers.seen) {
		return false
	}
	for i, e := range s.history[:w.events] {
		if e.standing != int32(i+1) {
			return false
		}
	}
	return true
}

// alter must be called before anything of an event changes that the state's bytes
// have.
func (e *event) alter() { e.standing = 0 }
