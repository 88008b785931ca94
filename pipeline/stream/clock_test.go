package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

func ms(n int64) time.Time { return time.UnixMilli(n).UTC() }

func TestHorizon(t *testing.T) {
	const margin = 10 * time.Millisecond
	head := func(at int64) *queued { return &queued{arrival: ms(at)} }
	cases := []struct {
		name  string
		clock Clock
		now   int64
		head  *queued
		idle  bool
		wall  int64
		want  int64
	}{
		{"a record moves it", Log, 100, head(150), false, 1000, 150},
		{"it never runs back", Log, 100, head(50), false, 1000, 100},
		{"nor beyond the wall clock", Log, 100, head(5000), false, 1000, 1000},
		{"not even where the wall clock runs back", Live, 100, head(150), false, 90, 100},
		{"an idle live task follows the wall clock", Live, 100, nil, true, 1000, 990},
		{"an idle replay does not", Log, 100, nil, true, 1000, 100},
		{"a blocked live task does not", Live, 100, nil, false, 1000, 100},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, ms(c.want), c.clock.horizon(ms(c.now), c.head, c.idle, ms(c.wall), margin))
		})
	}
}

func TestArrival(t *testing.T) {
	require.Equal(t, ms(5), Live.arrival(ms(9), ms(5)), "a producer's clock that runs ahead is not believed")
	require.Equal(t, ms(3), Live.arrival(ms(3), ms(5)))
	require.Equal(t, ms(9), Log.arrival(ms(9), ms(5)), "a replay's order does not depend on when it is read")
}

func TestWakeMillis(t *testing.T) {
	require.EqualValues(t, 0, wakeMillis(time.Time{}))
	require.EqualValues(t, 5, wakeMillis(ms(5)))
	require.EqualValues(t, 6, wakeMillis(ms(5).Add(time.Nanosecond)), "nobody is woken early")
	require.EqualValues(t, 1, wakeMillis(ms(-5)))
}

func TestMerge(t *testing.T) {
	type in struct {
		arrivals []int64
		end      int64
		ended    bool
	}
	cases := []struct {
		name  string
		clock Clock
		in    [2]in
		next  int // -1 for none
		idle  bool
	}{
		{"the earlier arrival first", Live, [2]in{{arrivals: []int64{9}}, {arrivals: []int64{5}}}, 1, false},
		{"the order of inputs breaks ties", Live, [2]in{{arrivals: []int64{5}}, {arrivals: []int64{5}}}, 0, false},
		{"an empty input at its end does not block", Live, [2]in{{arrivals: []int64{5}}, {}}, 0, false},
		{"one that the broker holds more of does", Live, [2]in{{arrivals: []int64{5}}, {end: 3}}, -1, false},
		{"nothing anywhere is idle", Live, [2]in{}, -1, true},
		{"nothing here, but known to come, is not", Live, [2]in{{end: 1}, {}}, -1, false},
		{"a replay waits for the tick", Log, [2]in{{arrivals: []int64{5}}, {}}, -1, false},
		{"and no longer after it", Log, [2]in{{arrivals: []int64{5}}, {ended: true}}, 0, false},
		{"unless there is more after it", Log, [2]in{{arrivals: []int64{5}}, {ended: true, end: 1}}, -1, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var inputs []*input
			for _, spec := range c.in {
				one := &input{ended: spec.ended}
				for i, at := range spec.arrivals {
					one.accept(&kgo.Record{Offset: int64(i)}, ms(at))
				}
				one.end = max(spec.end, one.next)
				inputs = append(inputs, one)
			}
			next, idle := merge(inputs, c.clock)
			require.Equal(t, c.idle, idle)
			if c.next < 0 {
				require.Nil(t, next)
			} else {
				require.Same(t, inputs[c.next], next)
			}
		})
	}
}

// A queue that is filled and emptied in turns stays as large as it needs to
// be, and what a rewind brings again is left out.
func TestQueue(t *testing.T) {
	in := &input{}
	for i := range int64(10_000) {
		in.accept(&kgo.Record{Offset: 2 * i}, ms(i))
		in.accept(&kgo.Record{Offset: 2 * i}, ms(i))
		if i >= 10 {
			require.Equal(t, 2*(i-10), in.head().record.Offset)
			in.take()
			require.Equal(t, 2*(i-10)+1, in.position)
		}
		require.LessOrEqual(t, in.waiting(), 11)
	}
	require.Less(t, cap(in.queue), 100)
	in.rewind(7, -1, false)
	require.Zero(t, in.waiting())
	in.accept(&kgo.Record{Offset: 5}, ms(0))
	require.Zero(t, in.waiting())
	in.accept(&kgo.Record{Offset: 8}, ms(0))
	require.Equal(t, 1, in.waiting())
}
