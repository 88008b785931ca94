package embedded

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var errClosing = errors.New("the broker is closing")

// settle aborts the transactions that are open, so that the broker closes with
// none: of one that is carried over a restart, kfake forgets partitions. From
// then on nothing is written.
func settle(ctx context.Context, cluster *kfake.Cluster) error {
	for _, key := range []kmsg.Key{kmsg.Produce, kmsg.AddPartitionsToTxn, kmsg.AddOffsetsToTxn, kmsg.TxnOffsetCommit, kmsg.EndTxn} {
		cluster.ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
			cluster.KeepControl()
			return nil, errClosing, true
		})
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DisableClientMetrics())
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	open, err := kadm.NewClient(client).ListTransactions(ctx, nil, []string{"Ongoing"})
	if err != nil {
		return fmt.Errorf("listing open transactions: %w", err)
	}
	for _, id := range open.TransactionalIDs() {
		if err := initProducer(ctx, client, id); err != nil {
			return err
		}
	}
	return nil
}

// initProducer begins a producer anew: its open transaction is aborted, and who
// goes on with its old epoch is fenced.
func initProducer(ctx context.Context, client *kgo.Client, transactionalID string) error {
	req := kmsg.NewPtrInitProducerIDRequest()
	req.TransactionalID = &transactionalID
	req.TransactionTimeoutMillis = 60_000 // until the producer says its own
	resp, err := req.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("beginning producer %q anew: %w", transactionalID, err)
	}
	return nil
}
