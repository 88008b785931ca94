package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The trap: a record that the broker did not take does not keep the rest of
// its transaction from being committed.
func TestTrapWriteClient(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	if d.fake == nil {
		t.Skip("needs a broker that can be made to fail: WAYBILL_TEST_KAFKA names a real one")
	}
	d.produce(&kgo.Record{Topic: "first", Value: []byte("x")})
	d.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: d.prefix + "out", Err: kerr.InvalidRecord, Count: 1})
	member := d.bare("m")
	require.Equal(t, "x", first(t, member.PollRecords(d.ctx(), 1)))
	require.NoError(t, member.Begin())
	require.ErrorIs(t, member.ProduceSync(d.ctx(), &kgo.Record{Topic: d.prefix + "out", Value: []byte("lost")}).FirstErr(), kerr.InvalidRecord)
	require.NoError(t, member.ProduceSync(d.ctx(), &kgo.Record{Topic: d.prefix + "state", Key: []byte("k"), Value: []byte("kept")}).FirstErr())
	committed, err := member.End(d.ctx(), kgo.TryCommit)
	require.NoError(t, err)
	require.True(t, committed)
	require.EqualValues(t, 1, d.offset(d.prefix+"g", "first"), "the input counts as handled")
	require.Len(t, d.read("state"), 1)
	require.Empty(t, d.read("out"), "the output is lost")
}

// Rule E4: a record that was not written, an output or a changelog record,
// forbids the commit. It watches over failure in commit.
func TestTrapWrite(t *testing.T) {
	for topic, answer := range map[string]*kerr.Error{"out": kerr.InvalidRecord, "state": kerr.PolicyViolation} {
		t.Run(topic, func(t *testing.T) {
			t.Parallel()
			replayRefused(t, func(d *deployment) kfake.Fault {
				return kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: d.prefix + topic, Err: answer}
			})
		})
	}
}
