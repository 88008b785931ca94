package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/job"
)

// verbose is a job that makes many records out of one.
type verbose struct {
	tally
	outputs int
}

func (v verbose) Process(c *job.Call, _ job.Input) error {
	for range v.outputs {
		c.Emit(job.Output{Topic: "out", Key: c.Key, Value: []byte("word")})
	}
	return nil
}

// Run ends within ShutdownTimeout though the broker is away and does not take
// what the open transaction holds, be it more than the client likes to buffer.
func TestShutdownWhileBrokerIsAway(t *testing.T) {
	t.Parallel()
	for _, outputs := range []int{1, 60_000} {
		t.Run(fmt.Sprintf("%d outputs", outputs), func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			n := newNetwork(t, nth(kmsg.Produce, 1, killBefore))
			cfg := n.through(d.config(Live))
			cfg.TransactionTimeout, cfg.ShutdownTimeout = 2*patient, 50*time.Millisecond
			i := d.startJob(cfg, verbose{outputs: outputs})
			d.plus("k")
			<-n.fell
			i.stop()
		})
	}
}
