package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestNotesKeepWhatTheySay(t *testing.T) {
	note := processNote{Process: "one", Asked: 2, Held: map[int32]heldNote{0: {Offset: 5}, 3: {Offset: 7, Behind: new(int64(1))}}}
	require.Equal(t, note, readProcessNote(note.encode()))
	follow := followNote{Standby: []int32{1, 2}, Moving: []int32{5}}
	require.Equal(t, follow, readFollowNote(follow.encode()))
}

// What cannot be read says nothing: other releases are cold, never an error.
func FuzzNotes(f *testing.F) {
	f.Add([]byte(`{"process":"one","held":{"0":{"offset":-5},"-1":{"offset":1},"2":{"offset":1,"behind":-1}}}`))
	f.Add([]byte("\x00\x00garbled"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		for task, h := range readProcessNote(data).Held {
			require.GreaterOrEqual(t, task, int32(0))
			require.GreaterOrEqual(t, h.Offset, int64(0))
		}
		readFollowNote(data)
	})
}

// A member of a release without notes is a process of its own that has
// nothing: it gets small tasks, and big ones stay where they are.
func TestBalanceWithMembersOfOtherReleases(t *testing.T) {
	for name, c := range map[string]struct {
		offset int64
		old    int
	}{"small state": {5, 1}, "big state": {5000, 0}} {
		t.Run(name, func(t *testing.T) {
			b := testBalancer(processNote{Process: "new", Held: map[int32]heldNote{0: {Offset: c.offset, Behind: new(int64(0))}, 1: {Offset: c.offset, Behind: new(int64(0))}}})
			member := func(id string, raw []byte) kmsg.JoinGroupResponseMember {
				return kmsg.JoinGroupResponseMember{MemberID: id, ProtocolMetadata: raw}
			}
			now := b.JoinGroupMetadata([]string{"first"}, nil, 1)
			old := kgo.CooperativeStickyBalancer().JoinGroupMetadata([]string{"first"}, nil, 1)
			mb, _, err := b.MemberBalancer([]kmsg.JoinGroupResponseMember{member("new", now), member("old", old)})
			require.NoError(t, err)
			into, err := mb.(kgo.GroupMemberBalancerOrError).BalanceOrError(map[string]int32{"first": 2})
			require.NoError(t, err)
			plan := into.(notedPlan)
			require.Len(t, plan.AsMemberIDMap()["old"]["first"], c.old)
			require.Len(t, plan.AsMemberIDMap()["new"]["first"], 2-c.old)
			require.Len(t, plan.notes["old"].Moving, 1-c.old)
		})
	}
}
