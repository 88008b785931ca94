package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/layout"
)

// noting is a task without a broker that notes when its job was called.
type noting struct {
	discard
	*task
	told []string
}

func (n *noting) produce(_ *task, _ cause, o output) { n.told = append(n.told, string(o.Value)) }

func newNoting(t require.TestingT, at layout.Note) *noting {
	cfg := Config{App: "a", Instance: "i", Brokers: []string{"none"}, Inputs: []string{"first"}, Changelog: "state", DeadLetters: "dead"}
	cfg.setDefaults()
	n := &noting{task: newTask(&cfg, tally{}, 0, 1)}
	n.begin(memoryStore(t), map[string]layout.Committed{"first": {Note: at, Noted: !at.StreamTime.IsZero()}}, bounds{})
	return n
}

// until steps until there is nothing to do at a time of the wall clock.
func (n *noting) until(t require.TestingT, wall time.Time) {
	for {
		did, err := n.step(wall, n)
		require.NoError(t, err)
		if !did {
			return
		}
	}
}

func (n *noting) record(key, value string, at time.Time) {
	in := n.inputs[0]
	in.accept(&kgo.Record{Offset: in.next, Key: []byte(key), Value: []byte(value), Timestamp: at}, at)
}

// A wall clock that jumps ahead by hours is followed at once, and when it is set
// right again the wake-ups go on: none is late by the width of the jump.
func TestClockIsSetBack(t *testing.T) {
	n := newNoting(t, layout.Note{})
	start := ms(1_000_000_000_000)
	margin := n.cfg.IdleMargin
	n.record("k", "+1,in 600000", start)
	n.until(t, start)
	wrong := start.Add(5 * time.Hour)
	n.until(t, wrong)
	require.Equal(t, []string{"sum 1 at 1000000000000", "woken 1 at 1000000600000"}, n.told, "the machine may have slept: what is due is done")
	ahead := wrong.Add(-margin)
	require.Equal(t, ahead, n.streamTime)

	// Set right: a record comes, asks to be woken in ten minutes, and is.
	right := start.Add(time.Minute)
	n.record("k", "+1,in 600000", right)
	n.until(t, right)
	require.Equal(t, ahead, n.streamTime, "time does not run back")
	due, err := n.idleUntil()
	require.NoError(t, err)
	require.Equal(t, right.Add(20*time.Minute), due, "half the pace")
	n.until(t, due.Add(-time.Millisecond))
	require.Len(t, n.told, 3)
	n.until(t, due)
	require.Len(t, n.told, 4)

	// Also while records keep coming.
	n.record("k", "+1,in 1000", due)
	n.until(t, due)
	for at := due; len(n.told) < 6; at = at.Add(100 * time.Millisecond) {
		require.LessOrEqual(t, at.Sub(due), 3*time.Second)
		n.record("other", "in 9999999", at)
		n.until(t, at)
	}

	// The wall clock catches up, and time is its own again.
	n.until(t, wrong.Add(10*time.Hour))
	require.Equal(t, wrong.Add(10*time.Hour-margin), n.streamTime)
	require.Zero(t, n.lead)
}

// A task that comes from a machine whose clock is ahead goes on likewise.
func TestTakenOverFromTheFuture(t *testing.T) {
	now := ms(1_000_000_000_000)
	n := newNoting(t, layout.Note{StreamTime: now.Add(time.Hour)})
	n.record("k", "+1,in 1000", now)
	n.until(t, now)
	n.until(t, now.Add(2*time.Second))
	require.Len(t, n.told, 2)
}

// Stream time is compared with what calendars show, so it must not bear a
// reading of the steady clock, which sees no jump.
func TestStreamTimeIsOfTheCalendar(t *testing.T) {
	n := newNoting(t, layout.Note{})
	n.until(t, time.Now())
	require.Equal(t, n.streamTime.Round(0), n.streamTime)
	now := time.Now()
	require.Equal(t, now.Round(0), Live.arrival(now.Add(time.Hour).Round(0), now))
}

// However the wall clock jumps: time never runs back, nothing is woken before
// its time, and at the latest when the wall clock has gone on for twice as long
// as was asked for.
func TestClockJumps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := newNoting(t, layout.Note{})
		wall, asked := ms(1_000_000_000_000), 0
		last := time.Time{}
		look := func() {
			n.until(t, wall)
			require.False(t, n.streamTime.Before(last), "time ran back from %v to %v", last, n.streamTime)
			last = n.streamTime
		}
		for range rapid.IntRange(1, 20).Draw(t, "jumps") {
			wall = wall.Add(time.Duration(rapid.Int64Range(-3600, 3600).Draw(t, "jump")) * time.Second)
			look()
			wait := time.Duration(rapid.Int64Range(1, 1000).Draw(t, "wait")) * time.Second
			n.record("k", fmt.Sprintf("+1,in %d", wait.Milliseconds()), wall)
			look()
			asked++
			require.Len(t, n.told, 2*asked-1)
			begun := n.streamTime
			for elapsed := time.Duration(0); len(n.told) < 2*asked; elapsed += time.Second {
				require.LessOrEqual(t, elapsed, 2*wait+3*time.Second)
				wall = wall.Add(time.Second)
				look()
			}
			require.False(t, n.streamTime.Before(begun.Add(wait)))
		}
	})
}
