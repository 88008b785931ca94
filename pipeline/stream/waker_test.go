package stream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

// parked is a job whose keys wait until they are woken by name. A record's
// value is what the key waits for:
//
//	room    start work; when that comes back with "busy", wait and try again when woken
//	word    the table to have an entry of the part of the key before the slash
//	tell    nothing but to be woken
//	fail    likewise, and it fails then
//
// A key tells what came of it and forgets itself.
type parked struct{}

func (parked) Decode(r job.Record) (string, any, error) { return string(r.Key), string(r.Value), nil }

func (p parked) Process(c *job.Call, in job.Input) error {
	c.Put(in.Value.(string), c.Now.Add(time.Hour))
	if c.State == "room" {
		return p.Wake(c)
	}
	return nil
}

func (parked) Wake(c *job.Call) error {
	switch owner, _, _ := strings.Cut(c.Key, "/"); c.State {
	case "room":
		c.Start(c.Key)
		c.Put("under way", c.WakeAt)
	case "fail":
		return errors.New("asked to fail")
	case "tell":
		c.Emit(job.Output{Topic: "out", Key: c.Key, Value: []byte("told")})
		c.Delete()
	case "word":
		if word, ok := c.Table("words").(map[string]string)[owner]; ok {
			c.Emit(job.Output{Topic: "out", Key: c.Key, Value: []byte(word)})
			c.Delete()
			return nil
		}
		c.Put(c.State, c.WakeAt)
	}
	return nil
}

func (parked) Complete(c *job.Call, result any) error {
	if result != "busy" {
		c.Emit(job.Output{Topic: "out", Key: c.Key, Value: fmt.Append(nil, result)})
		c.Delete()
		return nil
	}
	c.Put("room", c.WakeAt)
	return nil
}

func (parked) EncodeState(dst []byte, state any) ([]byte, error) {
	return append(dst, state.(string)...), nil
}
func (parked) DecodeState(data []byte) (any, error) { return string(data), nil }

// parkings are records that make keys wait.
func parkings(owner string, n int, what string) []*kgo.Record {
	var out []*kgo.Record
	for i := range n {
		out = append(out, &kgo.Record{Topic: "first", Partition: -1, Key: fmt.Appendf(nil, "%s/%d", owner, i), Value: []byte(what)})
	}
	return out
}

// Keys that found no room wait without a timer of their own, and come when they
// are asked for: as many as asked for, of the prefix alone, each in its turn,
// however little work may be under way at a time.
func TestWake(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 4)
			cfg := d.config(Live)
			cfg.Workers, cfg.MaxInFlightWork = workers, 2
			var room, refused atomic.Int64
			cfg.Perform = func(_ context.Context, request any) any {
				if room.Add(-1) < 0 {
					refused.Add(1)
					return "busy"
				}
				return "done"
			}
			i := d.startJob(cfg, parked{})
			const n = 40
			d.produce(append(parkings("a", n, "room"), parkings("ab", n, "room")...)...)
			i.caught()
			eventually(t, func() bool { return refused.Load() == 2*n }, "all have found no room")
			for done := 0; done < n; done += 5 {
				room.Store(5)
				i.Wake("a/", 5)
				eventually(t, func() bool { return len(d.outputs()) == done+5 }, "five more are done")
			}
			for key := range d.outputs() {
				require.True(t, strings.HasPrefix(key, "a/"), key)
			}
			room.Store(2 * n)
			i.Wake("", 2*n)
			eventually(t, func() bool { return len(d.outputs()) == 2*n }, "the rest are done")
			require.EqualValues(t, 2*n, refused.Load(), "nobody was woken who was not asked for")
			owned, all := i.Share()
			require.Equal(t, []int{4, 4}, []int{owned, all})
			i.stop()
		})
	}
}

// Every key with the prefix of an entry hears of its change, with the new table.
func TestBroadcastWakes(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	d.createCompacted(1, "words")
	cfg := d.config(Live)
	cfg.Workers = 2
	cfg.Broadcasts = []Broadcast{{Topic: "words", Build: words, Wakes: func(entry string, _, _ []byte) string { return entry + "/" }}}
	i := d.startJob(cfg, parked{})
	const n = 1000
	d.produce(append(parkings("a", n, "word"), parkings("ab", n, "word")...)...)
	i.caught()
	require.Empty(t, d.outputs())
	d.produce(&kgo.Record{Topic: "words", Key: []byte("a"), Value: []byte("hello")})
	eventually(t, func() bool { return len(d.outputs()) == n }, "all of one owner have heard")

	// What changes while nobody is there is heard of by the next.
	i.stop()
	d.produce(&kgo.Record{Topic: "words", Key: []byte("ab"), Value: []byte("goodbye")})
	next := d.startJob(cfg, parked{})
	eventually(t, func() bool { return len(d.outputs()) == 2*n }, "the others have")
	next.stop()
	for key, values := range d.outputs() {
		require.Equal(t, []string{map[bool]string{true: "goodbye", false: "hello"}[strings.HasPrefix(key, "ab/")]}, values)
	}
}

// A call that finds no room may ask to be woken before its key has heard that
// there was none: that is no reason to forget it.
func TestWakeBeforeTheResult(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	var calls atomic.Int64
	var i *instance
	started := make(chan struct{})
	cfg.Perform = func(context.Context, any) any {
		if calls.Add(1) > 1 {
			return "done"
		}
		<-started
		i.Wake("a/", 1)
		i.Wake("b/", 1)
		eventually(t, func() bool { return len(d.outputs()["b/0"]) == 1 }, "the later request is worked off")
		return "busy"
	}
	i = d.startJob(cfg, parked{})
	close(started)
	d.produce(append(parkings("a", 1, "room"), parkings("b", 1, "tell")...)...)
	eventually(t, func() bool { return len(d.outputs()["a/0"]) == 1 }, "it was woken once it had heard")
	i.stop()
}

// A key that fails when it is woken by name goes to dead letters with its
// state, once, and stays as it is. The others are woken, and what was undone
// for its sake is done again.
func TestSummonOfPoison(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	i := d.startJob(cfg, parked{})
	const n = 20
	d.produce(append(parkings("a", n, "tell"), &kgo.Record{Topic: "first", Key: []byte("a/10x"), Value: []byte("fail")})...)
	i.caught()
	i.Wake("a/", 2*n)
	eventually(t, func() bool { return len(d.outputs()) == n }, "the others have told")
	i.stop()
	for key, values := range d.outputs() {
		require.Len(t, values, 1, key)
	}
	dead := d.read("dead")
	require.Len(t, dead, 1)
	require.Equal(t, "a/10x", string(dead[0].Key))
	require.Equal(t, "fail", string(dead[0].Value))
	require.Contains(t, headerOf(dead[0], job.ErrorHeader), `waking key "a/10x" by name: asked to fail`)
}
