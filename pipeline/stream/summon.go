package stream

import "waybill/pipeline/stream/store"

// summon wakes a key by name, whatever time it asked to be woken at, and tells
// whether it did anything. Its wake-up stays as it is unless it puts another.
// A key without a value is passed over, and so is one with work under way: that
// hears of it when its work is done.
func (t *task) summon(item store.Item, fx effects) (did bool, err error) {
	if t.busy(item.Key) {
		for _, w := range t.works[item.Key] {
			w.summoned = true
		}
		return false, nil
	}
	c := cause{kind: summonCall, key: item.Key}
	e, err := t.state.meet(item)
	switch {
	case err != nil:
		err = t.blame(c, err)
	case e.empty():
		return false, nil
	default:
		did, err = t.summonOn(e, c, fx)
	}
	if t.touched = t.touched || did || err != nil; t.touched {
		t.summons = append(t.summons, item.Key)
	}
	return did, err
}

func (t *task) summonOn(e *entry, c cause, fx effects) (did bool, err error) {
	if why, out := t.poisoned[c]; out {
		return true, t.leaveOut(c, why, fx)
	}
	if err := e.unseal(t.job); err != nil {
		return false, t.blame(c, err)
	}
	if did, err = t.callOn(e, t.streamTime, c, fx, t.job.Wake); err == nil {
		fx.summoned(did)
	}
	return did, err
}

// heard summons a key again that was passed over because of work of which it
// has now heard.
func (t *task) heard(w *work) {
	if w.summoned && !t.busy(w.key) {
		t.resummon = append(t.resummon, w.key)
	}
}

// summon wakes a key of a task, and opens the transaction if that did anything.
func (s *session) summon(t *task, item store.Item) (did bool, err error) {
	did, err = t.summon(item, s)
	if err == nil && did {
		err = s.ensure()
	}
	if err == nil {
		err = s.txn.err
	}
	return did, err
}

// repeat wakes keys that were woken in a transaction which was aborted, and
// those that had work under way.
func (s *session) repeat() (looked int, err error) {
	for _, te := range s.tenures {
		t := te.task
		for ; te.ready && len(t.resummon) > 0 && looked < sweepPortion && !s.crowded(); looked++ {
			key := t.resummon[0]
			t.resummon = t.resummon[1:]
			if _, err := s.summon(t, store.Item{Key: key}); err != nil {
				return looked, err
			}
		}
	}
	return looked, nil
}
