package embedded

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestIntentJournalKeepsTheLastCommit(t *testing.T) {
	dir := t.TempDir()
	_, left, err := leftIntent(dir)
	require.NoError(t, err)
	require.False(t, left, "nothing was left by a broker that was never there")
	j, err := openIntentJournal(dir, true)
	require.NoError(t, err)
	requireLeft(t, dir, nil)

	stage := func(id int64, epoch int16, at int64) {
		req := kmsg.NewPtrTxnOffsetCommitRequest()
		req.Group, req.ProducerID, req.ProducerEpoch = "readers", id, epoch
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch = 3, at, 1
		topic := kmsg.NewTxnOffsetCommitRequestTopic()
		topic.Topic, topic.TopicID, topic.Partitions = "in", [16]byte{15: 9}, append(topic.Partitions, p)
		req.Topics = append(req.Topics, topic)
		require.NoError(t, j.observe(req))
	}
	end := func(id int64, epoch int16, commit bool, version int16) {
		req := kmsg.NewPtrEndTxnRequest()
		req.ProducerID, req.ProducerEpoch, req.Commit, req.Version = id, epoch, commit, version
		require.NoError(t, j.observe(req))
	}
	want := func(id int64, epoch int16, at int64) *commitIntent {
		return &commitIntent{Producer: producerEpoch{id, epoch}, Offsets: []stagedOffset{
			{Group: "readers", Topic: "in", TopicID: [16]byte{15: 9}, Partition: 3, At: at, LeaderEpoch: 1},
		}}
	}

	stage(1, 0, 10)
	requireLeft(t, dir, nil) // staged is not committed
	end(1, 0, true, 5)
	requireLeft(t, dir, want(1, 0, 10))
	stage(1, 1, 20)
	end(1, 1, false, 5) // an abort leaves the commit before, which is done
	requireLeft(t, dir, want(1, 0, 10))
	stage(2, 7, 30)
	end(2, 7, true, intentVersion-1) // its epoch does not name it
	requireLeft(t, dir, want(1, 0, 10))
	end(1, 2, true, 5) // shorter than the one before, and without offsets
	requireLeft(t, dir, &commitIntent{Producer: producerEpoch{1, 2}})
	require.Empty(t, j.staged, "nothing is kept of what has ended")

	require.NoError(t, j.remove())
	_, left, err = leftIntent(dir)
	require.NoError(t, err)
	require.False(t, left)
}

func requireLeft(t *testing.T, dir string, want *commitIntent) {
	t.Helper()
	got, left, err := leftIntent(dir)
	require.NoError(t, err)
	require.True(t, left)
	require.Equal(t, want, got)
}

// TestTornIntentIsNone cuts and bends an intent in each place.
func TestTornIntentIsNone(t *testing.T) {
	intent := commitIntent{Producer: producerEpoch{1, 2}, Offsets: []stagedOffset{{Group: "g", Topic: "t", At: 3}}}
	frame, err := encodeIntent(intent)
	require.NoError(t, err)
	require.Equal(t, &intent, decodeIntent(frame))
	require.Equal(t, &intent, decodeIntent(append(frame, "the rest of a longer one"...)))
	for i := range frame {
		require.Nil(t, decodeIntent(frame[:i]), "cut at %d", i)
		bent := append([]byte(nil), frame...)
		bent[i] ^= 1
		require.Nil(t, decodeIntent(bent), "bent at %d", i)
	}
}

func FuzzDecodeIntent(f *testing.F) {
	frame, err := encodeIntent(commitIntent{Producer: producerEpoch{1, 2}})
	require.NoError(f, err)
	f.Add(frame)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, frame []byte) {
		intent := decodeIntent(frame)
		if intent == nil {
			return
		}
		again, err := encodeIntent(*intent)
		require.NoError(t, err)
		require.Equal(t, intent, decodeIntent(again))
	})
}

func TestAnUnreadableJournalIsAnError(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, intentName), 0o700))
	_, _, err := leftIntent(dir)
	require.ErrorContains(t, err, "reading the journal of commits")
}
