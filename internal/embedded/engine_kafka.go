package embedded

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// offsetRetention is how long a group's offsets outlive its last commit. Kafka's
// own seven days would make a laptop that was shut for a holiday read its topics
// from the start again; no input topic is kept as long as this.
const offsetRetention = 400 * 24 * time.Hour

// kafkaServer is Kafka with a data directory, as the child runs it.
type kafkaServer struct {
	dataDir string
	port    int // 0: a free one
	fsync   bool
}

func (s *kafkaServer) flags(set *flag.FlagSet) {
	set.StringVar(&s.dataDir, "data", "", "")
	set.IntVar(&s.port, "port", 0, "")
	set.BoolVar(&s.fsync, "fsync", false, "")
}

// args returns the arguments that flags reads.
func (s *kafkaServer) args() []string {
	return []string{
		kafkaEngine, "-data", s.dataDir, "-port", strconv.Itoa(s.port),
		"-fsync=" + strconv.FormatBool(s.fsync),
	}
}

// serve says the address as the one line of standard output. When its parent is
// gone it finishes what it has in hand and writes everything to the disk.
func (s *kafkaServer) serve(ctx context.Context) error {
	lock, err := lockDir(ctx, s.dataDir, os.Stderr)
	if err != nil {
		return err
	}
	defer lock.release()
	_, left, err := leftIntent(s.dataDir)
	if err != nil {
		return err
	}
	if left {
		fmt.Fprintln(os.Stderr, "the broker before was ended by force: ending its open transactions")
		if err := mendInChild(ctx, s.dataDir); err != nil {
			return err
		}
	}
	return s.open(ctx)
}

// open runs the broker on a directory that is locked and in order.
func (s *kafkaServer) open(ctx context.Context) error {
	opts := append(kafkaSettings(s.port),
		kfake.DataDir(s.dataDir), kfake.WithLogger(kafkaLog{os.Stderr}))
	if s.fsync {
		opts = append(opts, kfake.SyncWrites())
	}
	journal, err := openIntentJournal(s.dataDir, s.fsync)
	if err != nil {
		return err
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		return errors.Join(err, journal.remove())
	}
	journal.watch(cluster)
	keepAborts(cluster)
	if _, err := fmt.Println(cluster.ListenAddrs()[0]); err != nil {
		return fmt.Errorf("saying the address: %w", err)
	}
	<-ctx.Done()
	// The parent is gone, and ctx with it: what is left has the time that
	// whileParentLives gives.
	return closeInOrder(context.WithoutCancel(ctx), cluster, journal)
}

// closeInOrder leaves a directory that needs no mending.
func closeInOrder(ctx context.Context, cluster *kfake.Cluster, journal *intentJournal) error {
	if err := settle(ctx, cluster); err != nil {
		return fmt.Errorf("ending open transactions (the next start will): %w", err)
	}
	cluster.Close()
	return journal.remove()
}

// kafkaSettings makes kfake one node that loses nothing by the way: it applies
// its default retention to compacted topics too, so the default is none.
func kafkaSettings(port int) []kfake.Opt {
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("waybill-embedded"),
		kfake.BrokerConfigs(map[string]string{
			"log.retention.ms":          "-1",
			"offsets.retention.minutes": strconv.Itoa(int(offsetRetention.Minutes())),
		}),
	}
	if port != 0 {
		opts = append(opts, kfake.Ports(port))
	}
	return opts
}

// kafkaLog writes the broker's warnings and errors, a line each.
type kafkaLog struct{ to io.Writer }

// Logf implements kfake.Logger.
func (l kafkaLog) Logf(level kfake.LogLevel, format string, args ...any) {
	// A commit of a few milliseconds is no news: with fsync each takes as long.
	if level == kfake.LogLevelNone || level > kfake.LogLevelWarn || strings.HasPrefix(format, "txn: EndTxn slow") {
		return
	}
	_, _ = fmt.Fprintf(l.to, format+"\n", args...)
}
