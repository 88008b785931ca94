package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
)

// source is the side of Kafka.
type source interface {
	// poll waits for records until ctx ends. From then on no partition is taken
	// away until allowRebalance.
	poll(ctx context.Context, limit int) kgo.Fetches
	commit(ctx context.Context, next map[string]map[int32]kgo.EpochOffset) error
	// bury writes records to the dead letters and waits until they are there.
	bury(ctx context.Context, refused []refusal) error
	// allowRebalance lets partitions be taken away; lost is told of each.
	allowRebalance()
	// blockRebalance ends what allowRebalance began, after a rebalance that is
	// under way.
	blockRebalance()
	close()
}

// closeTimeout is how long the client may take to leave the group in good order.
// In the middle of a join it would wait for the other members, for minutes.
const closeTimeout = time.Second

// maxFetchBytes bounds one answer of a broker, in bytes as they were sent.
const maxFetchBytes = 8 << 20

type kafkaSource struct {
	client *kgo.Client
	// kill ends whatever the client is waiting for.
	kill   context.CancelFunc
	prefix string

	mu sync.Mutex
	// member is the id under which the group gave partitions last.
	member string
	// owned are the partitions that this member has now.
	owned map[string]map[int32]bool
}

// openSource joins the group. lost is told of partitions that were taken away,
// while rebalancing is allowed.
func openSource(cfg *Config, lost func(map[string][]int32)) (*kafkaSource, error) {
	topics := make([]string, 0, len(Topics()))
	for _, topic := range Topics() {
		topics = append(topics, cfg.Prefix+topic)
	}
	s := &kafkaSource{prefix: cfg.Prefix, owned: make(map[string]map[int32]bool)}
	onLost := func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
		s.own(partitions, false)
		lost(partitions)
	}
	ctx, kill := context.WithCancel(context.Background())
	client, err := kgo.NewClient(append(slices.Clone(cfg.Kafka),
		kgo.WithContext(ctx),
		kgo.ConsumerGroup(cfg.Group),
		kgo.ConsumeTopics(topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // their offsets are committed too, so that the lag can reach 0
		// What the client keeps beside the batch in hand is several times as much when
		// it is unpacked: of its own 50 MB it could be more than the batch itself.
		kgo.FetchMaxBytes(maxFetchBytes),
		// A partition that is added while a fetch waits is read only after it.
		kgo.FetchMaxWait(500*time.Millisecond),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(func(_ context.Context, client *kgo.Client, partitions map[string][]int32) {
			s.joined(client)
			s.own(partitions, true)
		}),
		kgo.OnPartitionsRevoked(onLost),
		kgo.OnPartitionsLost(onLost),
		kgo.ProducerBatchMaxBytes(schemas.MaxDeadLetterBytes),
	)...)
	if err != nil {
		kill()
		return nil, fmt.Errorf("setting up the Kafka client of the ClickHouse sink: %w", err)
	}
	s.client, s.kill = client, kill
	return s, nil
}

func (s *kafkaSource) own(partitions map[string][]int32, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for topic, numbers := range partitions {
		if s.owned[topic] == nil {
			s.owned[topic] = make(map[int32]bool)
		}
		for _, partition := range numbers {
			s.owned[topic][partition] = now
		}
	}
}

func (s *kafkaSource) joined(client *kgo.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.member, _ = client.GroupMetadata()
}

// ours refuses a commit of another member than the one that was given the
// partitions. A member that the group has given up comes back under a new id,
// and is told only later what it has lost: until then it would set back what the
// present owners have committed.
func (s *kafkaSource) ours(commit *kmsg.OffsetCommitRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.member != "" && commit.MemberID != s.member {
		return errors.New("the group had given up this member, which now finds out what it has lost")
	}
	return nil
}

func (s *kafkaSource) owns(topic string, partition int32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owned[topic][partition]
}

func (s *kafkaSource) poll(ctx context.Context, limit int) kgo.Fetches {
	return s.client.PollRecords(ctx, limit)
}

func (s *kafkaSource) allowRebalance() { s.client.AllowRebalance() }

// blockRebalance polls with a context that has ended: the client then waits for
// a rebalance under way, gives nothing, and blocks the next one.
func (s *kafkaSource) blockRebalance() {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	s.client.PollRecords(ended, 1)
}

// close leaves the group. A member that could not leave in time is missed by the
// group when its session times out.
func (s *kafkaSource) close() {
	impatient := time.AfterFunc(closeTimeout, s.kill)
	s.client.CloseAllowingRebalance()
	impatient.Stop()
	s.kill()
}

func (s *kafkaSource) commit(ctx context.Context, next map[string]map[int32]kgo.EpochOffset) error {
	var failed error
	s.client.CommitOffsetsSync(kgo.PreCommitFnContext(ctx, s.ours), next, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, answer *kmsg.OffsetCommitResponse, err error) {
		if failed = err; err != nil {
			return
		}
		for _, topic := range answer.Topics {
			for _, partition := range topic.Partitions {
				if err := kerr.ErrorForCode(partition.ErrorCode); err != nil {
					failed = fmt.Errorf("%s/%d: %w", topic.Topic, partition.Partition, err)
				}
			}
		}
	})
	if failed != nil {
		return fmt.Errorf("committing offsets: %w", failed)
	}
	return nil
}
