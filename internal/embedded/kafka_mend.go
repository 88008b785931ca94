package embedded

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// kafkaMender ends the transactions that a broker left open when it was ended by
// force. kfake takes such a transaction for aborted but writes no marker of it.
// Readers then drop what the same producer commits next, and the time after,
// when there is a marker of that, take the aborted for committed.
//
// It works on a broker like any client and then ends without closing it, since
// closing would write down what the broker took the transactions for. The broker
// that opens the directory next reads the markers.
type kafkaMender struct{ dataDir string }

func (m *kafkaMender) flags(set *flag.FlagSet) { set.StringVar(&m.dataDir, "data", "", "") }

// mendInChild mends a directory whose lock this process holds.
func mendInChild(ctx context.Context, dir string) error {
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program's own file: %w", err)
	}
	command := exec.CommandContext(ctx, exe, EngineCommand, menderEngine, "-data", dir)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return fmt.Errorf("making the mender's standard input: %w", err)
	}
	defer func() { _ = stdin.Close() }()
	if err := command.Run(); err != nil {
		return fmt.Errorf("mending transactions of %s: %w", dir, err)
	}
	return nil
}

func (m *kafkaMender) serve(ctx context.Context) error {
	intent, left, err := leftIntent(m.dataDir)
	if err != nil || !left {
		return err
	}
	cluster, err := kfake.NewCluster(append(kafkaSettings(0), kfake.DataDir(m.dataDir))...)
	if err != nil {
		return fmt.Errorf("opening the data directory: %w", err)
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DisableClientMetrics(),
		kgo.KeepControlRecords(), kgo.FetchIsolationLevel(kgo.ReadUncommitted()),
	)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	return mend(ctx, client, intent)
}

// mend commits the transaction that was being committed and aborts the others.
func mend(ctx context.Context, client *kgo.Client, intent *commitIntent) error {
	admin := kadm.NewClient(client)
	var committing producerEpoch
	if intent != nil {
		committing = intent.Producer
	}
	found, err := findOpenTransactions(ctx, client, committing)
	if err != nil {
		return fmt.Errorf("looking for open transactions: %w", err)
	}
	commit := found.marked
	for producer, topics := range found.transactions() {
		fate := kadm.TxnMarkers{
			ProducerID: producer.ID, ProducerEpoch: producer.Epoch, Topics: topics,
			Commit: intent != nil && producer == committing,
		}
		commit = commit || fate.Commit
		if err := writeMarkers(ctx, admin, fate); err != nil {
			return fmt.Errorf("ending the transaction of producer %d, epoch %d: %w", producer.ID, producer.Epoch, err)
		}
	}
	if commit && intent != nil {
		if err := commitOffsets(ctx, admin, intent.Offsets); err != nil {
			return fmt.Errorf("committing the offsets of a transaction: %w", err)
		}
	}
	return fenceProducers(ctx, client)
}

func writeMarkers(ctx context.Context, admin *kadm.Client, markers kadm.TxnMarkers) error {
	responses, err := admin.WriteTxnMarkers(ctx, markers)
	if err != nil {
		return err
	}
	responses.EachPartition(func(p kadm.TxnMarkersPartitionResponse) { err = errors.Join(err, p.Err) })
	return err
}

// commitOffsets moves groups on to the offsets of a transaction, and none back:
// another producer may have committed later ones.
func commitOffsets(ctx context.Context, admin *kadm.Client, offsets []stagedOffset) error {
	topics, err := admin.ListTopics(ctx)
	if err != nil {
		return err
	}
	names := make(map[kadm.TopicID]string, len(topics))
	for _, t := range topics {
		names[t.ID] = t.Topic
	}
	commits := make(map[string]kadm.Offsets)
	for _, o := range offsets {
		if o.Topic == "" {
			o.Topic = names[o.TopicID]
		}
		if !topics.Has(o.Topic) {
			continue // deleted since
		}
		group := commits[o.Group]
		if group == nil {
			group = make(kadm.Offsets)
			commits[o.Group] = group
		}
		group.Add(kadm.Offset{Topic: o.Topic, Partition: o.Partition, At: o.At, LeaderEpoch: o.LeaderEpoch, Metadata: o.Metadata})
	}
	for name, group := range commits {
		now, err := admin.FetchOffsets(ctx, name)
		if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
			return err
		}
		group.KeepFunc(func(o kadm.Offset) bool {
			before, ok := now.Lookup(o.Topic, o.Partition)
			return !ok || before.At < o.At
		})
		if len(group) == 0 {
			continue
		}
		if err := admin.CommitAllOffsets(ctx, name, group); err != nil {
			return err
		}
	}
	return nil
}

// fenceProducers makes each producer that has lived through it begin anew. The
// broker has forgotten what they had in hand, and would tell one that asks to
// commit it that this was done: with the epoch as it is, or one higher, it takes
// that for a request sent twice. So each epoch goes up by two.
func fenceProducers(ctx context.Context, client *kgo.Client) error {
	producers, err := kadm.NewClient(client).ListTransactions(ctx, nil, nil)
	if err != nil {
		return fmt.Errorf("listing producers: %w", err)
	}
	for _, id := range producers.TransactionalIDs() {
		for range 2 {
			if err := initProducer(ctx, client, id); err != nil {
				return err
			}
		}
	}
	return nil
}
