package clickhouse

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Another member holds up the join for five minutes, the most that a broker allows,
// for it never comes back to it. The sink is asked to end meanwhile, and does not
// wait for it.
func TestEndingDuringAJoin(t *testing.T) {
	bed := newTestBed(t, 1)
	bed.cfg.Group = bed.cfg.Prefix + "held-up"
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.ProtocolType = bed.cfg.Group, "consumer"
	join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = 300_000, 300_000
	protocol := kmsg.NewJoinGroupRequestProtocol()
	metadata := kmsg.NewConsumerMemberMetadata()
	protocol.Name, protocol.Metadata = "cooperative-sticky", metadata.AppendTo(nil)
	join.Protocols = append(join.Protocols, protocol)
	answer, err := join.RequestWith(t.Context(), bed.client)
	require.NoError(t, err)
	join.MemberID = answer.MemberID // the first answer only gives the name
	answer, err = join.RequestWith(t.Context(), bed.client)
	require.NoError(t, err)
	require.NoError(t, kerr.ErrorForCode(answer.ErrorCode))
	requireHeldUp := func(t require.TestingT) {
		groups, err := kadm.NewClient(bed.client).DescribeGroups(bed.t.Context(), bed.cfg.Group)
		require.NoError(t, err)
		require.Equal(t, "PreparingRebalance", groups[bed.cfg.Group].State)
	}

	stop := bed.start(bed.cfg)
	require.EventuallyWithT(t, func(c *assert.CollectT) { requireHeldUp(c) }, patience, 10*time.Millisecond)
	stop()
	requireHeldUp(t)
}
