package stream

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A partition that cannot be restored yet holds up nothing else, and one can
// see which it is and how far.
func TestOthersWorkDuringRestore(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	cfg := d.config(Live)
	cfg.MaxRestores, cfg.MaxRestoreBytes = 2, 6000 // a fetch brings a part of the state
	i := d.start(cfg)
	d.add()
	i.caught()
	i.stop()
	former := d.writer() // leaves a transaction open on the partition of "k"
	registry := prometheus.NewRegistry()
	cfg.Registerer = registry
	i = d.start(cfg)
	eventually(t, func() bool { return len(i.Progress()) == 3 && len(i.Restoring()) == 1 }, "the others are ready")
	held := i.Restoring()[0]
	require.NotContains(t, partitions(i.Progress()), held.Partition)
	require.False(t, i.Ready())
	require.Contains(t, i.Waiting(), "1 tasks are not ready; partition ")
	eventually(t, func() bool { return i.Restoring()[0].Remaining == 1 }, "all but what is open is read")
	require.Positive(t, i.Restoring()[0].Bytes)
	require.InDelta(t, 1, metric(t, registry, "waybill_stream_restore_remaining_records", label(held.Partition)), 0)
	require.NoError(t, former.EndTransaction(d.ctx(), kgo.TryAbort))
	eventually(t, i.Ready, "the last is ready")
	require.Empty(t, i.Restoring())
	require.InDelta(t, -1, metric(t, registry, "waybill_stream_restore_remaining_records", label(held.Partition)), 0, "the series has gone")
	require.InDelta(t, 4, metric(t, registry, "waybill_stream_tasks", "ready"), 0)
}

func TestWaitingInWords(t *testing.T) {
	t.Parallel()
	cfg := Config{App: "a", Workers: 2}
	r := &Runtime{cfg: cfg, board: newBoard()}
	require.Equal(t, "0 of 2 workers have joined group a", r.Waiting())
	r.board.report("0", 0)
	r.board.report("1", 5)
	for p := range int32(5) {
		r.board.restoring(RestoreProgress{Partition: p, Records: 7, Remaining: int64(p) - 1, Began: time.Now()})
	}
	require.Equal(t, "5 tasks are not ready; partition 0 waits to be restored; partition 1 is being restored, 7 records are read and at most 0 remain; "+
		"partition 2 is being restored, 7 records are read and at most 1 remain; and 2 more", r.Waiting())
	r.board.report("1", 0)
	require.Empty(t, r.Waiting())
	r.board.rejoins("0", false)
	require.Empty(t, r.Waiting(), "a rebalance takes nothing away as such")
	r.board.rejoins("1", true)
	r.board.joined("1")
	require.Contains(t, r.Waiting(), "tasks are moving between members of the group; ")
	r.board.joined("0")
	require.Empty(t, r.Waiting())
	r.board.report("1", -1)
	require.Contains(t, r.Waiting(), "1 of 2 workers have joined group a; ")
}
