package stream

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The Kafka client alone would do the wrong thing in some places (rules E1 and
// E4). Each has a file trap_*_test.go with two tests: TestTrap…Client shows
// what the client does, so that we learn of it should that change; TestTrap…
// puts the runtime into the same trouble, and fails without our guard, which
// its comment names.
//
//	fence   a transaction of timers alone is not checked against the group
//	write   a record that was not written does not keep from committing
//	polled  what was polled is committed, handled or not
//	end     an end that is not confirmed, repeated or taken for an abort
//	flag    a revocation makes the next transaction fail

// bare is a group member as the client alone has it.
func (d *deployment) bare(name string, opts ...kgo.Opt) *kgo.GroupTransactSession {
	d.t.Helper()
	ctx, end := context.WithCancel(context.Background())
	member, err := kgo.NewGroupTransactSession(append([]kgo.Opt{
		kgo.WithContext(ctx), kgo.SeedBrokers(d.brokers...), kgo.ConsumerGroup(d.prefix + "g"),
		kgo.InstanceID(name), kgo.TransactionalID(d.prefix + name), kgo.ConsumeTopics(d.prefix + "first"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.Balancers(kgo.CooperativeStickyBalancer()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.SessionTimeout(30 * time.Second), kgo.HeartbeatInterval(10 * time.Second),
	}, opts...)...)
	require.NoError(d.t, err)
	d.t.Cleanup(func() {
		end() // or it waits for the group
		member.Close()
	})
	return member
}

// offset returns what a group has committed for partition 0 of a topic, once it
// has. A broker that is asked for all offsets of a group leaves one out that is
// the first of its partition, until its transaction has ended there too.
func (d *deployment) offset(group, topic string) (at int64) {
	d.t.Helper()
	eventually(d.t, func() bool {
		offsets, err := kadm.NewClient(d.client).FetchOffsets(kadm.RequireStable(d.ctx()), group)
		found, ok := offsets.Lookup(d.prefix+topic, 0)
		at = found.At
		return err == nil && ok && found.Err == nil
	}, "the group has an offset")
	return at
}

// first is a poll's first record.
func first(t *testing.T, fetches kgo.Fetches) string {
	t.Helper()
	require.NoError(t, fetches.Err())
	records := fetches.Records()
	require.NotEmpty(t, records)
	return string(records[0].Value)
}
