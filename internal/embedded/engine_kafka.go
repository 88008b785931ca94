package embedded

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
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
	lock, err := lockDir(ctx, s.dataDir)
	if err != nil {
		return err
	}
	defer lock.release()
	opts := append(kafkaSettings(s.port),
		kfake.DataDir(s.dataDir), kfake.WithLogger(kfake.BasicLogger(os.Stderr, kfake.LogLevelWarn)))
	if s.fsync {
		opts = append(opts, kfake.SyncWrites())
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		return err
	}
	defer cluster.Close()
	if _, err := fmt.Println(cluster.ListenAddrs()[0]); err != nil {
		return fmt.Errorf("saying the address: %w", err)
	}
	<-ctx.Done()
	return nil
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
