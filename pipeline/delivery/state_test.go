package delivery

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// TestStateIsKept: what is written is read back as it was.
func TestStateIsKept(t *testing.T) {
	j := newTestJob(t)
	at := rapid.Custom(func(t *rapid.T) time.Time { return millis(rapid.Int64Range(-1e13, 1e13).Draw(t, "ms")) })
	one := rapid.Custom(func(t *rapid.T) webhook {
		w := webhook{
			JobID:  rapid.OneOf(rapid.StringMatching(`[0-9a-f]{32}`), rapid.StringMatching(`[0-9A-Fa-f]{1,5}`), rapid.String()).Draw(t, "id"),
			origin: origin{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "tenant"), rapid.StringN(0, 2, -1).Draw(t, "registration"), at.Draw(t, "epoch")},
			Type:   rapid.SampledFrom([]string{schemas.TypeEvent, schemas.TypeDelivered}).Draw(t, "type"), Trigger: rapid.SampledFrom([]string{"event", "test", "manual"}).Draw(t, "trigger"),
			Sequence: rapid.Int64().Draw(t, "sequence"), CreatedAt: at.Draw(t, "created"), ArrivedAt: at.Draw(t, "arrived"), DueAt: at.Draw(t, "due"),
			Partition: rapid.Int32Range(-1, 9999).Draw(t, "partition"), Offset: rapid.Int64Range(0, 1e12).Draw(t, "offset"),
			Attempts: rapid.IntRange(0, 40).Draw(t, "attempts"), Refusals: rapid.IntRange(0, 3).Draw(t, "refusals"), Aside: rapid.Bool().Draw(t, "aside"),
		}
		if rapid.Bool().Draw(t, "open") {
			w.OpenSince = at.Draw(t, "since")
		}
		if rapid.Bool().Draw(t, "inline") {
			body := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "body")
			w.Body = &body
		}
		return w
	})
	rapid.Check(t, func(t *rapid.T) {
		q := &queue{Webhooks: rapid.SliceOfN(one, 0, 8).Draw(t, "webhooks")}
		if q.Webhooks == nil {
			q.Webhooks = []webhook{}
		}
		data, err := j.EncodeState(nil, q)
		require.NoError(t, err)
		back, err := j.DecodeState(data)
		require.NoError(t, err)
		require.Equal(t, q, back)
		_, all := q.size()
		require.LessOrEqual(t, len(data), all+300, "the size is estimated too low")
	})
}

// oldQueue is the state of the first two versions.
type oldQueue struct {
	Webhooks []oldWebhook `avro:"webhooks"`
}

// TestStateOfOldVersions: state that an older Waybill wrote is read. The first
// version did not say on which partition a body lies: on the key's own.
func TestStateOfOldVersions(t *testing.T) {
	j := newTestJob(t)
	now := millis(1_800_000_000_000)
	body := []byte("{}")
	old := oldWebhook{
		JobID: "j1", Tenant: "shop", RegistrationID: "r1", Epoch: now, Type: schemas.TypeEvent, Sequence: 7, Trigger: schemas.TriggerEvent,
		CreatedAt: now.Add(time.Second), ArrivedAt: now.Add(2 * time.Second), Body: &body, Partition: 3, Offset: 5, Attempts: 2,
		OpenSince: &now, DueAt: now.Add(time.Hour), Refusals: 1, Aside: true,
	}
	for version, partition := range map[string]int32{stateV1: -1, stateV2: 3} {
		codec, err := schemas.NewPrivateCodec[oldQueue]("delivery state", version)
		require.NoError(t, err)
		data, err := codec.Encode(&oldQueue{[]oldWebhook{old}})
		require.NoError(t, err)
		state, err := j.DecodeState(data)
		require.NoError(t, err)
		require.Equal(t, &queue{Webhooks: []webhook{{
			JobID: "j1", origin: origin{"shop", "r1", now}, Type: schemas.TypeEvent, Sequence: 7, Trigger: schemas.TriggerEvent,
			CreatedAt: now.Add(time.Second), ArrivedAt: now.Add(2 * time.Second), Body: &body, Partition: partition, Offset: 5, Attempts: 2,
			OpenSince: now, DueAt: now.Add(time.Hour), Refusals: 1, Aside: true,
		}}}, state)
	}
}

// TestStateThatIsNone: references that lead nowhere are an error.
func TestStateThatIsNone(t *testing.T) {
	j := newTestJob(t)
	for name, one := range map[string]storedWebhook{
		"origin":           {Origin: 1},
		"a negative one":   {Origin: -1},
		"type":             {Type: 1},
		"trigger":          {Trigger: 1},
		"a negative word":  {Trigger: -1},
		"a negative type":  {Type: -1},
		"the last of many": {Origin: 1 << 30},
	} {
		data, err := j.state.Encode(&storedQueue{Words: []string{"x"}, Origins: []storedOrigin{{}}, Open: []storedWebhook{{}, one}})
		require.NoError(t, err)
		_, err = j.DecodeState(data)
		require.ErrorContains(t, err, "webhook 2", name)
	}
}

// TestQueueOfThousands: 10,000 webhooks of one shipment fit in one record of
// state, less what a few bodies take.
func TestQueueOfThousands(t *testing.T) {
	const maxRecordBytes = 1_000_000 // of the runtime
	j := newTestJob(t)
	q := &queue{}
	for i := 0; ; i++ {
		if _, all := q.size(); all > j.cfg.QueueBytes {
			break
		}
		v := plain()
		v.JobID, v.Sequence = fmt.Sprintf("%032x", i*7919), int64(i+1)
		at := millis(1_800_000_000_000 + int64(i)*60_000)
		v.CreatedAt, v.Epoch = at, millis(1_800_000_000_000)
		q.Webhooks = append(q.Webhooks, newWebhook(v, at, job.Position{Partition: 3, Offset: int64(i) * 1000}))
	}
	require.Greater(t, len(q.Webhooks), 10_000)
	data, err := j.EncodeState(nil, q)
	require.NoError(t, err)
	require.Less(t, len(data), maxRecordBytes)
	back, err := j.DecodeState(data)
	require.NoError(t, err)
	require.Len(t, back.(*queue).Webhooks, len(q.Webhooks))
	t.Logf("%d webhooks take %d bytes", len(q.Webhooks), len(data))
}

// TestQueueIsFull: a webhook for which there is no place ends at once, with a
// row (W6). When the endpoint is back, all others are delivered, each by one
// call.
func TestQueueIsFull(t *testing.T) {
	for _, order := range []string{schemas.OrderShipment, schemas.OrderNone} {
		t.Run(order, func(t *testing.T) {
			w := newWorld(t, newTestJob(t))
			w.job.cfg.QueueBytes = 30_000
			w.cache = map[string]any{}
			e := enabled("ep")
			e.Order, e.State = order, schemas.EndpointDisabled
			w.put("ep", e)
			sent := 0
			for ; len(w.rows) == 0; sent++ {
				v := plain()
				v.JobID, v.Sequence = fmt.Sprintf("%032x", sent*7919), int64(sent+1)
				w.send(v)
			}
			require.Greater(t, sent, 300)
			require.Equal(t, schemas.OutcomeExpired, w.rows[0].Outcome)
			require.Equal(t, ReasonQueueFull, w.rows[0].Reason)
			w.pilot = func(Attempt) Outcome { return Outcome{StatusCode: 200} }
			e.State = schemas.EndpointEnabled
			w.put("ep", e)
			require.Empty(t, w.state)
			require.Len(t, w.rows, sent)
			require.Len(t, w.attempts, sent-1)
		})
	}
}

// Webhooks that are sent again by hand take half of the places: what is live finds
// one (W11).
func TestQueueIsNotFilledByHand(t *testing.T) {
	w := newWorld(t, newTestJob(t))
	w.job.cfg.QueueBytes = 30_000
	w.cache = map[string]any{}
	e := enabled("ep")
	e.State = schemas.EndpointDisabled
	w.put("ep", e)
	sent := 0
	for ; len(w.rows) == 0; sent++ {
		v := plain()
		v.JobID, v.Sequence, v.Trigger = fmt.Sprintf("%032x", sent*7919), int64(sent+1), schemas.TriggerManual
		w.send(v)
	}
	require.Equal(t, ReasonQueueFull, w.rows[0].Reason)
	for n := range sent - 2 {
		v := plain()
		v.JobID = fmt.Sprintf("live%028x", n)
		w.send(v)
	}
	require.Len(t, w.rows, 1, "as many live ones have a place")
}

// A body stays where it lies when its key moves to another partition. State of
// the first version did not say where: it was the key's own.
func TestBodyOfAKeyThatMoved(t *testing.T) {
	j := newTestJob(t)
	w := newWorld(t, j)
	w.put("ep", enabled("ep"))
	for stored, wants := range map[int32]int32{-1: 7, 3: 3} {
		state := &queue{Webhooks: []webhook{newWebhook(plain(), w.now, job.Position{Partition: stored, Offset: 5})}}
		c := job.NewCall("ep/acme:1", 7, w.now, state, w.now, map[string]any{schemas.TopicWebhookEndpoints: w.table})
		require.NoError(t, j.Wake(c))
		require.Len(t, c.Work(), 1)
		require.Equal(t, &job.Position{Topic: schemas.TopicWebhookJobs, Partition: wants, Offset: 5}, c.Work()[0].(Attempt).BodyAt)
	}
}
