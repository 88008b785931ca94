package stream

import (
	"fmt"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/store"
)

// entry is a key's value as the overlay has it. There is one for each key in
// the cache, so it is small.
type entry struct {
	key    string
	base   []byte // the envelope in the store, if stored
	state  any
	wakeAt int64

	place  int32 // in the order of the transaction, from 1; 0 when it is not part of it
	slot   int32 // in the ring of the cache, from 1; 0 when it is not there
	cached int32 // what it costs there

	used   bool // since the cache's hand came by
	stored bool // the store has the key
	own    bool // nobody else has seen the memory of base, so the next base may lie there
	sealed bool // the state is as it lies in base, not decoded
}

// empty tells whether the key has neither value nor wake-up.
func (e *entry) empty() bool { return e.state == nil && !e.sealed && e.wakeAt == 0 }

// envelope returns what the store has, nil for none.
func (e *entry) envelope() []byte {
	if !e.stored {
		return nil
	}
	return e.base
}

// read takes over what the store has just said.
func (e *entry) read(envelope []byte) error {
	if envelope == nil {
		return nil
	}
	if _, _, err := parseEnvelope(envelope); err != nil {
		return err
	}
	e.base, e.stored, e.own = envelope, true, false
	e.seal()
	return nil
}

// seal sets state and wake-up to what the store has, not decoded.
func (e *entry) seal() {
	e.state, e.sealed, e.wakeAt = nil, len(e.base) > envelopeHead, envelopeWake(e.base)
}

// unseal decodes the state if it was not yet.
func (e *entry) unseal(j job.Job) error {
	if !e.sealed {
		return nil
	}
	state, err := decodeState(j, e.base[envelopeHead:])
	if err != nil {
		return fmt.Errorf("decoding the state of key %q: %w", e.key, err)
	}
	e.state, e.sealed, e.own = state, false, false // the state may share base
	return nil
}

// payload returns the state as bytes, nil for none.
func (e *entry) payload(j job.Job) ([]byte, error) {
	switch {
	case e.sealed:
		return e.base[envelopeHead:], nil
	case e.state == nil:
		return nil, nil
	}
	return encodeState(j, nil, e.state)
}

// former is what the store has, for the store, so that it need not look.
func (e *entry) former() store.Former {
	if !e.stored {
		return store.Former{Known: true}
	}
	return store.Former{Known: true, Bytes: len(e.base), WakeAt: envelopeWake(e.base)}
}

// rebase takes over what the store has from now on.
func (e *entry) rebase(envelope []byte) {
	if e.stored = envelope != nil; !e.stored {
		return
	}
	if !e.own {
		e.base = nil
	}
	e.base, e.own = append(e.base[:0], envelope...), true
}

// sparedBytes is the most memory for a base that is used for another key.
const sparedBytes = 4 << 10

// blank makes an entry ready for another key.
func (e *entry) blank() {
	base := e.base[:0]
	if !e.own || cap(base) > sparedBytes {
		base = nil
	}
	*e = entry{base: base, own: true}
}

// encode appends an entry's envelope to dst. It is nil for a key without value
// and wake-up.
func (e *entry) encode(j job.Job, dst []byte, limit int) (value []byte, err error) {
	if e.empty() {
		return nil, nil
	}
	value = appendEnvelopeHead(dst, e.wakeAt)
	if e.sealed {
		return append(value, e.base[envelopeHead:]...), nil
	}
	if e.state == nil {
		return value, nil
	}
	value, err = encodeState(j, value, e.state)
	if err != nil {
		return nil, fmt.Errorf("encoding the state of key %q: %w", e.key, err)
	}
	if len(value)+len(e.key) > limit {
		return nil, sizeError{fmt.Errorf("encoding the state of key %q: %d bytes are more than a record may have (%d)", e.key, len(value), limit)}
	}
	return value, nil
}
