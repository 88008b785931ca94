package stream

// summon wakes a key by name, whatever time it asked to be woken at, and tells
// whether it did anything. Its wake-up stays as it is unless it puts another.
// A key without a value is passed over, and so is one with work under way: that
// hears of it when its work is done.
func (t *task) summon(key string, fx effects) (did bool, err error) {
	if t.busy(key) {
		for _, w := range t.works[key] {
			w.summoned = true
		}
		return false, nil
	}
	c := cause{kind: summonCall, key: key}
	if e, err := t.state.peek(key); err != nil {
		return false, t.blame(c, err)
	} else if e.empty() {
		return false, nil
	}
	if why, out := t.poisoned[c]; out {
		did, err = true, t.leaveOut(c, why, fx)
	} else {
		did, err = t.call(key, t.streamTime, c, fx, t.job.Wake)
	}
	if err == nil {
		fx.summoned(did)
	}
	if t.touched = t.touched || did || err != nil; t.touched {
		t.summons = append(t.summons, key)
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
func (s *session) summon(t *task, key string) (did bool, err error) {
	did, err = t.summon(key, s)
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
		for ; te.ready && len(t.resummon) > 0 && looked < sweepPortion && !s.saturated(); looked++ {
			key := t.resummon[0]
			t.resummon = t.resummon[1:]
			if _, err := s.summon(t, key); err != nil {
				return looked, err
			}
		}
	}
	return looked, nil
}
