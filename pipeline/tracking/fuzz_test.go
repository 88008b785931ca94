package tracking

import (
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// FuzzLog plays any bytes as records of the two topics, at any times. What can
// be decoded is processed: nothing panics, state fits its record and comes back
// from its bytes as it was, and every timer lies ahead.
func FuzzLog(f *testing.F) {
	for seed := range 40 {
		for _, asJSON := range []bool{false, true} {
			f.Add(logOf(f, rapid.Custom(histories).Example(seed), asJSON))
		}
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		w := newWorld(t, func(c *Config) { c.History = 5 })
		w.endpoint(&schemas.WebhookEndpoint{EndpointID: "hook", Tenant: "acme", History: true})
		now := day1
		for len(log) >= 4 {
			topic := schemas.TopicCarrierEvents
			if log[0]&1 == 1 {
				topic = schemas.TopicRegistrations
			}
			now = now.Add(time.Duration(1)<<(log[0]>>1%58) - 1)
			n := min(len(log)-4, int(binary.BigEndian.Uint16(log[2:4])))
			w.offer(topic, now, log[4:4+n])
			log = log[4+n:]
		}
		w.advance(now.Add(100 * day))
		for _, data := range w.state {
			require.Less(t, len(data), schemas.MaxRecordBytes)
			state, err := w.job.DecodeState(data)
			require.NoError(t, err)
			again, err := w.job.EncodeState(nil, state)
			require.NoError(t, err)
			require.Equal(t, data, again)
		}
	})
}

// offer hands a record to the job as the runtime does: one that cannot be read
// or handled changes nothing.
func (w *world) offer(topic string, at time.Time, value []byte) {
	w.advance(at)
	r := job.Record{Position: job.Position{Topic: topic, Offset: w.offsets[topic]}, Value: value, Arrival: at}
	w.offsets[topic]++
	key, decoded, err := w.job.Decode(r)
	if err != nil {
		return
	}
	in := job.Input{Record: r, Key: key, Value: decoded, First: r.Position, FirstArrival: at}
	_, _ = w.try(key, func(c *job.Call) error { return w.job.Process(c, in) })
}

// logOf writes a history as FuzzLog reads it.
func logOf(t tester, steps []step, asJSON bool) []byte {
	codecs, err := allCodecs()
	require.NoError(t, err)
	var log []byte
	for _, s := range steps {
		kind, value := byte(0), []byte(nil)
		switch {
		case asJSON && s.reg != nil:
			value, err = json.Marshal(s.reg)
		case asJSON:
			value, err = json.Marshal(s.event)
		case s.reg != nil:
			value, err = codecs.Registration.Encode(s.reg)
		default:
			value, err = codecs.CarrierEvent.Encode(s.event)
		}
		require.NoError(t, err)
		if s.reg != nil {
			kind = 1
		}
		for 1<<(kind>>1) < s.wait {
			kind += 2
		}
		log = append(log, kind, 0)
		log = binary.BigEndian.AppendUint16(log, uint16(len(value)))
		log = append(log, value...)
	}
	return log
}
