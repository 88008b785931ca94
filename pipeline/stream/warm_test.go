package stream

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/store"
)

// warmKeys is how many keys have state in the tests of warm state: far more
// than what they let a process lack of it.
const (
	warmKeys = 400
	warmLag  = 20
)

// process is one of several that share the tasks: with a store of its own that
// outlives it, and metrics.
type process struct {
	*instance
	cfg      Config
	registry *prometheus.Registry
}

func (d *deployment) process(name string, db store.Database, change func(*Config)) *process {
	d.t.Helper()
	p := &process{cfg: d.config(Live), registry: prometheus.NewRegistry()}
	p.cfg.Instance, p.cfg.State, p.cfg.Registerer = name, db, p.registry
	p.cfg.AcceptableLag, p.cfg.SessionTimeout = warmLag, 6*time.Second
	change(&p.cfg)
	p.instance = d.start(p.cfg)
	return p
}

// read returns how many changelog records the process has read to restore.
func (p *process) read() int {
	return int(metric(p.t, p.registry, "waybill_stream_restored_records_total", "tally"))
}

func (p *process) tasks() int { return len(p.Progress()) }

// warmth tells whether the process follows n tasks, to their ends.
func (p *process) warmth(n int) bool {
	following := p.board.followed()
	for _, behind := range following {
		if behind > 0 {
			return false
		}
	}
	return len(following) == n
}

// add adds one to every key.
func (d *deployment) add() {
	d.t.Helper()
	var batch []*kgo.Record
	for n := range warmKeys {
		batch = append(batch, &kgo.Record{Topic: "first", Partition: -1, Key: fmt.Append(nil, "k", n), Value: []byte("+1")})
	}
	d.produce(batch...)
}

// requireSums checks that every key was added to n times, in order.
func (d *deployment) requireSums(n int) {
	d.t.Helper()
	outputs := d.outputs()
	require.Len(d.t, outputs, warmKeys)
	for key, sums := range outputs {
		require.Len(d.t, sums, n, key)
		for i, sum := range sums {
			require.Contains(d.t, sum, fmt.Sprintf("sum %d at", i+1), key)
		}
	}
}

// onDisk makes a database in a folder of its own that is closed after all that
// was started before the end of the test.
func onDisk(t *testing.T) store.Database {
	t.Helper()
	db, err := store.OpenPebble(t.TempDir(), store.PebbleOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// databases are what the tests of warm state run on.
var databases = map[string]func(*testing.T) store.Database{
	"memory": func(*testing.T) store.Database { return store.NewMemoryDatabase() },
	"pebble": onDisk,
}

// A process that dies is replaced by the one that follows its tasks, which has
// to read next to nothing.
func TestStandbyTakesOver(t *testing.T) {
	t.Parallel()
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 4)
			follow := func(c *Config) { c.StandbyReplicas = 1 }
			net := newNetwork(t, nil)
			one := d.process("one", open(t), func(c *Config) { follow(c); *c = net.through(*c) })
			d.add()
			one.caught()
			two := d.process("two", open(t), follow)
			eventually(t, func() bool { return one.tasks() == 2 && two.tasks() == 2 }, "each has half of the tasks")
			d.add()
			two.caught()
			eventually(t, func() bool { return one.warmth(2) && two.warmth(2) }, "each follows the other half")
			require.InDelta(t, 2, metric(t, two.registry, "waybill_stream_tasks", "standby"), 0)
			before := two.read()
			net.set(false)
			one.cancel()
			d.add()
			two.caught()
			require.Equal(t, 4, two.tasks())
			require.LessOrEqual(t, two.read()-before, warmLag)
			require.InDelta(t, 0, metric(t, two.registry, "waybill_stream_tasks", "standby"), 0)
			d.requireSums(3)
		})
	}
}

// gatedDatabase lends no store before its gate is opened.
type gatedDatabase struct {
	store.Database
	gate chan struct{}
}

func (d *gatedDatabase) Open(ctx context.Context, partition int32) (store.Store, error) {
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-d.gate:
		return d.Database.Open(ctx, partition)
	}
}

// A process that comes without state takes tasks over only when it has
// followed them; their owner works on them until then.
func TestScaleOutWithoutGap(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	none := func(*Config) {}
	one := d.process("one", store.NewMemoryDatabase(), none)
	d.add()
	one.caught()
	late := &gatedDatabase{store.NewMemoryDatabase(), make(chan struct{})}
	two := d.process("two", late, none)
	eventually(t, func() bool { return two.Ready() }, "the other has joined and was given nothing")
	require.Equal(t, 0, two.tasks())
	d.add()
	one.caught()
	require.Equal(t, 4, one.tasks(), "the owner works on all of them meanwhile")
	close(late.gate)
	eventually(t, func() bool { return one.tasks() == 2 && two.tasks() == 2 }, "tasks move when their state is there")
	d.add()
	two.caught()
	require.LessOrEqual(t, two.read(), 2*warmLag, "what was followed is not read again")
	d.requireSums(3)
}

// State that is small is no reason to wait.
func TestSmallStateMovesAtOnce(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	one := d.process("one", store.NewMemoryDatabase(), func(*Config) {})
	d.plus("k")
	one.caught()
	two := d.process("two", store.NewMemoryDatabase(), func(*Config) {})
	eventually(t, func() bool { return one.tasks() == 1 && two.tasks() == 1 }, "each has one task")
	require.InDelta(t, 0, metric(t, two.registry, "waybill_stream_standby_records_total", "tally"), 0)
}

// A process that is started again under its name gets its tasks back, and reads
// what lies behind its stores only.
func TestRestartKeepsTasks(t *testing.T) {
	t.Parallel()
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 4)
			db := open(t)
			two := func(c *Config) { c.Workers = 2 }
			one := d.process("one", db, two)
			other := d.process("other", open(t), two)
			eventually(t, func() bool { return one.tasks() == 2 && other.tasks() == 2 }, "each has half of the tasks")
			d.add()
			one.caught()
			var mine []int32
			eventually(t, func() bool { // moves may still be under way
				mine = partitions(one.Progress())
				return one.Ready() && other.Ready() && len(mine) == 2 && other.tasks() == 2
			}, "each has its half for good")
			one.stop()
			one = d.process("one", db, two)
			eventually(t, func() bool {
				return one.Ready() && other.Ready() && slices.Equal(mine, partitions(one.Progress()))
			}, "it has its tasks again")
			d.add()
			one.caught()
			require.LessOrEqual(t, one.read(), warmLag)
			d.requireSums(2)
		})
	}
}

func partitions(tasks []TaskProgress) (out []int32) {
	for _, p := range tasks {
		out = append(out, p.Partition)
	}
	return out
}

// The number of workers may change at a restart: those that are gone hold
// nothing for longer than their session, and state moves between the workers
// of a process without being read.
func TestNumberOfWorkersChanges(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	db := onDisk(t)
	for round, workers := range []int{1, 3, 1} {
		p := d.process("one", db, func(c *Config) { c.Workers = workers })
		eventually(t, func() bool { return p.Ready() && p.tasks() == 4 }, "it has all tasks")
		d.add()
		p.caught()
		p.stop()
		d.requireSums(round + 1)
		if round > 0 {
			require.LessOrEqual(t, p.read(), warmLag)
		}
	}
}
