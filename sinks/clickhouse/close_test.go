package clickhouse

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Another member holds up the join for longer than this test waits for anything,
// for it never comes back to it. The sink is asked to end meanwhile, and does.
func TestEndingDuringAJoin(t *testing.T) {
	bed := newTestBed(t, 1)
	bed.cfg.Group = bed.cfg.Prefix + "held-up"
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.ProtocolType = bed.cfg.Group, "consumer"
	held := int32((5 * patience).Milliseconds())
	join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = held, held
	protocol := kmsg.NewJoinGroupRequestProtocol()
	metadata := kmsg.NewConsumerMemberMetadata()
	protocol.Name, protocol.Metadata = "cooperative-sticky", metadata.AppendTo(nil)
	join.Protocols = append(join.Protocols, protocol)
	answer, err := join.RequestWith(t.Context(), bed.client)
	require.NoError(t, err)
	join.MemberID = answer.MemberID // the first answer only gives the name
	_, err = join.RequestWith(t.Context(), bed.client)
	require.NoError(t, err)

	stop := bed.start(bed.cfg)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		groups, err := kadm.NewClient(bed.client).DescribeGroups(t.Context(), bed.cfg.Group)
		require.NoError(c, err)
		require.Equal(c, "PreparingRebalance", groups[bed.cfg.Group].State)
	}, patience, 10*time.Millisecond)
	stop()
}
