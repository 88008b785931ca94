package stream

// watch finds out which call is to blame for a key's state that could not be
// written: only the last form of a commit is, and the last call may be innocent.
// When the transaction is run again the state is measured after each call.
type watch struct {
	begun bool
	size  int   // of the envelope after the last call, in bytes
	grown int   // the most that a call has added
	blame cause // that call
}

// measure encodes a key's state after a call, if the key is watched. An error
// is the call's.
func (t *task) measure(e *entry, c cause) error {
	w := t.watched[e.key]
	if w == nil {
		return nil
	}
	value, err := e.encode(t.job, nil, t.cfg.MaxRecordBytes)
	if err != nil {
		return t.blame(c, err)
	}
	if !w.begun {
		w.begun, w.size = true, len(e.envelope())
	}
	if grown := len(value) - w.size; grown > w.grown {
		w.grown, w.blame = grown, c
	}
	w.size = len(value)
	return nil
}

// suspect decides what to do about a state that could not be written. The first
// time the key is watched, and blamed is false; then the call that made most of
// it is to blame.
func (t *task) suspect(p *poison) (blamed bool) {
	w := t.watched[p.suspect]
	switch {
	case p.suspect == "":
		return true
	case w == nil:
		t.watched[p.suspect] = &watch{}
		return false
	case w.grown > 0:
		p.cause = w.blame
	}
	return true
}
