package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/rig"
	"waybill/pipeline/stream/store"
)

// A process that is killed in the middle of its work comes back, and every
// record is counted once.
func TestKillAndRestart(t *testing.T) {
	sc := scene{partitions: 2, records: 400_000, bytes: 100, keys: 1000, access: uniform, seed: 1}
	o := RuntimeOrder{State: state{Keys: sc.keys, Bytes: 300, Partitions: 2}, Dir: t.TempDir()}
	require.NoError(t, rig.Do(t.Context(), FillKind, FillOrder{Dir: o.Dir, State: o.State}, new(time.Duration)))
	c, err := sc.killAndRestart(t.Context(), o)
	require.NoError(t, err)
	require.Positive(t, c.output)
	require.Positive(t, c.behind, "it had files for all of it")
	require.LessOrEqual(t, c.opened, c.joined)
	require.LessOrEqual(t, c.joined, c.ready)
}

// The tasks of a process that is killed are taken over, and every record is
// counted once. A standby has their state, and without one it is read again.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	const keys = 50_000 // in each task more than a process may lack and be given it
	for standbys, least := range []int{keys / 2, 0} {
		t.Run(fmt.Sprintf("%d standbys", standbys), func(t *testing.T) {
			t.Parallel()
			sc := scene{partitions: 2, records: 300_000, bytes: 100, keys: keys, access: uniform, seed: 1}
			o := RuntimeOrder{State: state{Keys: keys, Bytes: 50, Partitions: 2}, Standbys: standbys, Timeout: 6 * time.Second}
			turn, err := sc.takeOver(t.Context(), o)
			require.NoError(t, err)
			require.Positive(t, turn.moved)
			require.Positive(t, turn.first)
			require.LessOrEqual(t, turn.first, turn.all)
			require.GreaterOrEqual(t, turn.read, least)
			if standbys > 0 {
				require.Less(t, turn.read, keys/2)
			}
		})
	}
}

// All that lies in the changelog is restored, and the same is loaded beside it.
func TestLoads(t *testing.T) {
	sc := scene{partitions: 2}
	st := state{Keys: 5000, Bytes: 300, Partitions: 2}
	s, err := sc.emptyStage(t.Context())
	require.NoError(t, err)
	defer s.Close()
	tally, err := st.publish(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, rig.Tally{Records: st.Keys, Bytes: st.Keys * (16 + 9 + 300)}, tally)
	l, err := st.loads(t.Context(), s.Addrs())
	require.NoError(t, err)
	require.Equal(t, st.Keys, l.store.Records)
	require.Equal(t, st.Keys, l.bare.Records)
	require.Positive(t, l.bare.rate())
}

// Ours and the limit answer the same records.
func TestLatencyTurn(t *testing.T) {
	sc := scene{partitions: 2, records: latencyCold + 20, bytes: 100, keys: 1000, access: uniform, seed: 1}
	v := &venue{stage: func(ctx context.Context, sc scene) (*rig.Stage, error) { return sc.emptyStage(ctx) }}
	turn, err := v.turn(t.Context(), 0, sc, RuntimeOrder{State: state{Keys: sc.keys, Bytes: 8, Partitions: 2}})
	require.NoError(t, err)
	for _, d := range []delays{turn.ours, turn.limit} {
		require.Positive(t, d.p50)
		require.LessOrEqual(t, d.p50, d.p99)
		require.LessOrEqual(t, d.p99, d.most)
	}
}

// Every key is made once, in its partition, in order; and nine of ten picks are
// for the newest tenth, one for any.
func TestKeys(t *testing.T) {
	st := state{Keys: 25_000, Bytes: 20, Partitions: 3}
	made := map[string]bool{}
	for p := range int32(st.Partitions) {
		require.NoError(t, st.changes(p, func(changes []store.Change) error {
			for _, c := range changes {
				require.False(t, made[c.Key], c.Key)
				made[c.Key] = true
			}
			return nil
		}))
	}
	require.Len(t, made, st.Keys)
	random, late := rand.New(rand.NewPCG(1, 1)), 0
	for range 10_000 {
		number := newest.pick(random, st.Keys)
		require.True(t, made[string(appendKey(nil, number))])
		if number >= st.Keys-st.Keys/10 {
			late++
		}
	}
	require.InDelta(t, 9100, late, 150)
}
