package tracking

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/bench/rig"
	"waybill/schemas"
)

func TestCheckRefusesTurnsThatDidOtherWork(t *testing.T) {
	l := &load{events: rig.Tally{Records: 10}}
	good := func() rig.Tallies {
		return rig.Tallies{schemas.TopicDecisions: {Records: 10, Bytes: 600}, schemas.TopicTrackingEvents: {Records: 9, Bytes: 900}, schemas.TopicTrackingState: {Records: 5, Bytes: 50}}
	}
	for name, c := range map[string]struct {
		change func(first, second rig.Tallies)
		want   string
	}{
		"other commits": {func(_, second rig.Tallies) { second[schemas.TopicTrackingState] = rig.Tally{Records: 7, Bytes: 70} }, ""},
		"other rows":    {func(_, second rig.Tallies) { second[schemas.TopicShipments] = rig.Tally{Records: 3, Bytes: 90} }, ""},
		"dead letters":  {func(first, _ rig.Tallies) { first[schemas.TopicDeadLetters] = rig.Tally{Records: 1, Bytes: 9} }, "dead letters"},
		"undecided":     {func(first, _ rig.Tallies) { first[schemas.TopicDecisions] = rig.Tally{Records: 9, Bytes: 600} }, "9 decisions on 10 raw events"},
		"other records": {func(_, second rig.Tallies) { second[schemas.TopicTrackingEvents] = rig.Tally{Records: 9, Bytes: 901} }, "tracking-events"},
		"further topic": {func(_, second rig.Tallies) { second[schemas.TopicRerouted] = rig.Tally{Records: 1, Bytes: 1} }, "rerouted"},
	} {
		first, second := good(), good()
		c.change(first, second)
		err := (&row{pairs: []rig.Pair{{Ours: rig.Turn{Wrote: first}}, {Ours: rig.Turn{Wrote: second}}}}).check(l)
		if c.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.want, name)
		}
	}
}
