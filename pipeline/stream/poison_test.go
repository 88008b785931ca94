package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

func headerOf(r *kgo.Record, key string) string { return header(headers(nil, r), key) }

// Rule E11: what cannot be read, what the job fails on and what is too large
// goes to dead letters as it came; everything else has its effects once.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	cases := []struct{ value, cause string }{
		{"unreadable", "reading a command: it is none"},
		{"unreadable-panic", "panic: a bug in the reader"},
		{"+5,fail", "asked to fail"},
		{"+5,panic", "nil pointer dereference at waybill/pipeline/stream.tally.Process"},
		{"+5,big 2000", "the limit is 1000"},
		{"+5,bloat 2000", "encoding the state of key"},
		{"+5,work a", "given nothing to perform it with"},
	}
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.MaxRecordBytes = 1000
	i := d.start(cfg)
	for _, c := range cases {
		d.produce(
			&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte("+1")},
			&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte(c.value), Headers: []kgo.RecordHeader{{Key: "from", Value: []byte("a test")}}},
			&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte("+1")})
	}
	i.caught()
	i.stop()
	var sums []string
	for _, o := range d.outputs()["k"] {
		sums = append(sums, strings.Fields(o)[1])
	}
	require.Equal(t, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"}, sums)
	dead := d.read("dead")
	require.Len(t, dead, len(cases))
	for n, c := range cases {
		require.Equal(t, "k", string(dead[n].Key))
		require.Equal(t, c.value, string(dead[n].Value))
		require.Equal(t, "a test", headerOf(dead[n], "from"))
		require.Contains(t, headerOf(dead[n], job.ErrorHeader), c.cause)
		require.Equal(t, "first", headerOf(dead[n], job.SourceTopicHeader))
		require.Equal(t, "0", headerOf(dead[n], job.SourcePartitionHeader))
		require.Equal(t, fmt.Sprint(3*n+1), headerOf(dead[n], job.SourceOffsetHeader))
		require.NotEmpty(t, headerOf(dead[n], job.SourceTimestampHeader))
	}
}

// A broker that takes less than the runtime thinks refuses single records, and
// they are poison all the same.
func TestOutputRefusedByBroker(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.MaxRecordBytes = 10_000_000
	cfg.MaxDeadLetterBytes = 100_000
	i := d.start(cfg)
	d.produce(records([]event{
		{"first", "k", time.Now().UnixMilli(), "+1"},
		{"first", "k", time.Now().UnixMilli(), "+5,big 3000000"},
		{"first", "k", time.Now().UnixMilli(), "+1"}})...)
	i.caught()
	i.stop()
	outputs, dead := d.outputs()["k"], d.read("dead")
	require.Len(t, dead, 1)
	if n := len(outputs); n != 2 {
		t.Errorf("%d outputs, not 2: the one of 3 MB must not be there", n)
	}
	require.Contains(t, headerOf(dead[0], job.ErrorHeader), "MESSAGE_TOO_LARGE")
}

// What is too large even for the dead letters leaves its position and digest.
func TestDeadLetterTooLarge(t *testing.T) {
	cfg := Config{DeadLetters: "dead", MaxDeadLetterBytes: 500}
	one := newTask(&cfg, tally{}, 0, 1)
	big := output{Output: job.Output{Topic: "dead", Value: make([]byte, 1000)}, key: []byte("k")}
	got := one.shrink(big, refusal{err: errors.New("why")}, job.Position{Topic: "first", Partition: 3, Offset: 7}, 99)
	require.Nil(t, got.Value)
	require.Equal(t, "k", string(got.key))
	require.Equal(t, "sha256:541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53", header(got.Headers, job.DigestHeader))
	require.Equal(t, "7", header(got.Headers, job.SourceOffsetHeader))
	big.key = make([]byte, 1000)
	require.Nil(t, one.shrink(big, refusal{err: errors.New("why")}, job.Position{}, 0).key)
}

// So does what the broker does not take, though the runtime thought it would.
func TestDeadLetterRefusedByBroker(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.createWith(1, map[string]*string{"max.message.bytes": new("1000")}, []string{"small"})
	cfg := d.config(Live)
	cfg.DeadLetters = "small"
	i := d.start(cfg)
	d.produce(
		&kgo.Record{Topic: "first", Key: []byte("k"), Value: append([]byte("fail,"), noise(20_000)...)},
		&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte("+1")})
	i.caught()
	i.stop()
	dead := d.read("small")
	require.Len(t, dead, 1)
	require.Nil(t, dead[0].Value)
	require.Equal(t, "asked to fail", headerOf(dead[0], job.ErrorHeader))
	require.NotEmpty(t, headerOf(dead[0], job.DigestHeader))
	require.Len(t, d.outputs()["k"], 1)
}

// A wake-up or a result that the job fails on leaves the key as it is, without
// the wake-up, and its state in the dead letters.
func TestFailingWakeAndResult(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.Perform = perform
	i := d.start(cfg)
	d.produce(records([]event{{"first", "w", time.Now().UnixMilli(), "+3,in 1,wake-fail"}, {"first", "c", time.Now().UnixMilli(), "+4,work fail"}})...)
	eventually(t, func() bool { return len(d.read("dead")) == 2 }, "two dead letters")
	d.produce(records([]event{{"first", "w", time.Now().UnixMilli(), "+1"}, {"first", "c", time.Now().UnixMilli(), "+1"}})...)
	i.caught()
	i.stop()
	byKey := map[string]*kgo.Record{}
	for _, r := range d.read("dead") {
		byKey[string(r.Key)] = r
	}
	require.Contains(t, headerOf(byKey["w"], job.ErrorHeader), `waking key "w": asked to fail when woken`)
	require.Equal(t, "3 0 true 0 ", string(byKey["w"].Value))
	require.Contains(t, headerOf(byKey["c"], job.ErrorHeader), `completing work of key "c": asked to fail on a result`)
	require.Equal(t, "4 1 false 0 ", string(byKey["c"].Value))
	require.Equal(t, "state", headerOf(byKey["w"], job.SourceTopicHeader))
	require.Contains(t, d.outputs()["w"][1], "sum 4 at")
	require.Contains(t, d.outputs()["c"][1], "sum 5 at")
}

// A bug that hits every record must not empty the topic into the dead letters.
func TestFlood(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ value, says string }{
		{"fail", "the job failed on more than 5 records within 1m0s"},
		{"unreadable", "more than 5 records within 1m0s could not be read"},
	} {
		t.Run(c.value, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			cfg := d.config(Live)
			cfg.MaxPoison, cfg.MaxUnreadable = 5, 5
			i := d.start(cfg)
			for range 20 {
				d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), c.value}})...)
			}
			require.ErrorContains(t, i.end(), c.says)
			require.Less(t, len(d.read("dead")), 20)
		})
	}
}

// Nor does the end leave a transaction open, which readers would wait for.
func TestFloodLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"fail", "unreadable"} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			cfg := d.config(Live)
			cfg.MaxPoison, cfg.MaxUnreadable = 1, 1
			cfg.Perform, cfg.WorkWait, cfg.CommitInterval = perform, patient, patient // work keeps it open
			cfg.TransactionTimeout = 2 * patient
			i := d.start(cfg)
			d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "+1,work endless"}, {"first", "k", time.Now().UnixMilli(), value}})...)
			eventually(t, func() bool { return len(d.readAs(kgo.ReadUncommitted(), "dead")) > 0 }, "the broker has a part of it")
			d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), value}})...)
			require.ErrorContains(t, i.end(), "more than 1 records")
			require.Empty(t, d.read("dead"))
			require.Empty(t, d.read("out"))
		})
	}
}

func TestRate(t *testing.T) {
	r := rate{limit: 2, window: time.Minute}
	at := time.Unix(1000, 0)
	require.False(t, r.exceeded(at, 2))
	require.True(t, r.exceeded(at, 1))
	require.False(t, r.exceeded(at.Add(time.Minute), 2), "the window has passed")
	require.True(t, r.exceeded(at.Add(time.Minute), 1_000_000), "many at once")
	require.True(t, r.wouldExceed(at.Add(time.Minute), 0))
	require.False(t, r.wouldExceed(at.Add(2*time.Minute), 2))
	require.True(t, r.wouldExceed(at.Add(2*time.Minute), 3))
	require.LessOrEqual(t, len(r.times), 3, "memory is bounded by the limit")
}

// What to leave out is remembered until it was left out, or cannot come again:
// another wake-up of the same key and time is another call.
func TestPoisonIsForgotten(t *testing.T) {
	cfg := Config{now: time.Now}
	one := newTask(&cfg, tally{}, 0, 1)
	one.state = newOverlay(tally{}, stored(t, "a", "b"), &cacheBudget{bytes: 1 << 20})
	stays := []cause{
		{kind: processCall, record: job.Position{Topic: "first", Offset: 7}},
		{kind: wakeCall, key: "a", number: 10},
		{kind: completeCall, key: "a", number: 3},
	}
	goes := []cause{
		{kind: wakeCall, key: "a", number: 20},
		{kind: wakeCall, key: "gone", number: 10},
		{kind: completeCall, key: "a", number: -1},
		{kind: wakeCall, key: "b", number: 20}, // was left out
	}
	one.spent = goes[3:]
	for _, c := range slices.Concat(stays, goes) {
		one.poisoned[c] = refusal{}
	}
	one.snap()
	require.ElementsMatch(t, stays, slices.Collect(maps.Keys(one.poisoned)))
}

// Of two results that a key hears in the transaction that started their work,
// the one that the job does not fail on counts.
func TestFailingResultBesideAnother(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.WorkWait, cfg.CommitInterval = patient, patient // so that both come within it
	var started atomic.Int64
	both := make(chan struct{})
	cfg.Perform = func(_ context.Context, request any) any {
		if started.Add(1) == 2 {
			close(both)
		}
		<-both
		return request
	}
	now := time.Now().UnixMilli()
	d.produce(records([]event{{"first", "k", now, "work fail"}, {"first", "k", now, "work a"}})...)
	i := d.start(cfg)
	i.caught()
	eventually(t, func() bool { return len(d.read("dead")) > 0 && len(d.outputs()["k"]) > 0 }, "both are settled")
	i.stop()
	require.Len(t, d.read("dead"), 1)
	require.Equal(t, []string{"done a"}, d.outputs()["k"])
}
