package tracking

import (
	"fmt"
	"slices"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// Conclude writes the rows of the shipments that have changed since their rows
// were written last: a transaction may hold many events of a parcel, and only the
// last row is ever looked at.
func (j *Job) Conclude(c *job.Call) error {
	state, ok := c.State.(*State)
	if !ok {
		return fmt.Errorf("writing the rows of %s: its state is a %T", c.Key, c.State)
	}
	if !slices.ContainsFunc(state.shipments, func(s *shipment) bool { return s.unwritten }) {
		return nil
	}
	t, err := j.turn(c)
	if err != nil {
		return err
	}
	t.now = c.Now.UnixMilli()
	for _, s := range state.shipments {
		if !s.unwritten {
			continue
		}
		if err := j.addRow(c, t, s); err != nil {
			return fmt.Errorf("writing the rows of %s: %w", c.Key, err)
		}
	}
	t.outbox.emit(c)
	j.turns.Put(t)
	return nil
}

// addRow writes the shipment's row, as it stands now.
func (j *Job) addRow(c *job.Call, t *turn, s *shipment) error {
	s.unwritten = false
	t.row = t.shipmentRow(s)
	var key [64]byte
	return add(t, schemas.TopicShipments, t.textOf(schemas.AppendEpochKey(key[:0], c.Key, t.row.Epoch)), j.codecs.Shipment, &t.row)
}

// precede writes the rows that a call must not leave to Conclude, for it may take
// from them what only they tell: a row says how the shipment stood when it changed
// last, and what ClickHouse has of it stays.
func (j *Job) precede(c *job.Call, t *turn, input any) error {
	_, registers := input.(*schemas.Registration)
	now, begun := c.Now.UnixMilli(), t.now
	for _, s := range t.state.shipments {
		if !s.unwritten || !registers && !t.mayStop(s, now) && !t.mayOverflow(s) {
			continue
		}
		t.now = now
		if err := j.addRow(c, t, s); err != nil {
			return fmt.Errorf("writing the rows of %s: %w", c.Key, err)
		}
	}
	t.now = begun // timers fire at their own time, which lies before
	return nil
}

// mayStop tells whether settle may stop a registration by an instant, which is no
// change of the shipment.
func (t *turn) mayStop(s *shipment, by int64) bool {
	for i := range s.registrations {
		if g := &s.registrations[i]; g.expires <= by && g.state == stateActive && t.over(s, g) {
			return true
		}
	}
	return false
}

// mayOverflow tells whether a call may push the oldest out of a list of the row:
// each event that waits, and one that comes, may add to it.
func (t *turn) mayOverflow(s *shipment) bool {
	most := len(s.etaChanges) - maxETAChanges
	most = max(most, len(s.episodes)-maxEpisodes) + 1
	for _, o := range t.state.shipments {
		most += len(o.held)
	}
	return most > 0
}
