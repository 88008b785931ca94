package delivery

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/delivery/schedule"
	"waybill/schemas"
)

// TestHistories plays random histories of webhooks, answers, crashes and
// changes of an endpoint, and holds what was seen against the rules.
func TestHistories(t *testing.T) {
	j := newTestJob(t)
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t, j)
		t.Repeat(map[string]func(*rapid.T){
			"webhook":  h.webhook,
			"test":     h.test,
			"time":     h.time,
			"endpoint": h.endpoint,
			"crash":    func(*rapid.T) { h.crash() },
		})
		h.w.advance(h.w.now.Add(80 * time.Hour))
		require.Empty(t, h.w.state, "nothing is open for ever")
		for _, s := range h.sent {
			h.checkRows(t, s)
			h.checkCalls(t, s)
		}
		h.checkOrder(t)
	})
}

type history struct {
	w     *world
	order string
	sent  []*sent
	byID  map[string]*sent
	// crashes are the times at which calls were lost.
	crashes []time.Time
}

// sent is a webhook that was put on the log.
type sent struct {
	job     *schemas.WebhookJob
	arrived time.Time
	offset  int64
}

func newHistory(t *rapid.T, j *Job) *history {
	h := &history{w: newWorld(t, j), order: rapid.SampledFrom([]string{schemas.OrderShipment, schemas.OrderNone}).Draw(t, "order"), byID: map[string]*sent{}}
	h.put(schemas.EndpointEnabled)
	codes := rapid.SampledFrom([]int{200, 200, 204, 302, 404, 422, 500, 503, 0})
	took := rapid.Int64Range(0, 15_000)
	h.w.pilot = func(a Attempt) Outcome {
		o := Outcome{StatusCode: codes.Draw(t, "code"), Total: time.Duration(took.Draw(t, "took")) * time.Millisecond}
		if o.StatusCode/100 != 2 {
			o.Reason = fmt.Sprintf("status_%d", o.StatusCode)
		}
		h.checkCall(t, a)
		return o
	}
	return h
}

func (h *history) put(state string) {
	e := enabled("ep")
	e.Order, e.State = h.order, state
	h.w.put("ep", e)
}

func (h *history) webhook(t *rapid.T) {
	h.send(&schemas.WebhookJob{
		Carrier: "acme", TrackingNumber: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "number"),
		Type: schemas.TypeEvent, Trigger: schemas.TriggerEvent,
		Body: []byte(strings.Repeat("x", rapid.SampledFrom([]int{1, 4096, 5000}).Draw(t, "bytes"))),
	})
}

func (h *history) test(*rapid.T) {
	h.send(&schemas.WebhookJob{Type: schemas.TypeEndpointTest, Trigger: schemas.TriggerTest, Body: []byte("{}")})
}

func (h *history) send(v *schemas.WebhookJob) {
	v.JobID, v.EndpointID, v.Tenant = fmt.Sprintf("j%d", len(h.sent)), "ep", "shop"
	v.Sequence = int64(len(h.sent) + 1)
	s := &sent{job: v, arrived: h.w.now, offset: h.w.offset}
	h.sent = append(h.sent, s)
	h.byID[v.JobID] = s
	h.w.send(v)
}

func (h *history) time(t *rapid.T) {
	scale := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(t, "scale")
	h.w.advance(h.w.now.Add(scale * time.Duration(rapid.IntRange(1, 40).Draw(t, "by"))))
}

func (h *history) endpoint(t *rapid.T) {
	switch change := rapid.SampledFrom([]string{schemas.EndpointEnabled, schemas.EndpointDisabled, schemas.EndpointUntested, "drop"}).Draw(t, "change"); change {
	case "drop":
		h.w.put("ep", nil)
	default:
		h.put(change)
	}
}

func (h *history) crash() {
	h.w.crash()
	h.crashes = append(h.crashes, h.w.now)
}

// checkCall holds a call that begins against the present: only a test goes to
// an endpoint that is not enabled (W9), and the body is that of the webhook.
func (h *history) checkCall(t *rapid.T, a Attempt) {
	s := h.byID[a.JobID]
	e := h.w.endpoints["ep"]
	require.NotNil(t, e)
	if s.job.Trigger != schemas.TriggerTest {
		require.Equal(t, schemas.EndpointEnabled, e.State)
	}
	if a.BodyAt == nil {
		require.Equal(t, s.job.Body, a.Call.Body)
		return
	}
	require.Greater(t, len(s.job.Body), h.w.job.cfg.InlineBody)
	require.Equal(t, s.offset, a.BodyAt.Offset)
}

// checkRows: a webhook ends exactly once, and its rows are numbered without a
// gap, the end being the last (W6, W9, W14).
func (h *history) checkRows(t *rapid.T, s *sent) {
	var rows []*schemas.WebhookAttempt
	for _, row := range h.w.rows {
		if row.JobID == s.job.JobID {
			rows = append(rows, row)
		}
	}
	require.NotEmpty(t, rows, "%s has vanished", s.job.JobID)
	for i, row := range rows {
		require.Equal(t, i+1, row.Attempt)
		require.Equal(t, i < len(rows)-1, row.Outcome == schemas.OutcomeFailed, "row %d says %s", i+1, row.Outcome)
	}
}

// checkCalls holds the times of a webhook's calls against the schedule (W3,
// W15).
func (h *history) checkCalls(t *rapid.T, s *sent) {
	deadline := s.arrived.Add(72 * time.Hour)
	if s.job.Trigger == schemas.TriggerTest {
		deadline = s.arrived.Add(10 * time.Minute)
	}
	ended := map[int]time.Time{}
	for _, row := range h.w.rows {
		if row.JobID == s.job.JobID {
			ended[row.Attempt] = row.StartedAt.Add(time.Duration(row.TotalUS) * time.Microsecond)
		}
	}
	number, last, late := 0, time.Time{}, 0
	for _, a := range h.w.attempts {
		if a.JobID != s.job.JobID {
			continue
		}
		if a.Number == number {
			require.GreaterOrEqual(t, a.at.Sub(last), 30*time.Second, "made again too soon")
			require.True(t, h.lostBetween(last, a.at), "made again though it was not lost")
		} else {
			require.Equal(t, number+1, a.Number)
			if number > 0 {
				h.checkWait(t, number, ended[number], a.at, deadline)
			}
			if a.at.After(deadline) {
				late++
			}
		}
		number, last = a.Number, a.at
	}
	require.LessOrEqual(t, late, 1, "an attempt was due after the deadline")
}

func (h *history) lostBetween(from, to time.Time) bool {
	for _, at := range h.crashes {
		if !at.Before(from) && !at.After(to) {
			return true
		}
	}
	return false
}

// checkWait: no attempt comes before its wait less a fifth, unless it is the
// one at the deadline.
func (h *history) checkWait(t *rapid.T, number int, ended, next, deadline time.Time) {
	least := deadline.Sub(ended)
	if waits := schedule.Default().Waits; number <= len(waits) {
		least = min(least, waits[number-1]*8/10)
	}
	require.GreaterOrEqual(t, next.Sub(ended), least, "attempt %d came too soon", number+1)
}

// checkOrder: the first attempts of a shipment's webhooks come in their order
// (W2).
func (h *history) checkOrder(t *rapid.T) {
	if h.order != schemas.OrderShipment {
		return
	}
	highest := map[string]int64{}
	for _, a := range h.w.attempts {
		s := h.byID[a.JobID]
		if a.Number > 1 || s.job.Trigger == schemas.TriggerTest {
			continue
		}
		number := s.job.TrackingNumber
		require.GreaterOrEqual(t, s.job.Sequence, highest[number], "a first attempt out of order")
		highest[number] = s.job.Sequence
	}
}
