//go:build synctests

package simulation

import (
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// refusals are what a broker may answer, by kind of request: for a while, as
// after a move or a restart, or for good, as to a member that was left behind.
var refusals = []struct {
	key    kmsg.Key
	errors []*kerr.Error
}{
	{kmsg.Produce, []*kerr.Error{kerr.NotLeaderForPartition, kerr.RequestTimedOut, kerr.NotEnoughReplicas, kerr.NotEnoughReplicasAfterAppend, kerr.KafkaStorageError, kerr.InvalidProducerEpoch, kerr.UnknownServerError, kerr.InvalidRecord}},
	{kmsg.Fetch, []*kerr.Error{kerr.NotLeaderForPartition, kerr.KafkaStorageError, kerr.FencedLeaderEpoch, kerr.UnknownServerError}},
	{kmsg.ListOffsets, []*kerr.Error{kerr.NotLeaderForPartition, kerr.LeaderNotAvailable, kerr.UnknownServerError}},
	{kmsg.Metadata, []*kerr.Error{kerr.LeaderNotAvailable}},
	{kmsg.OffsetFetch, []*kerr.Error{kerr.NotCoordinator, kerr.CoordinatorLoadInProgress, kerr.UnstableOffsetCommit, kerr.UnknownServerError}},
	{kmsg.FindCoordinator, []*kerr.Error{kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress}},
	{kmsg.JoinGroup, []*kerr.Error{kerr.NotCoordinator, kerr.CoordinatorLoadInProgress, kerr.UnknownMemberID, kerr.UnknownServerError}},
	{kmsg.SyncGroup, []*kerr.Error{kerr.NotCoordinator, kerr.RebalanceInProgress, kerr.UnknownMemberID, kerr.IllegalGeneration}},
	{kmsg.Heartbeat, []*kerr.Error{kerr.NotCoordinator, kerr.RebalanceInProgress, kerr.UnknownMemberID, kerr.IllegalGeneration}},
	{kmsg.InitProducerID, []*kerr.Error{kerr.NotCoordinator, kerr.CoordinatorLoadInProgress, kerr.ConcurrentTransactions, kerr.UnknownServerError}},
	{kmsg.AddPartitionsToTxn, []*kerr.Error{kerr.NotCoordinator, kerr.ConcurrentTransactions, kerr.InvalidTxnState, kerr.ProducerFenced}},
	{kmsg.AddOffsetsToTxn, []*kerr.Error{kerr.NotCoordinator, kerr.ConcurrentTransactions, kerr.InvalidTxnState}},
	{kmsg.TxnOffsetCommit, []*kerr.Error{kerr.NotCoordinator, kerr.CoordinatorLoadInProgress, kerr.RequestTimedOut, kerr.UnknownMemberID, kerr.IllegalGeneration, kerr.UnknownServerError}},
	{kmsg.EndTxn, []*kerr.Error{kerr.NotCoordinator, kerr.CoordinatorNotAvailable, kerr.ConcurrentTransactions, kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidTxnState, kerr.UnknownServerError}},
}

// trapped are the requests at which a process may die or lose its connection.
var trapped = []kmsg.Key{
	kmsg.Produce, kmsg.Fetch, kmsg.ListOffsets, kmsg.OffsetFetch, kmsg.FindCoordinator, kmsg.JoinGroup, kmsg.Heartbeat,
	kmsg.LeaveGroup, kmsg.SyncGroup, kmsg.InitProducerID, kmsg.TxnOffsetCommit, kmsg.EndTxn, kmsg.TxnOffsetCommit, kmsg.EndTxn,
}
