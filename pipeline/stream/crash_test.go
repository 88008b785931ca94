package stream

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"

	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// Killed at any point of the protocol and started again, outputs and state are
// as if nothing had happened: with the store gone, with what was synced of it
// and some of what was not, and with all that was written to it.
func TestKilled(t *testing.T) {
	for _, point := range crashPoints() {
		times := []int{point.n}
		if point.n == 0 {
			times = []int{1, 2}
		}
		for _, n := range times {
			for _, disk := range []remains{gone, synced, whole} {
				t.Run(fmt.Sprintf("%s, %d, store %s", point.name, n, disk), func(t *testing.T) {
					t.Parallel()
					newCrash(t, point, n, disk).play()
				})
			}
		}
	}
}

// remains is what a crash leaves of the store.
type remains string

const (
	gone   remains = "gone"
	synced remains = "synced"
	whole  remains = "whole" // it had just been flushed
)

// crash is one death and the life after it.
type crash struct {
	*deployment
	point  crashPoint
	events []event
	cfg    Config // of the process, without network and store
	left   remains
	disk   *vfs.MemFS
	db     store.Database // of the process that dies
	net    *network
	doomed *instance
}

func newCrash(t *testing.T, point crashPoint, n int, left remains) *crash {
	c := &crash{deployment: deploy(t, 2), point: point, left: left, events: replay(150, 10)}
	c.cfg = c.config(Log)
	c.cfg.TransactionTimeout, c.cfg.CommitInterval = 500*time.Millisecond, time.Millisecond
	switch point.scene {
	case aborting:
		for i := 20; i < len(c.events); i += 40 {
			c.events[i].value = "+1,fail"
		}
	case older:
		c.cfg.ClientOpts = []kgo.Opt{kgo.MaxVersions(kversion.V3_5_0())}
	case handing:
		c.cfg.SessionTimeout = 6 * time.Second
	}
	c.db = store.NewMemoryDatabase()
	if left != gone {
		c.disk = vfs.NewCrashableMem()
		c.db = c.open(c.disk)
	}
	c.net = newNetwork(t, nil)
	if point.at == nil {
		b := &brittle{Database: c.db, after: point.fate == killAfter, die: c.net.fall}
		b.left.Store(int64(n))
		c.db = b
	} else {
		c.net.rule = nthThat(point.at(c.deployment), n, point.fate)
	}
	return c
}

func (d *deployment) open(disk vfs.FS) store.Database {
	d.t.Helper()
	db, err := store.OpenPebble("state", store.PebbleOptions{FS: disk, CacheBytes: 1 << 20, MemTableBytes: 1 << 20})
	require.NoError(d.t, err)
	d.t.Cleanup(func() { require.NoError(d.t, db.Close()) })
	return db
}

func (c *crash) play() {
	var other *instance
	half := len(c.events) / 2
	switch c.point.scene {
	case restoring:
		c.produce(records(c.events[:half])...)
		former := c.start(c.cfg)
		eventually(c.t, func() bool { return len(c.read("state")) > 0 }, "there is state")
		former.stop()
		c.live()
	case handing:
		c.live()
		eventually(c.t, func() bool { return len(c.doomed.Progress()) == 2 }, "one has all tasks")
		c.produce(records(c.events[:half])...)
		cfg := c.cfg
		cfg.Instance = "two"
		other = c.start(cfg)
	default:
		c.live()
		c.produce(records(c.events[:half])...)
		eventually(c.t, func() bool { return c.net.hasFallen() || c.doomed.committed() }, "work begins")
		require.NoError(c.t, c.db.Flush())
	}
	rest := func() {
		c.produce(records(c.events[half:])...)
		c.tick(time.UnixMilli(endOf(c.events)), 2, "first", "second")
	}
	if other == nil {
		rest()
	}
	c.die()
	one := c.start(c.cfg)
	if other != nil {
		eventually(c.t, func() bool { return len(one.Progress()) == 1 && len(other.Progress()) == 1 }, "each has a task")
		rest()
	}
	one.caught()
	eventually(c.t, one.Ready, "the state is restored, also where nothing is left to do")
	one.stop()
	c.check(other == nil)
}

// live starts the process that is to die.
func (c *crash) live() {
	cfg := c.net.through(c.cfg)
	cfg.State = c.db
	c.doomed = c.start(cfg)
}

// die waits for the death and clears the body away. What is on disk goes to the
// next process: what was synced, and some of what was not.
func (c *crash) die() {
	await(c.t, c.net.fell)
	if c.point.at != nil && c.point.fate == killAfter {
		await(c.t, c.net.answered)
	}
	if c.left == whole {
		require.NoError(c.t, c.db.Flush())
	}
	if c.disk != nil {
		chance := rand.New(rand.NewPCG(uint64(len(c.point.name)), 0))
		left := c.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: chance})
		c.cfg.State = c.open(left)
	}
	c.doomed.cancel()
	<-c.doomed.done // whatever it says: it is dead
	close(c.doomed.done)
}

// check compares outputs, changelog and, where one process has it all, the
// store with the model.
func (c *crash) check(alone bool) {
	outputs, state := play(c.events, endOf(c.events))
	require.Equal(c.t, outputs, c.outputs())
	logged := map[string][]byte{}
	for _, r := range c.read("state") {
		logged[string(r.Key)] = r.Value
	}
	require.Equal(c.t, state, texts(c.t, logged))
	if c.disk == nil || !alone {
		return
	}
	stored := map[string][]byte{}
	for p := range int32(2) {
		s, err := c.cfg.State.Open(context.Background(), p)
		require.NoError(c.t, err)
		for _, e := range c.events {
			if layout.PartitionOf([]byte(e.key), 2) == p {
				stored[e.key], err = s.Get(e.key)
				require.NoError(c.t, err)
			}
		}
		require.NoError(c.t, s.Close())
	}
	require.Equal(c.t, state, texts(c.t, stored))
}

// texts reads envelopes for comparison with the model's state.
func texts(t *testing.T, values map[string][]byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	for key, value := range values {
		if value == nil {
			continue
		}
		wakeAt, payload, err := parseEnvelope(value)
		require.NoError(t, err)
		out[key] = stateText(payload, wakeAt, wakeAt != 0)
	}
	return out
}

func (d *deployment) topicID(topic string) [16]byte {
	d.t.Helper()
	topics, err := kadm.NewClient(d.client).ListTopics(d.ctx(), d.prefix+topic)
	require.NoError(d.t, err)
	return topics[d.prefix+topic].ID
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

// A connection that breaks at any point of a transaction costs nothing: the
// process goes on by itself, with the store that it has.
func TestCutOff(t *testing.T) {
	for _, point := range crashPoints() {
		if point.at == nil || point.scene != replaying {
			continue
		}
		t.Run(point.name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 2)
			events := replay(150, 10)
			f := cutBefore
			if point.fate == killAfter {
				f = cutAfter
			}
			net := newNetwork(t, nthThat(point.at(d), max(1, 2-point.n), f))
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
