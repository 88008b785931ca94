package playback

import (
	"cmp"
	"fmt"
	"time"
)

// Advance lets time pass: every timer that is due by then fires, each at its
// time (E9). Time does not run back.
func (p *Player) Advance(to time.Time) error {
	if to.Before(p.now) {
		return fmt.Errorf("playing on to %s: the log is at %s already; records must come in order of arrival", to.Format(time.RFC3339Nano), p.now.Format(time.RFC3339Nano))
	}
	for len(p.wakes.list) > 0 && !p.wakes.list[0].wake.After(to) {
		next := p.wakes.list[0]
		p.now = next.wake
		p.call.Reset(next.key, 0, p.now, next.state, next.wake, p.tables)
		if err := p.options.Job.Wake(p.call); err != nil {
			return fmt.Errorf("waking %s at %s: %w", next.key, p.now.Format(time.RFC3339Nano), err)
		}
		fired := next.wake
		if err := p.keep(next, nil); err != nil {
			return err
		}
		if next.at >= 0 && !next.wake.After(fired) {
			return fmt.Errorf("waking %s: its timer at %s fired and was set again", next.key, fired.Format(time.RFC3339Nano))
		}
	}
	p.now = to
	return nil
}

// wakes are the parcels that want to be woken, the next one first; a heap.
type wakes struct{ list []*parcel }

// Len, Less, Swap, Push and Pop are container/heap's.
func (w *wakes) Len() int { return len(w.list) }

func (w *wakes) Less(i, j int) bool {
	return cmp.Or(w.list[i].wake.Compare(w.list[j].wake), cmp.Compare(w.list[i].key, w.list[j].key)) < 0
}

func (w *wakes) Swap(i, j int) {
	w.list[i], w.list[j] = w.list[j], w.list[i]
	w.list[i].at, w.list[j].at = i, j
}

func (w *wakes) Push(x any) {
	if p, ok := x.(*parcel); ok {
		p.at = len(w.list)
		w.list = append(w.list, p)
	}
}

func (w *wakes) Pop() any {
	last := len(w.list) - 1
	p := w.list[last]
	w.list[last] = nil
	w.list = w.list[:last]
	p.at = -1
	return p
}
