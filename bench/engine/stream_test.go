package engine

import (
	"encoding/binary"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/internal/topiclog"
)

// A test binary is also the measured processes, and a broker.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{
		rig.LimitKind: rig.Kind(rig.NewLimit), RuntimeKind: rig.Kind(NewRuntime), FillKind: rig.Kind(NewFiller), BulkKind: rig.Kind(NewBulk),
	})
}

// One small turn of stream with real processes: every record is counted, and
// the limit writes the same bytes.
func TestPair(t *testing.T) {
	b := &bench{&rig.Options{Turns: 1, Partitions: 2}, &Options{Records: 500}}
	sc := scene{partitions: 2, records: 500, bytes: 200, keys: 50, access: uniform, seed: 1}
	pair, err := b.pair(t.Context(), sc, RuntimeOrder{State: state{Keys: sc.keys, Bytes: 8, Partitions: 2}}, 2)
	require.NoError(t, err)
	require.NoError(t, checkStream(trio{disk: pair}, sc))
	require.Equal(t, 1000, pair.Limit.Records)
	for _, turn := range []rig.Turn{pair.Ours, pair.Limit} {
		require.Positive(t, turn.Took)
		require.Positive(t, turn.Used.CPU)
		require.Positive(t, turn.Used.Allocations)
		require.Positive(t, turn.Used.Peak)
	}
}

// The second turn on the same folder goes on where the first has ended, though
// it has a broker of its own.
func TestFolderIsTakenOver(t *testing.T) {
	b := &bench{&rig.Options{Turns: 1, Partitions: 2}, &Options{Records: 500}}
	sc := scene{partitions: 2, records: 500, bytes: 200, keys: 50, access: newest, seed: 1}
	st := state{Keys: sc.keys, Bytes: 300, Timers: true, Partitions: 2}
	dir, err := b.folder(t.Context(), st)
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	for turn := range 2 {
		s, err := sc.stage(t.Context(), 1)
		require.NoError(t, err)
		_, err = b.ours(t.Context(), s, sc, RuntimeOrder{Dir: dir, State: st, Adopt: true}, "")
		require.NoError(t, err)
		sum, read := counts(t, s)
		require.NoError(t, s.Close())
		require.Equal(t, sc.records, read)
		require.Equal(t, uint64((turn+1)*sc.records), sum)
	}
}

// counts gives the sum of the newest counts of all keys, and how many counts
// came out.
func counts(t *testing.T, s *rig.Stage) (sum uint64, read int) {
	last := map[string]uint64{}
	require.NoError(t, topiclog.Whole(t.Context(), s.Client, outputTopic, nil, func(r *kgo.Record) error {
		last[string(r.Key)] = binary.BigEndian.Uint64(r.Value)
		read++
		return nil
	}))
	for _, count := range last {
		sum += count
	}
	return sum, read
}
