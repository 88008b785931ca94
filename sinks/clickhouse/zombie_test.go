package clickhouse

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// heldStore makes its first insert only when it is let go, as a process does
// that is stopped in the middle.
type heldStore struct {
	store
	once           sync.Once
	reached, letGo chan struct{}
}

func (s *heldStore) insert(ctx context.Context, b block, from, until int) error {
	s.once.Do(func() {
		close(s.reached)
		<-s.letGo
	})
	return s.store.insert(ctx, b, from, until)
}

// commitErrors tells what came of commits.
type commitErrors struct {
	source
	mu     sync.Mutex
	failed []error
}

func (c *commitErrors) commit(ctx context.Context, next map[string]map[int32]kgo.EpochOffset) error {
	err := c.source.commit(ctx, next)
	if err != nil {
		c.mu.Lock()
		c.failed = append(c.failed, err)
		c.mu.Unlock()
	}
	return err
}

// A member is held up in an insert for so long that its group gives it up. The
// next owner settles all there is, with newer versions. Then the first writes its
// old rows and wants to commit: the commit is refused, and nothing has changed.
func TestZombie(t *testing.T) {
	bed := newTestBed(t, 2)
	history := historyOf(3)
	bed.say(history[:len(history)/2])
	cfg := bed.cfg
	cfg.Kafka = append(slices.Clone(cfg.Kafka), kgo.RebalanceTimeout(2*time.Second), kgo.SessionTimeout(childSession))
	zombie, err := New(cfg)
	require.NoError(t, err)
	kafka, err := openSource(&zombie.cfg, zombie.lost)
	require.NoError(t, err)
	server, err := openStore(zombie.cfg.ClickHouse)
	require.NoError(t, err)
	held := &heldStore{store: server, reached: make(chan struct{}), letGo: make(chan struct{})}
	commits := &commitErrors{source: kafka}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- zombie.loop(ctx, commits, held) }()
	<-held.reached

	stop := bed.start(cfg) // the next owner
	bed.say(history[len(history)/2:])
	bed.caughtUp()
	bed.requireOneEffect("while the zombie sleeps")
	close(held.letGo)
	bed.eventually(func() bool {
		commits.mu.Lock()
		defer commits.mu.Unlock()
		return len(commits.failed) > 0
	})
	bed.caughtUp()
	cancel()
	require.NoError(t, <-ended)
	kafka.close()
	require.NoError(t, server.close())
	stop()
	bed.caughtUp()
	bed.requireOneEffect("after the zombie wrote")
}

// Members come and go while records flow, so that partitions move to and fro
// with inserts under way.
func TestMembersComeAndGo(t *testing.T) {
	bed := newTestBed(t, 6)
	bed.cfg.FlushRows = 5
	history := historyOf(4)
	const rounds = 6
	var stops []func()
	for round := range rounds {
		if len(stops) == 3 {
			stops[0]()
			stops = stops[1:]
		}
		stops = append(stops, bed.start(bed.cfg))
		least := bed.rowsWritten()
		bed.say(history[len(history)*round/rounds : len(history)*(round+1)/rounds])
		bed.eventually(func() bool { return bed.rowsWritten() > least })
	}
	bed.caughtUp()
	for _, stop := range stops {
		stop()
	}
	bed.requireOneEffect("after members came and went")
}
