package stream

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// balancer assigns whole tasks: partition i of every input goes to one member
// (rule E6). It is cooperative and sticky: a member keeps what it has, up to
// an even share. Member metadata is that of the cooperative sticky balancer.
//
// It also remembers this member's newest assignment. The session's callbacks
// may be swallowed by the client when two rebalances follow each other
// closely; the assignment never is.
type balancer struct {
	kgo.GroupBalancer
	assigned *atomic.Pointer[map[int32]bool]
	synced   func(take func()) // called when an assignment has come, must call take
}

func newBalancer(synced func(take func())) balancer {
	return balancer{kgo.CooperativeStickyBalancer(), new(atomic.Pointer[map[int32]bool]), synced}
}

// ProtocolName implements kgo.GroupBalancer.
func (balancer) ProtocolName() string { return "waybill-tasks" }

// MemberBalancer implements kgo.GroupBalancer.
func (b balancer) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	cb, err := kgo.NewConsumerBalancer(b, members)
	return cb, cb.MemberTopics(), err
}

// ParseSyncAssignment implements kgo.GroupBalancer.
func (b balancer) ParseSyncAssignment(assignment []byte) (map[string][]int32, error) {
	topics, err := kgo.ParseConsumerSyncAssignment(assignment)
	if err != nil {
		return nil, err
	}
	tasks := map[int32]bool{}
	for _, partitions := range topics {
		for _, p := range partitions {
			tasks[p] = true
		}
	}
	b.synced(func() { b.assigned.Store(&tasks) })
	return topics, nil
}

// owns tells whether a task is part of the newest assignment.
func (b balancer) owns(partition int32) bool {
	tasks := b.assigned.Load()
	return tasks != nil && (*tasks)[partition]
}

// Balance implements kgo.ConsumerBalancerBalance.
func (b balancer) Balance(cb *kgo.ConsumerBalancer, topics map[string]int32) kgo.IntoSyncAssignment {
	tasks := int32(0)
	for _, partitions := range topics {
		tasks = max(tasks, partitions)
	}
	var owned []claim
	cb.EachMember(func(_ *kmsg.JoinGroupResponseMember, meta *kmsg.ConsumerMemberMetadata) {
		c := claim{generation: meta.Generation, tasks: map[int32]bool{}}
		for _, topic := range meta.OwnedPartitions {
			for _, p := range topic.Partitions {
				c.tasks[p] = true
			}
		}
		owned = append(owned, c)
	})
	plan := cb.NewPlan()
	for m, mine := range share(tasks, owned) {
		member, _ := cb.MemberAt(m)
		for topic, partitions := range topics {
			kept := slices.DeleteFunc(slices.Clone(mine), func(p int32) bool { return p >= partitions })
			plan.AddPartitions(member, topic, kept)
		}
	}
	plan.AdjustCooperative(cb)
	return plan
}

// claim is what a member says it owns, and as of which generation of the
// group: of two members that claim the same task, the later one is right.
type claim struct {
	generation int32
	tasks      map[int32]bool
}

// share deals tasks out to members, by index: each to exactly one, numbers
// within one of each other, and moving as few as that allows.
func share(tasks int32, members []claim) [][]int32 {
	shares := make([][]int32, len(members))
	if len(members) == 0 {
		return shares
	}
	owner := make(map[int32]int, tasks)
	for m, c := range members {
		for p := range c.tasks {
			if at, taken := owner[p]; p < tasks && (!taken || c.generation > members[at].generation) {
				owner[p] = m
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(owner)) {
		shares[owner[p]] = append(shares[owner[p]], p)
	}
	quota, extra := int(tasks)/len(members), int(tasks)%len(members)
	// Those who have most keep the shares that are larger by one.
	order := make([]int, len(members))
	for m := range order {
		order[m] = m
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(shares[b]) - len(shares[a]) })
	limit := make([]int, len(members))
	for rank, m := range order {
		limit[m] = quota
		if rank < extra {
			limit[m]++
		}
	}
	var free []int32
	for p := range tasks {
		m, taken := owner[p]
		if !taken {
			free = append(free, p)
		} else if i := slices.Index(shares[m], p); i >= limit[m] {
			free = append(free, p)
		}
	}
	for m := range shares {
		shares[m] = shares[m][:min(len(shares[m]), limit[m])]
		take := min(len(free), limit[m]-len(shares[m]))
		shares[m] = append(shares[m], free[:take]...)
		free = free[take:]
		slices.Sort(shares[m])
	}
	return shares
}
