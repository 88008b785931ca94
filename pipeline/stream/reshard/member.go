package reshard

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// member is the only member of the job's group while the job is moved. Its
// balancer is one that no instance knows, so the group turns away an instance
// that starts meanwhile, and it turns us away while it has instances. A member
// that lost its place, to whoever, commits nothing. It is a static member, so that a
// second run can send it away where it was killed.
type member struct {
	cfg    *Config
	group  *kgo.GroupTransactSession
	client *kgo.Client
	asking *kadm.Client // of another client, which outlives this one
	lost   chan error
}

// sessionTimeout is how long the group waits for us after a kill.
const sessionTimeout = 10 * time.Second

// batchBytes is how large a batch may be: the largest state record that the
// runtime writes by default, and its framing.
const batchBytes = 1_000_512

// join takes the group, and the transactions that a former run left open.
func join(ctx context.Context, cfg *Config, asking *kadm.Client, transactions time.Duration) (*member, error) {
	m := &member{cfg: cfg, asking: asking, lost: make(chan error, 1)}
	var topics []string
	for _, name := range cfg.Inputs {
		topics = append(topics, cfg.Prefix+name)
	}
	var err error
	m.group, err = kgo.NewGroupTransactSession(cfg.opts(
		kgo.ConsumerGroup(cfg.group()), kgo.ConsumeTopics(topics...), kgo.Balancers(nothing{kgo.RangeBalancer()}),
		kgo.InstanceID(cfg.self()), kgo.SessionTimeout(sessionTimeout), kgo.HeartbeatInterval(sessionTimeout/5),
		kgo.TransactionalID(cfg.self()), kgo.TransactionTimeout(transactions),
		kgo.ProducerBatchMaxBytes(batchBytes), kgo.WithHooks(m),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	)...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	m.client = m.group.Client()
	ctx, cancel := context.WithTimeout(ctx, cfg.Patience+sessionTimeout)
	defer cancel()
	for generation := int32(-1); generation < 0; _, generation = m.client.GroupMetadata() {
		select {
		case err = <-m.lost:
			if errors.Is(err, kerr.InconsistentGroupProtocol) {
				err = fmt.Errorf("%w: an instance of the job runs", err)
			}
		default:
			if !pause(ctx) {
				err = context.Cause(ctx)
			}
		}
		if err != nil {
			m.leave(ctx)
			return nil, fmt.Errorf("joining group %s: %w", cfg.group(), err)
		}
	}
	if _, _, err := m.client.ProducerID(ctx); err != nil {
		m.leave(ctx)
		return nil, fmt.Errorf("taking over the transactions of %s: %w", cfg.self(), err)
	}
	return m, nil
}

// leave gives the group back, so that instances can be started at once.
func (m *member) leave(ctx context.Context) {
	m.group.Close() // a static member stays one
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sessionTimeout)
	defer cancel()
	_ = dismiss(ctx, m.cfg, m.asking) // if it fails, the group gives us up after the session timeout
}

// OnGroupManageError implements kgo.HookGroupManageError.
func (m *member) OnGroupManageError(err error) {
	select {
	case m.lost <- err:
	default:
	}
}

// succeed takes the place of a run that was killed: it ends the transaction
// that it may have left, which would hold up readers, and its membership.
func succeed(ctx context.Context, cfg *Config, client *kgo.Client) error {
	ctx, cancel := context.WithTimeout(ctx, cfg.Patience)
	defer cancel()
	if _, _, err := client.ProducerID(ctx); err != nil {
		return fmt.Errorf("taking over the transactions of %s: %w", cfg.self(), err)
	}
	return dismiss(ctx, cfg, kadm.NewClient(client))
}

// dismiss ends the membership of this tool. There may be none.
func dismiss(ctx context.Context, cfg *Config, admin *kadm.Client) error {
	_, err := admin.LeaveGroup(ctx, kadm.LeaveGroup(cfg.group()).InstanceIDs(cfg.self()))
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return fmt.Errorf("leaving group %s: %w", cfg.group(), err)
	}
	return nil
}

// commit ends the transaction with offsets, or fails and leaves it aborted.
// Once begun it is not given up: the answer is worth waiting for.
func (m *member) commit(ctx context.Context, topics []kmsg.TxnOffsetCommitRequestTopic) error {
	hook := func(req *kmsg.TxnOffsetCommitRequest) error {
		req.Topics = topics
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	done, err := m.group.End(kgo.PreTxnCommitFnContext(ctx, hook), kgo.TryCommit)
	if err != nil || !done {
		return fmt.Errorf("committing the move: it is not certain that it was done; run again, which finds out: %w", errors.Join(err, errNotCommitted))
	}
	return nil
}

var errNotCommitted = errors.New("the transaction was not confirmed")

// abort undoes what the transaction has written, so that readers of the
// changelog need not wait for its timeout.
func (m *member) abort(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sessionTimeout)
	defer cancel()
	if _, err := m.group.End(ctx, kgo.TryAbort); err != nil {
		return fmt.Errorf("aborting the transaction: %w", err)
	}
	return nil
}

// nothing is a balancer that deals out nothing: a member is there to hold the
// group, not to read.
type nothing struct{ kgo.GroupBalancer }

// ProtocolName implements kgo.GroupBalancer.
func (nothing) ProtocolName() string { return "waybill-reshard" }

// MemberBalancer implements kgo.GroupBalancer.
func (b nothing) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	cb, err := kgo.NewConsumerBalancer(b, members)
	return cb, cb.MemberTopics(), err
}

// Balance implements kgo.ConsumerBalancerBalance.
func (nothing) Balance(cb *kgo.ConsumerBalancer, _ map[string]int32) kgo.IntoSyncAssignment {
	return cb.NewPlan()
}

// longestTransaction asks how long the broker lets a transaction be open.
// Where it does not say, Kafka's default holds.
func longestTransaction(ctx context.Context, admin *kadm.Client) (time.Duration, error) {
	longest := 15 * time.Minute
	brokers, err := admin.ListBrokers(ctx)
	if err != nil || len(brokers) == 0 {
		return 0, fmt.Errorf("asking for the brokers: %w", err)
	}
	configs, err := admin.DescribeBrokerConfigs(ctx, brokers[0].NodeID)
	if err != nil {
		return longest, nil //nolint:nilerr // it may not be ours to ask
	}
	for _, config := range configs {
		for _, c := range config.Configs {
			if ms, err := strconv.ParseInt(c.MaybeValue(), 10, 32); c.Key == "transaction.max.timeout.ms" && err == nil {
				longest = time.Duration(ms) * time.Millisecond
			}
		}
	}
	return longest, nil
}
