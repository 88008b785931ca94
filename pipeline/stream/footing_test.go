package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/layout"
)

func TestTopicsThatDoNotFit(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	d.create(3, "three")
	cfg := d.config(Live)
	cfg.Inputs = []string{"first", "three"}
	require.ErrorContains(t, d.start(cfg).end(), d.prefix+"three has 3 partitions but "+d.prefix+"first has 2")
	cfg.Inputs = []string{"first", "none"}
	require.ErrorContains(t, d.start(cfg).end(), d.prefix+"none missing on the broker")
}

// all is a job with everything that can change beneath it.
func (d *deployment) all(partitions int32) Config {
	d.createCompacted(partitions, "words")
	cfg := d.config(Live)
	cfg.Rerouted = "rerouted"
	cfg.Broadcasts = []Broadcast{{Topic: "words", Build: words}}
	return cfg
}

func (d *deployment) grow(by int, topics ...string) {
	d.t.Helper()
	for _, topic := range topics {
		grown, err := kadm.NewClient(d.client).CreatePartitions(d.ctx(), by, d.prefix+topic)
		require.NoError(d.t, err)
		require.NoError(d.t, grown.Error())
	}
}

func (d *deployment) remake(partitions int32, topics ...string) {
	d.t.Helper()
	d.remove(topics...)
	d.create(partitions, topics...)
}

// Keys of a topic that was grown lie on other partitions than their state. A
// process at work ends, and none starts, whichever topics were grown.
func TestPartitionsGrown(t *testing.T) {
	t.Parallel()
	const moved = "keys have moved to other partitions than their state. Stop all instances of the job and run `waybill reshard`"
	cases := []struct {
		name     string
		topics   []string
		atWork   string
		stopped  string // what a start says, if not that keys have moved
		metadata time.Duration
	}{
		{name: "all of them", topics: []string{"first", "second", "rerouted", "state"}, atWork: moved},
		{name: "the client notices first", topics: []string{"first", "second", "rerouted", "state"}, atWork: moved, metadata: 100 * time.Millisecond},
		{name: "one input", topics: []string{"second"}, atWork: moved, stopped: "second has 2 partitions but"},
		{name: "the way of the misplaced", topics: []string{"rerouted"}, atWork: moved, stopped: "rerouted has 2 partitions but"},
		{name: "the changelog", topics: []string{"state"}, atWork: moved, stopped: "state has 2 partitions but"},
		{name: "a broadcast", topics: []string{"words"}, atWork: "words was grown from 1 to 2 partitions while this process ran. Start it again", stopped: "nothing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			cfg := d.all(1)
			if c.metadata != 0 {
				cfg.ClientOpts = []kgo.Opt{kgo.MetadataMaxAge(c.metadata)}
			}
			i := d.start(cfg)
			d.plus("k")
			i.caught()
			d.grow(1, c.topics...)
			require.ErrorContains(t, i.end(), c.atWork)
			d.known(2, c.topics...)
			again := d.start(cfg)
			switch c.stopped {
			case "":
				require.ErrorContains(t, again.end(), moved)
			case "nothing":
				d.plus("k")
				again.caught()
				require.Contains(t, d.last("k"), "sum 2 at")
			default:
				require.ErrorContains(t, again.end(), c.stopped)
			}
		})
	}
}

// A partition that is new has no offset that would tell of the growth; those
// of the others do, and nothing of the new one is handled.
func TestGrownPartitionIsNotBegun(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	i := d.start(cfg)
	d.plus("k")
	i.caught()
	i.stop()
	d.grow(7, "first", "second", "state")
	d.known(8, "first", "second", "state")
	var events []event
	for _, key := range keys(8) {
		events = append(events, event{"first", key, time.Now().UnixMilli(), "+1"})
	}
	d.produce(records(events)...)
	require.ErrorContains(t, d.start(cfg).end(), "looking at the committed offset of "+d.prefix+"first/0: the state was written when")
	require.Len(t, d.read("out"), 1)
}

// A topic that is deleted, or made anew, beneath a process ends it within a
// bounded time, and a start either goes on rightly or says what to decide.
func TestTopicsMadeAnewAtWork(t *testing.T) {
	t.Parallel()
	for topic, says := range map[string]string{
		"first":    "first has gone: the topic was deleted and made anew since",
		"second":   "second has gone",
		"rerouted": "rerouted has gone",
		"state":    "so the state is lost",
		"words":    "",
	} {
		t.Run(topic, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			cfg := d.all(1)
			i := d.start(cfg)
			d.plus("k")
			i.caught()
			d.remake(1, topic)
			require.ErrorContains(t, i.end(), topic+" was deleted and made anew while this process ran. Start it again")
			again := d.start(cfg)
			if says == "" {
				d.plus("k")
				again.caught()
				require.Contains(t, d.last("k"), "sum 2 at")
				return
			}
			require.ErrorContains(t, again.end(), says)
		})
	}
}

func TestTopicDeletedAtWork(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	i := d.start(d.config(Live))
	d.plus("k")
	i.caught()
	d.remove("second")
	require.ErrorContains(t, i.end(), "looking at topics "+d.prefix+"second: deleted")
}

// Nothing is read from the dead letters: work goes on with new ones.
func TestDeadLettersMadeAnew(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	i := d.start(d.config(Live))
	bad := func() { d.produce(&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte("unreadable")}) }
	bad()
	d.plus("k")
	i.caught()
	require.Len(t, d.read("dead"), 1)
	d.remake(1, "dead")
	bad()
	d.plus("k")
	i.caught()
	require.Len(t, d.read("dead"), 1)
	require.Contains(t, d.last("k"), "sum 2 at")
	i.stop()
}

// Offsets that an operator has set bear no note: they are where work goes on.
func TestOffsetsSetByHand(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.LeaveOnShutdown = true
	i := d.start(cfg)
	for range 3 {
		d.plus("k")
	}
	i.caught()
	before := i.Progress()[0].StreamTime
	i.stop()
	var back kadm.Offsets
	back.AddOffset(d.prefix+"first", 0, 2, -1)
	require.NoError(t, kadm.NewClient(d.client).CommitAllOffsets(d.ctx(), i.cfg.group(), back))
	i = d.start(cfg)
	i.caught()
	require.Contains(t, d.last("k"), "sum 4 at", "the last record was asked for again")
	require.False(t, i.Progress()[0].StreamTime.Before(before), "the other input's note has kept the time")
	i.stop()
}

// Records that are removed before a process at work has handled them are
// missed, and it says so.
func TestRecordsRemovedAtWork(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	net := newNetwork(t, nil)
	cfg := d.config(Live)
	i := d.start(net.through(cfg))
	d.plus("k")
	i.caught()
	net.set(false)
	d.plus("k")
	d.plus("k")
	d.removeRecords("first", 2)
	net.set(true)
	require.ErrorContains(t, i.end(), "the log begins at 2, so retention has removed records that were never handled")
}

// Nothing that changes beneath the topics of a job is missed.
func TestChanged(t *testing.T) {
	cfg := Config{Prefix: "p-", Inputs: []string{"first", "second"}, Changelog: "state", DeadLetters: "dead", Broadcasts: []Broadcast{{Topic: "words"}}}
	made := func() *topology {
		return &topology{
			partitions: 4, counts: map[string]int32{"first": 4, "second": 4, "state": 4, "words": 1, "dead": 1},
			ids: map[string][16]byte{"first": {1}, "second": {2}, "state": {3}, "words": {4}, "dead": {5}},
		}
	}
	require.NoError(t, made().changed(&cfg, made()))
	for name := range made().ids {
		now := made()
		now.ids[name] = [16]byte{9}
		require.Equal(t, name != "dead", stops(made().changed(&cfg, now)), name)
		now = made()
		now.counts[name]++
		require.Equal(t, name != "dead", stops(made().changed(&cfg, now)), name)
		now = made()
		delete(now.ids, name)
		if name != "dead" {
			require.ErrorIs(t, made().changed(&cfg, now), errGone, name)
			require.False(t, stops(made().changed(&cfg, now)), "a broker that is behind may say so once")
		}
	}
	grown := made().layout(&cfg)
	require.Equal(t, layout.Topics{Prefix: "p-", Inputs: cfg.Inputs, Changelog: "state", Partitions: 4, IDs: made().ids}, grown)
}
