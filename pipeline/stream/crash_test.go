package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// crashPoints are the requests around which a process may die or lose its
// connection, and what that is in the commit protocol.
var crashPoints = []struct {
	name string
	key  kmsg.Key
	fate fate
}{
	{"before produce", kmsg.Produce, killBefore},
	{"after produce", kmsg.Produce, killAfter},
	{"before the offsets", kmsg.TxnOffsetCommit, killBefore},
	{"after the offsets", kmsg.TxnOffsetCommit, killAfter},
	{"after produce and offsets, before commit", kmsg.EndTxn, killBefore},
	{"after commit, before the store is written", kmsg.EndTxn, killAfter},
}

// Killed at any point of the protocol and started again, the outputs are as if
// nothing had happened.
func TestKilled(t *testing.T) {
	for _, point := range crashPoints {
		for _, n := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, %d", point.name, n), func(t *testing.T) {
				t.Parallel()
				d := deploy(t, 2)
				events := replay(150, 10)
				net := newNetwork(t, nth(point.key, n, point.fate))
				cfg := d.config(Log)
				cfg.TransactionTimeout, cfg.CommitInterval = time.Second, time.Millisecond
				killed := d.start(net.through(cfg))
				feed(d, events, killed, net.hasFallen)
				await(t, net.fell)
				if point.fate == killAfter {
					await(t, net.answered)
				}
				killed.cancel()
				i := d.start(cfg)
				i.caught()
				i.stop()
				require.Equal(t, model(events, endOf(events)), d.outputs())
			})
		}
	}
}

// feed produces a replay in two portions, the second when something of the
// first is committed or the fault has come: so there are two transactions.
func feed(d *deployment, events []event, i *instance, fault func() bool) {
	d.t.Helper()
	half := len(events) / 2
	d.produce(records(events[:half])...)
	eventually(d.t, func() bool { return fault() || i.committed() }, "work begins")
	d.produce(records(events[half:])...)
	d.tick(time.UnixMilli(endOf(events)), 2, "first", "second")
}

// committed tells whether the instance has committed anything.
func (i *instance) committed() bool {
	for _, p := range i.Progress() {
		for _, in := range p.Inputs {
			if in.Position > 0 {
				return true
			}
		}
	}
	return false
}

// A connection that breaks at any point of the protocol costs nothing: the
// process goes on by itself, with the store that it has.
func TestCutOff(t *testing.T) {
	for _, point := range crashPoints {
		t.Run(point.name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 2)
			events := replay(150, 10)
			f := cutBefore
			if point.fate == killAfter {
				f = cutAfter
			}
			net := newNetwork(t, nth(point.key, 2, f))
			cfg := d.config(Log)
			cfg.CommitInterval = time.Millisecond
			i := d.start(net.through(cfg))
			feed(d, events, i, net.hasFallen)
			i.caught()
			await(t, net.fell)
			i.stop()
			require.Equal(t, model(events, endOf(events)), d.outputs())
		})
	}
}

func await(t *testing.T, event <-chan struct{}) {
	t.Helper()
	select {
	case <-event:
	case <-time.After(patient):
		t.Fatal("it does not happen")
	}
}

// A member that has given tasks up and is killed before it rejoins comes back
// to its old share; what it gave up must not stay without an owner.
func TestKilledInHandOver(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	events := replay(150, 10)
	cfg := d.config(Log)
	cfg.SessionTimeout = 6 * time.Second
	// The first join is the start, the second the other's coming, and the
	// third would end the hand-over.
	net := newNetwork(t, nth(kmsg.JoinGroup, 3, killBefore))
	killed := d.start(net.through(cfg))
	eventually(t, func() bool { return len(killed.Progress()) == 4 }, "one has all tasks")
	other := cfg
	other.Instance = "two"
	two := d.start(other)
	await(t, net.fell)
	killed.cancel()
	one := d.start(cfg)
	eventually(t, func() bool { return len(one.Progress()) == 2 && len(two.Progress()) == 2 }, "each has two tasks")
	d.produce(records(events)...)
	d.tick(time.UnixMilli(endOf(events)), 4, "first", "second")
	one.caught()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}
