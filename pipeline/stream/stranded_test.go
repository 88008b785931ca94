package stream

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// A task that the group has given to nobody, as can happen when a member dies
// in the middle of a hand-over and comes back, does not stay so.
func TestStrandedTaskGetsAnOwner(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	if d.fake == nil {
		t.Skip("needs a broker that leaves a task out: WAYBILL_TEST_KAFKA names a real one")
	}
	stranded := make(chan struct{})
	d.fake.ControlKey(int16(kmsg.SyncGroup), func(req kmsg.Request) (kmsg.Response, error, bool) {
		plan := req.(*kmsg.SyncGroupRequest).GroupAssignment
		var a kmsg.ConsumerMemberAssignment
		if len(plan) != 1 {
			return nil, nil, false
		}
		if err := a.ReadFrom(plan[0].MemberAssignment); err != nil {
			return nil, err, true
		}
		d.fake.DropControl()
		for i := range a.Topics {
			a.Topics[i].Partitions = a.Topics[i].Partitions[:3]
		}
		plan[0].MemberAssignment = a.AppendTo(nil)
		close(stranded)
		return nil, nil, false
	})
	cfg := d.config(Log)
	cfg.SessionTimeout = 6 * time.Second
	i := d.start(cfg)
	await(t, stranded)
	eventually(t, func() bool { return len(i.Progress()) == 3 }, "one task is missing")
	eventually(t, func() bool { return len(i.Progress()) == 4 }, "the missing task has come")
	eventually(t, i.Ready, "the instance is ready, which it is a little after its tasks")
	i.stop()
}
