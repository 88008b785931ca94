package stream

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// Rule E6: each task to exactly one member, numbers within one of each other,
// and a task moves only when its owner has more than its share.
func TestShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tasks := rapid.Int32Range(0, 40).Draw(t, "tasks")
		members := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) claim {
			c := claim{generation: rapid.Int32Range(0, 3).Draw(t, "generation"), tasks: map[int32]bool{}}
			for _, p := range rapid.SliceOf(rapid.Int32Range(0, 45)).Draw(t, "owned") {
				c.tasks[p] = true
			}
			return c
		}), 1, 9).Draw(t, "members")
		shares := share(tasks, members)

		var all []int32
		for m, mine := range shares {
			all = append(all, mine...)
			require.GreaterOrEqual(t, len(mine), int(tasks)/len(members))
			require.LessOrEqual(t, len(mine), (int(tasks)+len(members)-1)/len(members))
			require.True(t, slices.IsSorted(mine))
			if given := without(mine, members[m].tasks); len(given) > 0 {
				// Who is given something new has kept all that was its own.
				for p := range members[m].tasks {
					if p < tasks && soleOwner(p, m, members) {
						require.Contains(t, mine, p)
					}
				}
			}
		}
		slices.Sort(all)
		for p := range tasks {
			require.Equal(t, p, all[p], "each task once")
		}
		require.Len(t, all, int(tasks))
	})
}

func without(tasks []int32, owned map[int32]bool) []int32 {
	return slices.DeleteFunc(slices.Clone(tasks), func(p int32) bool { return owned[p] })
}

func soleOwner(p int32, member int, members []claim) bool {
	for m, c := range members {
		if m != member && c.tasks[p] {
			return false
		}
	}
	return members[member].tasks[p]
}

// Partition i of every input goes to the same member, and what moves is first
// taken away and only then, in another round, given.
func TestBalanceKeepsInputsTogether(t *testing.T) {
	b := newBalancer(nil)
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
		return into.(*kgo.BalancePlan).AsMemberIDMap()
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
