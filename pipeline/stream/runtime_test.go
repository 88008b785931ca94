package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The whole way through, and through a restart in order.
func TestReplayThroughRestart(t *testing.T) {
	d := deploy(t, 4)
	events := replay(400, 20)
	d.produce(records(events[:250])...)
	i := d.start(d.config(Log))
	eventually(t, func() bool { return len(d.read("out")) > 50 }, "something is handled")
	i.stop()
	i = d.start(d.config(Log))
	d.produce(records(events[250:])...)
	d.tick(time.UnixMilli(endOf(events)), 4, "first", "second")
	i.caught()
	i.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

// The same log gives the same outputs with any number of partitions and
// workers.
func TestAnyPartitionsAnyWorkers(t *testing.T) {
	events := replay(300, 30)
	want := model(events, endOf(events))
	for _, partitions := range []int32{1, 4, 12} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%d partitions, %d workers", partitions, workers), func(t *testing.T) {
				t.Parallel()
				d := deploy(t, partitions)
				cfg := d.config(Log)
				cfg.Workers, cfg.MaxQueued = workers, 20 // queues fill, so inputs are paused and resumed
				i := d.start(cfg)
				d.produce(records(events)...)
				d.tick(time.UnixMilli(endOf(events)), partitions, "first", "second")
				i.caught()
				i.stop()
				require.Equal(t, want, d.outputs())
			})
		}
	}
}

// Instances join and leave in the middle, and nothing is lost or doubled.
func TestInstancesComeAndGo(t *testing.T) {
	d := deploy(t, 6)
	events := replay(300, 30)
	part := func(n int) { d.produce(records(events[n*100 : n*100+100])...) }
	one := d.config(Log)
	two := one
	two.Instance, two.Workers, two.LeaveOnShutdown = "two", 2, true

	part(0)
	first := d.start(one)
	eventually(t, func() bool { return len(first.Progress()) == 6 }, "one has all tasks")
	second := d.start(two)
	part(1)
	eventually(t, func() bool { return len(first.Progress()) == 2 && len(second.Progress()) == 4 }, "three workers have two tasks each")
	eventually(t, second.Ready, "none of its tasks is on its way")
	second.stop()
	part(2)
	eventually(t, func() bool { return len(first.Progress()) == 6 }, "one has all tasks again")
	d.tick(time.UnixMilli(endOf(events)), 6, "first", "second")
	first.caught()
	first.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

// An empty input holds the others up in a replay until its tick, and a live
// job goes by the wall clock when there is nothing to read.
func TestLiveTimersFireWithoutRecords(t *testing.T) {
	d := deploy(t, 1)
	i := d.start(d.config(Live))
	d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "+1,in 300"}})...)
	eventually(t, func() bool { return len(d.outputs()["k"]) == 2 }, "the key is woken")
	require.Contains(t, d.outputs()["k"][1], "woken 1 at ")
	i.stop()
}

// A partition that is paused when it is taken away is read again when it comes
// back.
func TestPausedPartitionComesBack(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	cfg := d.config(Log)
	cfg.MaxQueued = 2
	first := d.start(cfg)
	eventually(t, func() bool { return len(first.Progress()) == 2 }, "one has all tasks")
	// The second input is empty, so the first fills its queues.
	events := replay(100, 10)
	for n := range events {
		events[n].topic = "first"
	}
	d.produce(records(events)...)
	cfg.Instance, cfg.LeaveOnShutdown = "two", true
	second := d.start(cfg)
	eventually(t, func() bool { return len(second.Progress()) == 1 }, "one of them goes")
	second.stop()
	eventually(t, func() bool { return len(first.Progress()) == 2 }, "and comes back")
	d.tick(time.UnixMilli(endOf(events)), 2, "first", "second")
	first.caught()
	first.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

// Two processes under one name do not fight for ever: one of them ends and says
// why, the other goes on.
func TestOneNameOneProcess(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	one := d.start(cfg)
	d.plus("k")
	one.caught()
	other := d.start(cfg)
	survivor := one
	var err error
	select {
	case err = <-one.done:
		close(one.done)
		survivor = other
	case err = <-other.done:
		close(other.done)
	case <-time.After(patient):
		t.Fatal("neither gives way")
	}
	require.ErrorContains(t, err, "another process has taken over under that name")
	d.plus("k")
	survivor.caught()
	survivor.stop()
	require.Contains(t, d.last("k"), "sum 2 at")
}
