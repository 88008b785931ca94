package tracking

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// The benchmarks play the standard load: 10 scans a parcel, one endpoint that
// wants milestones. Figures are per raw event: BenchmarkDecode, BenchmarkApply
// and BenchmarkState are the stages of BenchmarkProcess and what lies around it.

// benchWorld gives a job, its tables, and the inputs of one parcel.
func benchWorld(b testing.TB, hold time.Duration) (*world, map[string]any, []job.Input) {
	w := newWorld(b, func(c *Config) { c.ReorderHold = hold })
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "hook", Tenant: "acme-retail", Types: []string{schemas.TypeMilestone, schemas.TypeDelivered}})
	inputs := []job.Input{benchInput(b, w, schemas.TopicRegistrations, day1, w.codecs.Registration, usualRegistrationRecord())}
	for _, e := range usualEvents() {
		inputs = append(inputs, benchInput(b, w, schemas.TopicCarrierEvents, e.ReceivedAt.Add(time.Second), w.codecs.CarrierEvent, e))
	}
	return w, map[string]any{schemas.TopicWebhookEndpoints: w.table}, inputs
}

func usualRegistrationRecord() *schemas.Registration {
	r := usualRegistration()
	r.Backfill = schemas.BackfillNone
	return r
}

func benchInput[T any](b testing.TB, w *world, topic string, at time.Time, codec *schemas.Codec[T], v *T) job.Input {
	value, err := codec.Encode(v)
	require.NoError(b, err)
	r := job.Record{Position: job.Position{Topic: topic}, Value: value, Arrival: at}
	key, decoded, err := w.job.Decode(r)
	require.NoError(b, err)
	return job.Input{Record: r, Key: key, Value: decoded, First: r.Position, FirstArrival: at}
}

// benchParcel plays one parcel, waking its timers, and gives its state and how
// many records it made. The memory of the calls is used again, as by the
// runtime.
func benchParcel(b testing.TB, w *world, tables map[string]any, inputs []job.Input) (state any, outputs int) {
	var wake time.Time
	var c job.Call
	run := func(now time.Time, do func(*job.Call) error) {
		c.Reset(inputs[0].Key, 0, now, state, wake, tables)
		if err := do(&c); err != nil {
			b.Fatal(err)
		}
		if err := job.Conclude(w.job, &c); err != nil {
			b.Fatal(err)
		}
		state, wake = c.State, c.WakeAt
		outputs += len(c.Outputs())
	}
	for _, in := range inputs {
		for !wake.IsZero() && !wake.After(in.Arrival) {
			run(wake, w.job.Wake)
		}
		run(in.Arrival, func(c *job.Call) error { return w.job.Process(c, in) })
	}
	return state, outputs
}

// BenchmarkProcess is a whole call: what the rules do and the records that
// this makes, written.
func BenchmarkProcess(b *testing.B) {
	for _, hold := range []time.Duration{0, DefaultReorderHold} {
		b.Run("hold="+hold.String(), func(b *testing.B) {
			w, tables, inputs := benchWorld(b, hold)
			_, outputs := benchParcel(b, w, tables, inputs)
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += len(usualScans) {
				benchParcel(b, w, tables, inputs)
			}
			b.ReportMetric(float64(outputs)/float64(len(usualScans)), "outputs/op")
		})
	}
}

// BenchmarkApply is what the rules do, without writing what they made: with no
// endpoint, and with one that chooses a few of the events.
func BenchmarkApply(b *testing.B) {
	for _, endpoints := range []string{"none", "milestones"} {
		b.Run("endpoint="+endpoints, func(b *testing.B) {
			w, _, inputs := benchWorld(b, 0)
			if endpoints == "none" {
				w.table = nil
			}
			t := &turn{rules: w.job.rules, memory: &memory{}}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += len(usualScans) {
				applyParcel(b, w, t, inputs)
			}
		})
	}
}

// applyParcel plays one parcel and writes nothing.
func applyParcel(b testing.TB, w *world, t *turn, inputs []job.Input) {
	state := &State{}
	for _, in := range inputs {
		t.reset(in.Key, state, w.table)
		if err := t.handle(in, in.Arrival.UnixMilli()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	w, _, inputs := benchWorld(b, 0)
	b.ReportAllocs()
	for i := range b.N {
		if _, _, err := w.job.Decode(inputs[1+i%len(usualScans)].Record); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkState(b *testing.B) {
	w, tables, inputs := benchWorld(b, 0)
	for _, scans := range []int{1, 5, 10} {
		state, _ := benchParcel(b, w, tables, inputs[:1+scans])
		data, err := w.job.EncodeState(nil, state)
		require.NoError(b, err)
		b.Run("encode/scans="+strconv.Itoa(scans), func(b *testing.B) {
			b.ReportAllocs()
			b.ReportMetric(float64(len(data)), "bytes")
			var buf []byte
			for range b.N {
				state.(*State).newest().written.epoch = 0
				buf, _ = w.job.EncodeState(buf[:0], state)
			}
		})
		b.Run("encode again/scans="+strconv.Itoa(scans), func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for range b.N {
				buf, _ = w.job.EncodeState(buf[:0], state)
			}
		})
		b.Run("decode/scans="+strconv.Itoa(scans), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := w.job.DecodeState(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
