package stream

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Random histories on a broker: instances are killed, cut off, joined by
// others and ended while a replay comes in, and the outputs are the model's.
// The seed is the test's name.
func TestChaos(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c := &chaos{rand: rand.New(rand.NewPCG(seed, 1)), d: deploy(t, 3)}
			events := replay(300, 20)
			for part := range 6 {
				c.act()
				c.d.produce(records(events[part*50 : part*50+50])...)
				c.progress()
			}
			c.d.tick(time.UnixMilli(endOf(events)), 3, "first", "second")
			c.start()
			c.last().caught()
			require.Equal(t, model(events, endOf(events)), c.d.outputs())
		})
	}
}

// chaos is a group whose instances come to harm.
type chaos struct {
	rand    *rand.Rand
	d       *deployment
	running []*doomed
	seen    int // outputs
}

type doomed struct {
	*instance
	name string
	net  *network
}

func (c *chaos) last() *doomed { return c.running[len(c.running)-1] }

// act does one thing to the group.
func (c *chaos) act() {
	if len(c.running) == 0 {
		c.start()
		return
	}
	victim := c.rand.IntN(len(c.running))
	one := c.running[victim]
	switch c.rand.IntN(4) {
	case 0:
		if len(c.running) < 2 {
			c.start()
		}
	case 1: // killed, and begun again under its name
		one.net.set(false)
		one.cancel()
		c.running[victim] = c.begin(one.name)
	case 2: // ended in order
		one.stop()
		c.running = append(c.running[:victim], c.running[victim+1:]...)
	case 3: // its connections break
		one.net.set(false)
		one.net.set(true)
	}
}

// progress waits until the group has committed more than before, so that what
// comes next meets it at work.
func (c *chaos) progress() {
	if len(c.running) == 0 {
		return
	}
	eventually(c.d.t, func() bool {
		n := len(c.d.read("out"))
		defer func() { c.seen = max(c.seen, n) }()
		return n > c.seen
	}, "the group makes progress")
}

// start adds an instance under a name that is free.
func (c *chaos) start() {
	used := map[string]bool{}
	for _, one := range c.running {
		used[one.name] = true
	}
	for _, name := range []string{"one", "two", "three"} {
		if !used[name] {
			c.running = append(c.running, c.begin(name))
			return
		}
	}
}

// begin starts an instance that a random request may cut or kill.
func (c *chaos) begin(name string) *doomed {
	keys := []kmsg.Key{kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.EndTxn, kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Fetch, kmsg.InitProducerID, kmsg.OffsetFetch}
	fates := []fate{cutBefore, cutAfter}
	rule := nth(keys[c.rand.IntN(len(keys))], 1+c.rand.IntN(4), fates[c.rand.IntN(len(fates))])
	cfg := c.d.config(Log)
	cfg.Instance, cfg.LeaveOnShutdown = name, true
	cfg.StandbyReplicas, cfg.AcceptableLag = c.rand.IntN(2), 1+c.rand.Int64N(20)
	cfg.TransactionTimeout, cfg.SessionTimeout, cfg.CommitInterval = time.Second, 6*time.Second, 2*time.Millisecond
	net := newNetwork(c.d.t, rule)
	return &doomed{c.d.start(net.through(cfg)), name, net}
}
