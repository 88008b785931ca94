package stream

import (
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// balancer assigns whole tasks: partition i of every input goes to one member
// (rule E6), by the plan of deal. It is cooperative and sticky. Metadata is
// that of the cooperative sticky balancer, with notes of our own in the user
// data: what each process has of the tasks' state, and what it is to follow.
//
// It also remembers this member's newest assignment. The session's callbacks
// may be swallowed by the client when two rebalances follow each other
// closely; the assignment never is.
type balancer struct {
	kgo.GroupBalancer
	cfg      *Config
	assigned *atomic.Pointer[map[int32]bool]
	synced   func(take func())  // called when an assignment has come, must call take
	describe func() processNote // of this member and its process
	follow   func(followNote)   // called with what this process is to follow
}

func newBalancer(cfg *Config, synced func(take func()), describe func() processNote, follow func(followNote)) balancer {
	return balancer{kgo.CooperativeStickyBalancer(), cfg, new(atomic.Pointer[map[int32]bool]), synced, describe, follow}
}

// ProtocolName implements kgo.GroupBalancer.
func (balancer) ProtocolName() string { return "waybill-tasks" }

// JoinGroupMetadata implements kgo.GroupBalancer.
func (b balancer) JoinGroupMetadata(topics []string, owned map[string][]int32, generation int32) []byte {
	raw := b.GroupBalancer.JoinGroupMetadata(topics, owned, generation)
	var meta kmsg.ConsumerMemberMetadata
	if err := meta.ReadFrom(raw); err != nil {
		return raw // without a note the process counts as cold
	}
	meta.UserData = b.describe().encode()
	return meta.AppendTo(nil)
}

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
	var full kmsg.ConsumerMemberAssignment
	if err := full.ReadFrom(assignment); err == nil {
		b.follow(readFollowNote(full.UserData))
	}
	return topics, nil
}

// owns tells whether a task is part of the newest assignment.
func (b balancer) owns(partition int32) bool {
	tasks := b.assigned.Load()
	return tasks != nil && (*tasks)[partition]
}

// Balance implements kgo.ConsumerBalancerBalance.
func (b balancer) Balance(cb *kgo.ConsumerBalancer, topics map[string]int32) kgo.IntoSyncAssignment {
	s := b.look(cb, topics)
	dealt := deal(s)
	out := notedPlan{cb.NewPlan(), map[string]followNote{}}
	told := map[string]bool{}
	for m, c := range s.members {
		member, _ := cb.MemberAt(m)
		for topic, partitions := range topics {
			for task, owner := range dealt.owner {
				if owner == m && int32(task) < partitions {
					out.AddPartition(member, topic, int32(task))
				}
			}
		}
		if !told[c.process] { // one member of each process is enough
			told[c.process] = true
			out.notes[member.MemberID] = followNote{dealt.standby[c.process], dealt.moving[c.process]}
		}
	}
	out.AdjustCooperative(cb)
	return out
}

// look reads what the members say of themselves.
func (b balancer) look(cb *kgo.ConsumerBalancer, topics map[string]int32) situation {
	s := situation{replicas: b.cfg.StandbyReplicas, near: b.cfg.AcceptableLag, held: map[string]map[int32]holds{}}
	for _, partitions := range topics {
		s.tasks = max(s.tasks, partitions)
	}
	cb.EachMember(func(member *kmsg.JoinGroupResponseMember, meta *kmsg.ConsumerMemberMetadata) {
		note := readProcessNote(meta.UserData)
		if note.Process == "" { // one that says nothing is a process of its own
			note.Process = member.MemberID
		}
		c := claim{process: note.Process, generation: meta.Generation, tasks: map[int32]bool{}}
		for _, topic := range meta.OwnedPartitions {
			for _, p := range topic.Partitions {
				c.tasks[p] = true
			}
		}
		s.members = append(s.members, c)
		s.learn(note)
	})
	return s
}

// learn takes over what one member says of its process. Others of the process
// say nothing, or, in older releases, have said it at other times: what is
// ahead is newer.
func (s *situation) learn(note processNote) {
	if s.held[note.Process] == nil {
		s.held[note.Process] = map[int32]holds{}
	}
	for task, h := range note.Held {
		now, known := s.held[note.Process][task]
		if !known || h.Offset > now.offset || h.Offset == now.offset && h.behind() > now.behind {
			s.held[note.Process][task] = holds{h.Offset, h.behind()}
		}
	}
}

// notedPlan is a plan that carries notes in the user data of assignments.
type notedPlan struct {
	*kgo.BalancePlan
	notes map[string]followNote // by member
}

// IntoSyncAssignment implements kgo.IntoSyncAssignment.
func (p notedPlan) IntoSyncAssignment() []kmsg.SyncGroupRequestGroupAssignment {
	out := p.BalancePlan.IntoSyncAssignment()
	for i := range out {
		var a kmsg.ConsumerMemberAssignment
		if err := a.ReadFrom(out[i].MemberAssignment); err != nil {
			continue // as the plan wrote it: without a note nothing is followed
		}
		a.UserData = p.notes[out[i].MemberID].encode()
		out[i].MemberAssignment = a.AppendTo(nil)
	}
	return out
}
