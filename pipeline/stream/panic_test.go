package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

// faulty is a tally with a bug in one method, for the key "bad" or the sum 13.
type faulty struct {
	tally
	method string
}

func (f faulty) meet(method string, bad bool) {
	if bad && f.method == method {
		panic("a bug in " + method)
	}
}

func (f faulty) Decode(r job.Record) (string, any, error) {
	f.meet("Decode", string(r.Key) == "bad")
	return f.tally.Decode(r)
}

func (f faulty) Process(c *job.Call, in job.Input) error {
	f.meet("Process", c.Key == "bad")
	return f.tally.Process(c, in)
}

func (f faulty) Wake(c *job.Call) error {
	f.meet("Wake", c.Key == "bad")
	return f.tally.Wake(c)
}

func (f faulty) Complete(c *job.Call, result any) error {
	f.meet("Complete", c.Key == "bad")
	return f.tally.Complete(c, result)
}

func (f faulty) Conclude(c *job.Call) error {
	f.meet("Conclude", c.State.(*tallyState).sum == 13)
	return nil
}

func (f faulty) EncodeState(dst []byte, state any) ([]byte, error) {
	f.meet("EncodeState", state.(*tallyState).sum == 13)
	return f.tally.EncodeState(dst, state)
}

func (f faulty) DecodeState(data []byte) (any, error) {
	f.meet("DecodeState", string(data[:2]) == "13")
	return f.tally.DecodeState(data)
}

// Rule E11: a panic in any method costs the call that it was made for, and
// says where it was. Other keys go on.
func TestPanics(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Decode", "Process", "Wake", "Complete", "Conclude", "EncodeState", "DecodeState"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			cfg := d.config(Live)
			cfg.Perform = perform
			bad := func(value string) { d.produce(&kgo.Record{Topic: "first", Key: []byte("bad"), Value: []byte(value)}) }
			if method == "DecodeState" { // what another release has written
				former := d.start(cfg)
				bad("+13")
				former.caught()
				former.stop()
			}
			i := d.startJob(cfg, faulty{method: method})
			bad("+13,in 1,work a")
			d.plus("good")
			eventually(t, func() bool { return len(d.read("dead")) == 1 }, "a dead letter")
			d.plus("good")
			i.caught()
			i.stop()
			require.Contains(t, d.last("good"), "sum 2 at")
			dead := d.read("dead")
			require.Len(t, dead, 1)
			require.Equal(t, "bad", string(dead[0].Key))
			require.Contains(t, headerOf(dead[0], job.ErrorHeader), "panic: a bug in "+method+" at waybill/pipeline/stream.faulty.meet (panic_test.go:")
		})
	}
}

// A wake-up of a state that cannot be read is dropped; the state stays as it
// is, and lies in the dead letter, so that a mended release can read it.
func TestWakeOfUnreadableState(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Log)
	former := d.start(cfg)
	d.produce(records([]event{{"first", "bad", 1000, "+13,in 5000"}, {"second", "good", 2000, "+1"}})...)
	eventually(t, func() bool { return len(d.read("state")) > 0 }, "there is state")
	former.stop()
	i := d.startJob(cfg, faulty{method: "DecodeState"})
	d.tick(time.UnixMilli(9000), 1, "first", "second")
	i.caught()
	i.stop()
	dead := d.read("dead")
	require.Len(t, dead, 1)
	require.Contains(t, headerOf(dead[0], job.ErrorHeader), `waking key "bad": decoding the state of key "bad": panic`)
	require.Equal(t, "13 0 false 0 ", string(dead[0].Value))
	mended := d.start(cfg)
	mended.caught()
	mended.stop()
	require.Equal(t, "13 0 false 0 ", string(d.newest("state", "bad")[envelopeHead:]), "the state stays")
}

// newest returns the last value of a key on a topic.
func (d *deployment) newest(topic, key string) (value []byte) {
	d.t.Helper()
	for _, r := range d.read(topic) {
		if string(r.Key) == key {
			value = r.Value
		}
	}
	return value
}

// A state that the broker does not take, though the runtime thought it would,
// is the poison of the call that made it.
func TestStateRefusedByBroker(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.createWith(1, map[string]*string{"max.message.bytes": new("1000"), "cleanup.policy": new("compact")}, []string{"small"})
	cfg := d.config(Live)
	cfg.Changelog = "small"
	i := d.start(cfg)
	d.plus("k")
	d.produce(&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte("+5,bloat 5000")})
	d.plus("k")
	i.caught()
	i.stop()
	dead := d.read("dead")
	require.Len(t, dead, 1)
	require.Contains(t, headerOf(dead[0], job.ErrorHeader), "MESSAGE_TOO_LARGE")
	require.Contains(t, d.last("k"), "sum 2 at")
}
