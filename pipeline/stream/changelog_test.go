package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/pipeline/stream/store"
)

// testChangelog is one whose tombstones are kept for ten hours.
func testChangelog(t *testing.T, now time.Time) *changelog {
	l := &changelog{cfg: &Config{now: func() time.Time { return now }, Logger: testLogger(t), StateRefresh: time.Hour}, id: [16]byte{1}}
	l.keep(10 * time.Hour)
	return l
}

// A mark that a wrong clock has made is of no known age, and is not trusted.
func TestMarksHaveAnAge(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := testChangelog(t, now)
	for what, c := range map[string]struct {
		at             time.Duration
		stale, expired bool
	}{
		"new":                    {0, false, false},
		"due for renewal":        {-time.Hour, true, false},
		"too old":                {-10 * time.Hour, true, true},
		"of a clock a bit ahead": {clockSkew, false, false},
		"from the future":        {clockSkew + time.Second, true, true},
	} {
		mark := store.Mark{TopicID: l.id, Offset: 5, At: now.Add(c.at)}
		require.Equal(t, c.stale, l.stale(mark, now), what)
		require.Equal(t, c.expired, l.expired(mark), what)
		require.Equal(t, c.expired, l.misfit(mark, 0, 10) != "", what)
	}
}

// A store that is begun anew says so at once, although an empty log brings
// nothing that would be written to it.
func TestStoreOfAnEmptyLogHasItsMark(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := testChangelog(t, now)
	db := store.NewMemoryDatabase()
	s, err := db.Open(t.Context(), 3)
	require.NoError(t, err)
	mark, err := l.fit(3, s, 7, 7)
	require.NoError(t, err)
	require.Equal(t, store.Mark{TopicID: l.id, Offset: 7, At: now}, mark)
	require.NoError(t, s.Close())
	require.Equal(t, mark, db.Held()[3])
}

// The setting that the age of stores goes by may be changed while a process
// runs; while it cannot be read, what was known stands.
func TestRetentionIsLearntAgain(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	r := d.prepared(d.config(Live))
	require.Equal(t, defaultTombstones*9/10, r.log.lifetime())
	set := kadm.AlterConfig{Op: kadm.SetConfig, Name: "delete.retention.ms", Value: new("3600000")}
	_, err := kadm.NewClient(d.client).AlterTopicConfigs(d.ctx(), []kadm.AlterConfig{set}, d.prefix+"state")
	require.NoError(t, err)
	eventually(t, func() bool {
		r.learn(d.ctx())
		return r.log.lifetime() == 54*time.Minute
	}, "the new setting is known")
	d.remove("state")
	require.NoError(t, r.log.learn(d.ctx(), d.client))
	require.Equal(t, 54*time.Minute, r.log.lifetime())
}
