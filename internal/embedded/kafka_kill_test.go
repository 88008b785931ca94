package embedded_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded"
)

const (
	relayRecords    = 4000
	relayPartitions = 6
	relayBatch      = 5
	firstKill       = 10 // transactions before a kill, at least
)

// TestKafkaIsExactlyOnceAcrossKills passes records on in transactions, over many
// partitions and with the offsets, while a kill -9 ends the program around the
// broker, or the broker itself. With the broker in the program, unmended, one
// kill in ten tore a transaction.
func TestKafkaIsExactlyOnceAcrossKills(t *testing.T) {
	tests := map[string]struct {
		kills int
		start func(t *testing.T, dir string) (addr string, kill func())
	}{
		"of the program": {10, func(t *testing.T, dir string) (string, func()) {
			v := startVictim(t, kafkaVictim, dir)
			return v.addr, v.kill
		}},
		"of the broker": {10, func(t *testing.T, dir string) (string, func()) {
			k := startKafka(t, embedded.KafkaOptions{DataDir: dir})
			return k.Addrs()[0], func() {
				_ = k.Kill()
				<-k.Done()
			}
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			addr, kill := test.start(t, dir)
			in := newTopic(t, []string{addr}, 1, nil)
			out := newTopic(t, []string{addr}, relayPartitions, nil)
			values := make([]string, relayRecords)
			for i := range values {
				values[i] = strconv.Itoa(i)
			}
			produce(t, kafkaClient(t, []string{addr}), records(in, values...)...)

			passed := 0
			for i := range test.kills {
				passed += relay(t, addr, in, out, firstKill+i, kill)
				addr, kill = test.start(t, dir)
			}
			require.Less(t, passed, relayRecords, "the kills came after the work")
			relay(t, addr, in, out, -1, nil)
			requireRelayed(t, addr, out, values)
		})
	}
}

// relay passes records on from in to each partition of out until there are no
// more, or until kill has ended the broker, which it calls while the transaction
// of that number is under way. It returns how many records it has passed on.
func relay(t *testing.T, addr, in, out string, number int, kill func()) int {
	t.Helper()
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(addr), kgo.DisableClientMetrics(), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		// A member by name takes its own place again without waiting for itself to time out.
		kgo.TransactionalID("relay"), kgo.ConsumerGroup("relay"), kgo.InstanceID("relay"),
		kgo.ConsumeTopics(in), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	require.NoError(t, err)
	defer session.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// The transaction that the one before left open holds the group's offsets
	// back until its producer begins anew.
	_, _, err = session.Client().ProducerID(ctx)
	require.NoError(t, err)
	killed := make(chan struct{})
	passed := 0
	for transaction := 0; ; transaction++ {
		if transaction == number {
			go func() {
				defer close(killed)
				kill()
				cancel()
				session.Close()
			}()
		}
		n, last, err := relayOne(ctx, session, out)
		passed += n
		if err != nil {
			require.True(t, number >= 0 && transaction >= number, "transaction %d: %v", transaction, err)
			<-killed
			return passed
		}
		if last {
			return passed
		}
	}
}

// relayOne passes a few records on in one transaction. It returns how many, and
// whether they were the last.
func relayOne(ctx context.Context, session *kgo.GroupTransactSession, out string) (int, bool, error) {
	fetches := session.PollRecords(ctx, relayBatch)
	if err := fetches.Err0(); err != nil {
		return 0, false, err
	}
	if err := session.Begin(); err != nil {
		return 0, false, err
	}
	var rs []*kgo.Record
	var last bool
	fetches.EachRecord(func(r *kgo.Record) {
		last = last || r.Offset == relayRecords-1
		for p := range int32(relayPartitions) {
			rs = append(rs, &kgo.Record{Topic: out, Partition: p, Value: r.Value})
		}
	})
	if err := session.ProduceSync(ctx, rs...).FirstErr(); err != nil {
		return 0, false, err
	}
	committed, err := session.End(ctx, kgo.TryCommit)
	if err != nil || !committed {
		return 0, false, err
	}
	return fetches.NumRecords(), last, nil
}

// requireRelayed tells that each partition holds each value once and in order.
func requireRelayed(t *testing.T, addr, out string, values []string) {
	t.Helper()
	reader := topicReader(t, []string{addr}, out)
	got := make([][]string, relayPartitions)
	for open := relayPartitions; open > 0; {
		fetches := reader.PollFetches(t.Context())
		require.NoError(t, fetches.Err0())
		fetches.EachRecord(func(r *kgo.Record) {
			got[r.Partition] = append(got[r.Partition], string(r.Value))
			if string(r.Value) == values[len(values)-1] {
				open--
			}
		})
	}
	for p := range got {
		for i, value := range got[p] {
			require.True(t, i < len(values) && value == values[i], "partition %d: %s is the %dth value", p, value, i)
		}
		require.Len(t, got[p], len(values), "partition %d", p)
	}
}
