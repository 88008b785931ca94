package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A process that dies with a transaction open does not hold its tasks up until
// that times out: who has them next ends it.
func TestFormerOwnersTransactionIsEnded(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]kmsg.Key{
		"before its offsets": kmsg.TxnOffsetCommit,
		"after its offsets":  kmsg.EndTxn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 2)
			events := replay(120, 10)
			cfg := d.config(Log)
			cfg.SessionTimeout, cfg.CommitInterval = 6*time.Second, time.Millisecond
			cfg.TransactionTimeout = 3 * patient // so the test ends before the transaction does
			net := newNetwork(t, nth(request, 2, killBefore))
			one := d.start(net.through(cfg))
			d.produce(records(events[:60])...)
			eventually(t, func() bool { return net.hasFallen() || one.committed() }, "work begins")
			d.produce(records(events[60:])...)
			await(t, net.fell)
			one.cancel()
			cfg.Instance = "two"
			two := d.start(cfg)
			d.tick(time.UnixMilli(endOf(events)), 2, "first", "second")
			two.caught()
			require.Equal(t, model(events, endOf(events)), d.outputs())
		})
	}
}

// Only workers of the group are fenced.
func TestIsWorker(t *testing.T) {
	t.Parallel()
	for id, is := range map[string]bool{
		"prod-tally-one-0": true, "prod-tally-one-2-11": true,
		"prod-tally-reshard": false, "prod-tally--1": false, "prod-tally-1": false, "prod-tally-one-x": false,
		"tally-one-0": false, "prod-tally": false,
	} {
		require.Equal(t, is, isWorker("prod-tally", id), id)
	}
}
