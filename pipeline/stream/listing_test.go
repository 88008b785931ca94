package stream

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/store"
)

// unlisted makes one partition of a topic one that cannot be listed until it is
// healed.
func (d *deployment) unlisted(topic string, partition int32) (heal func()) {
	d.t.Helper()
	if d.fake == nil {
		d.t.Skip("needs a broker that can be made to fail: WAYBILL_TEST_KAFKA names a real one")
	}
	var healed atomic.Bool
	d.fake.ControlKey(int16(kmsg.ListOffsets), func(kreq kmsg.Request) (kmsg.Response, error, bool) {
		d.fake.KeepControl()
		req := kreq.(*kmsg.ListOffsetsRequest)
		resp, hit := req.ResponseKind().(*kmsg.ListOffsetsResponse), false
		for _, asked := range req.Topics {
			answer := kmsg.NewListOffsetsResponseTopic()
			answer.Topic = asked.Topic
			for _, p := range asked.Partitions {
				one := kmsg.NewListOffsetsResponseTopicPartition()
				one.Partition, one.Offset = p.Partition, 0
				if asked.Topic == d.prefix+topic && p.Partition == partition {
					one.ErrorCode, hit = kerr.OffsetNotAvailable.Code, true
				}
				answer.Partitions = append(answer.Partitions, one)
			}
			resp.Topics = append(resp.Topics, answer)
		}
		return resp, nil, hit && !healed.Load()
	})
	return func() { healed.Store(true) }
}

// A partition that cannot be listed holds up its own task and no other.
func TestRestoreNeedsItsOwnPartitionsOnly(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	r := d.prepared(d.config(Live))
	d.unlisted("second", 1)
	_, err := r.restorer.restore(d.ctx(), 0, memoryStore(t), nil)
	require.NoError(t, err)
	client := <-r.restorer.clients
	_, err = r.restorer.bounds(d.ctx(), client, 1)
	r.restorer.clients <- client
	require.ErrorIs(t, err, kerr.OffsetNotAvailable)
}

// A partition of the changelog that cannot be listed is left out by those who
// follow it; it alone is tried again.
func TestFollowersLeaveOutWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	var clock wallClock
	cfg := d.config(Live)
	cfg.State, cfg.now = store.NewMemoryDatabase(), clock.now
	r := d.prepared(cfg)
	heal := d.unlisted("state", 1)
	f := &followers{standbys: r.standbys, stores: map[int32]*follower{}}
	r.standbys.told("worker", followNote{Standby: []int32{0, 1}})
	round := func(want map[int32]int64) {
		t.Helper()
		require.NoError(t, f.round(d.ctx()))
		require.Equal(t, want, r.board.followed())
	}
	round(map[int32]int64{0: 0})
	reader := f.reader
	round(map[int32]int64{0: 0})
	require.Same(t, reader, f.reader, "not tried again at once")
	heal()
	clock.advance(2 * followAgain)
	eventually(t, func() bool { return f.round(d.ctx()) == nil && len(r.board.followed()) == 2 }, "it is followed again")
	require.NoError(t, f.keep(nil, nil))
}
