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

// settle makes a broker ready to close: it takes no more writes, has finished
// those it took, and has no transaction open.
//
// kfake may close in the middle of a request that is watched, as those of the
// journal are, and carry the request out after it has written its state down: a
// commit would then be on the log and not in the state. And a transaction that
// stays open holds readers back until its producer returns or its time is up.
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
	// The broker answers this after all that it took before.
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
