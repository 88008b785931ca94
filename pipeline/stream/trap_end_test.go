package stream

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// doubt lets the nth end of a transaction be done, and answers that something
// unknown went wrong. The channel is closed then.
func (d *deployment) doubt(n int64) <-chan struct{} {
	d.t.Helper()
	if d.fake == nil {
		d.t.Skip("needs a broker that can be made to fail: WAYBILL_TEST_KAFKA names a real one")
	}
	var seen atomic.Int64
	done := make(chan struct{})
	d.fake.ControlKey(int16(kmsg.EndTxn), func(req kmsg.Request) (kmsg.Response, error, bool) {
		if seen.Add(1) != n {
			return nil, nil, false
		}
		d.fake.SleepControl(func() {
			// The broker does it, asked by another connection.
			_, err := d.client.Request(context.Background(), req)
			if err == nil {
				close(done)
			}
		})
		resp := req.ResponseKind().(*kmsg.EndTxnResponse)
		resp.ErrorCode = kerr.UnknownServerError.Code
		return resp, nil, true
	})
	return done
}

// handleOne polls a record and begins a transaction with an output of it.
func handleOne(d *deployment, member *kgo.GroupTransactSession) {
	d.t.Helper()
	require.Equal(d.t, "x", first(d.t, member.PollRecords(d.ctx(), 1)))
	require.NoError(d.t, member.Begin())
	require.NoError(d.t, member.ProduceSync(d.ctx(), &kgo.Record{Topic: d.prefix + "out", Value: []byte("of x")}).FirstErr())
}

// The trap: an end that is not confirmed is taken for an abort, without an
// error. Where it was a commit, the client hands out again what is committed,
// and an output comes twice.
func TestTrapEndClient(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.produce(&kgo.Record{Topic: "first", Value: []byte("x")})
	done := d.doubt(1)
	member := d.bare("m")
	handleOne(d, member)
	committed, err := member.End(d.ctx(), kgo.TryCommit)
	await(t, done)
	require.NoError(t, err)
	require.False(t, committed, "so it says")
	require.Len(t, d.read("out"), 1, "and it was")
	handleOne(d, member)
	committed, err = member.End(d.ctx(), kgo.TryCommit)
	require.NoError(t, err)
	require.True(t, committed)
	require.Len(t, d.read("out"), 2, "one record, two outputs")
}

// The other way round is no trap any more: a commit that did not arrive is not
// taken for one when it is repeated.
func TestTrapEndClientRefusesRepeat(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.produce(&kgo.Record{Topic: "first", Value: []byte("x")})
	net := newNetwork(t, nth(kmsg.EndTxn, 1, killBefore))
	member := d.bare("m", kgo.Dialer(net.dial))
	handleOne(d, member)
	ctx, cancel := context.WithCancel(d.ctx())
	go func() {
		<-net.fell
		cancel()
	}()
	_, err := member.End(ctx, kgo.TryCommit)
	require.Error(t, err)
	net.set(true)
	committed, err := member.End(d.ctx(), kgo.TryCommit)
	require.ErrorContains(t, err, "retry with TryAbort")
	require.False(t, committed)
}

// Rule E4: an end that is not certain is neither trusted nor taken for an
// abort: the session ends, and the next one asks the group. It watches over the
// check behind End in commit.
func TestTrapEnd(t *testing.T) {
	cases := map[string]func(d *deployment, cfg Config) (Config, <-chan struct{}){
		"it was committed": func(d *deployment, cfg Config) (Config, <-chan struct{}) { return cfg, d.doubt(2) },
		"it was not": func(d *deployment, cfg Config) (Config, <-chan struct{}) {
			net := newNetwork(d.t, nth(kmsg.EndTxn, 2, killBefore))
			go func() {
				<-net.fell
				net.set(true)
			}()
			return net.through(cfg), net.fell
		},
	}
	for name, fall := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 2)
			events := replay(150, 10)
			cfg, fell := fall(d, d.config(Log))
			i := d.start(cfg)
			feed(d, events, i, func() bool { return false })
			await(t, fell)
			i.caught()
			i.stop()
			require.Equal(t, model(events, endOf(events)), d.outputs())
		})
	}
}
