package tracking

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// Whatever changes of a history, the next bytes of the state are those of one that
// was never written before. That of histories as they go on is what every test with
// a world asks (world.keep).
func TestAlteredHistoryIsWrittenAnew(t *testing.T) {
	for name, alter := range map[string]func(*turn, *shipment){
		"learned": func(_ *turn, s *shipment) {
			e := s.history[1]
			told := *e // in the same words, by a source that goes before
			told.source, told.sourceKind, told.location, told.told = "another", schemas.SourceCarrierPush, nil, nil
			e.sourceKind, e.told = schemas.SourcePoll, []telling{{source: "another", kind: schemas.SourceCarrierPush, id: e.id}}
			s.written = written{}
			encoded(t, s)
			learned, named := e.learn(&told)
			require.False(t, learned || named)
			require.NotZero(t, e.by)
		},
		"erased": func(_ *turn, s *shipment) { require.True(t, s.history[1].erase()) },
		"refused": func(turned *turn, s *shipment) {
			s.present = present{id: 1, code: "delivered.delivered"}
			turned.step(s, s.history[1])
			require.True(t, s.history[1].refused)
		},
		"without the first":  func(_ *turn, s *shipment) { s.history = s.history[1:] },
		"without the last":   func(_ *turn, s *shipment) { s.history = s.history[:len(s.history)-1] },
		"one more":           func(_ *turn, s *shipment) { s.insert(&event{key: orderKey{at: 1 << 50}, code: "exc.damaged"}) },
		"one more, early":    func(_ *turn, s *shipment) { s.insert(&event{code: "exc.damaged"}) },
		"another epoch":      func(_ *turn, s *shipment) { s.epoch++ },
		"a new text before":  func(_ *turn, s *shipment) { s.service = "a service" },
		"another text first": func(_ *turn, s *shipment) { s.registrations[0].reference = s.history[2].description },
		"nothing":            func(*turn, *shipment) {},
	} {
		t.Run(name, func(t *testing.T) {
			w, tables, inputs := benchWorld(t, 0)
			state, _ := benchParcel(t, w, tables, inputs)
			turned := &turn{rules: w.job.rules, memory: &memory{}}
			s := state.(*State).newest()
			encoded(t, s)
			alter(turned, s)
			again := encoded(t, s)
			s.written = written{}
			require.Equal(t, encoded(t, s), again)
		})
	}
}

// encoded gives the bytes of a state with one shipment.
func encoded(t *testing.T, s *shipment) []byte {
	t.Helper()
	c := newCoder(newSymbols())
	layoutState(c, &State{shipments: []*shipment{s}})
	require.NoError(t, c.err)
	return c.buf
}
