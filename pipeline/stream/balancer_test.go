package stream

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func testBalancer(note processNote) balancer {
	return newBalancer(&Config{AcceptableLag: 10}, nil, func() processNote { return note }, nil)
}

// Partition i of every input goes to the same member, and what moves is first
// taken away and only then, in another round, given.
func TestBalanceKeepsInputsTogether(t *testing.T) {
	b := testBalancer(processNote{})
	topics := []string{"first", "second"}
	member := func(id string, owned ...int32) kmsg.JoinGroupResponseMember {
		own := map[string][]int32{}
		if len(owned) > 0 {
			own = map[string][]int32{"first": owned, "second": owned}
		}
		return kmsg.JoinGroupResponseMember{MemberID: id, ProtocolMetadata: b.JoinGroupMetadata(slices.Clone(topics), own, 1)}
	}
	plan := func(members ...kmsg.JoinGroupResponseMember) map[string]map[string][]int32 {
		mb, _, err := b.MemberBalancer(members)
		require.NoError(t, err)
		into, err := mb.(kgo.GroupMemberBalancerOrError).BalanceOrError(map[string]int32{"first": 5, "second": 5})
		require.NoError(t, err)
		return into.(notedPlan).AsMemberIDMap()
	}
	both := func(p ...int32) map[string][]int32 { return map[string][]int32{"first": p, "second": p} }

	alone := plan(member("a"))
	require.Equal(t, both(0, 1, 2, 3, 4), alone["a"])
	joined := plan(member("a", 0, 1, 2, 3, 4), member("b"))
	require.Equal(t, both(0, 1, 2), joined["a"])
	require.Empty(t, flatten(joined["b"]), "not before the owner has let go")
	moved := plan(member("a", 0, 1, 2), member("b"))
	require.Equal(t, both(0, 1, 2), moved["a"])
	require.Equal(t, both(3, 4), moved["b"])
}

func flatten(m map[string][]int32) (out []string) {
	for topic, partitions := range m {
		for _, p := range partitions {
			out = append(out, fmt.Sprint(topic, p))
		}
	}
	return out
}
