package delivery

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/delivery/schedule"
	"waybill/schemas"
)

// TestHistories plays random histories of webhooks, answers, refusals,
// redeliveries, crashes, hand-overs, jumps of the clock and changes of an
// endpoint, and holds what was seen against the rules.
func TestHistories(t *testing.T) {
	j := newTestJob(t)
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t, j)
		t.Repeat(map[string]func(*rapid.T){
			"webhook":  h.webhook,
			"test":     h.test,
			"again":    h.again,
			"time":     h.time,
			"endpoint": h.endpoint,
			"room":     func(*rapid.T) { h.w.sweep("ep") },
			"crash":    func(*rapid.T) { h.lost(h.w.crash) },
			"handover": func(*rapid.T) { h.lost(h.w.handOver) },
			"jump":     func(*rapid.T) { h.lost(h.jump) },
		})
		h.w.advance(h.w.now.Add(80*time.Hour + j.cfg.Overdue))
		require.Empty(t, h.w.state, "nothing is open for ever")
		for _, s := range h.sent {
			h.checkRows(t, s)
			h.checkCalls(t, s)
		}
		h.checkOrder(t)
	})
}

type history struct {
	w        *world
	order    string
	named    string
	schedule schedule.Schedule
	sent     []*sent
	byID     map[string]*sent
	// losses are the times at which calls were lost, cut off, or taken for
	// lost.
	losses []time.Time
	// irregular tells that there may be waits that are not of the schedule: a
	// webhook was sent again while it was open, or failed while its endpoint,
	// and with it the schedule, was not in the table.
	irregular bool
}

// sent is a webhook that was put on the log.
type sent struct {
	job     *schemas.WebhookJob
	arrived time.Time
	offsets []int64 // once for each time that it was
	// ends counts how often it is to end: once, and once for each redelivery
	// after that.
	ends int
}

func newHistory(t *rapid.T, j *Job) *history {
	h := &history{
		w: newWorld(t, j), byID: map[string]*sent{},
		order: rapid.SampledFrom([]string{schemas.OrderShipment, schemas.OrderNone}).Draw(t, "order"),
		named: rapid.SampledFrom(schedule.Names()).Draw(t, "schedule"),
	}
	h.schedule, _ = schedule.ByName(h.named)
	h.put(schemas.EndpointEnabled)
	codes := rapid.SampledFrom([]int{200, 200, 204, 302, 404, 410, 422, 429, 500, 503, 0})
	took := rapid.Int64Range(0, 15_000)
	h.w.pilot = func(a Attempt) Outcome {
		h.checkCall(t, a)
		if rapid.IntRange(0, 3).Draw(t, "room") == 0 {
			return Outcome{Reason: ReasonBusy}
		}
		o := Outcome{
			StatusCode: codes.Draw(t, "code"), Total: time.Duration(took.Draw(t, "took")) * time.Millisecond,
			RetryAfter: rapid.SampledFrom([]time.Duration{0, -time.Hour, time.Second, time.Hour, 8760 * time.Hour}).Draw(t, "retry"),
		}
		if o.StatusCode/100 != 2 {
			o.Reason = fmt.Sprintf("status_%d", o.StatusCode)
		}
		return o
	}
	return h
}

func (h *history) put(state string) {
	e := enabled("ep")
	e.Order, e.State, e.ScheduleName = h.order, state, h.named
	h.w.put("ep", e)
}

func (h *history) webhook(t *rapid.T) {
	h.first(&schemas.WebhookJob{
		Carrier: "acme", TrackingNumber: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "number"),
		Type: schemas.TypeEvent, Trigger: schemas.TriggerEvent,
		Body: []byte(strings.Repeat("x", rapid.SampledFrom([]int{1, 4096, 5000}).Draw(t, "bytes"))),
	})
}

func (h *history) test(*rapid.T) {
	h.first(&schemas.WebhookJob{Type: schemas.TypeEndpointTest, Trigger: schemas.TriggerTest, Body: []byte("{}")})
}

func (h *history) first(v *schemas.WebhookJob) {
	v.JobID, v.EndpointID, v.Tenant = fmt.Sprintf("j%d", len(h.sent)), "ep", "shop"
	if v.Trigger != schemas.TriggerTest {
		v.Sequence = int64(len(h.sent) + 1)
	}
	s := &sent{job: v, arrived: h.w.now, ends: 1}
	h.sent = append(h.sent, s)
	h.byID[v.JobID] = s
	h.send(s, *v)
}

func (h *history) send(s *sent, v schemas.WebhookJob) {
	s.offsets = append(s.offsets, h.w.offset)
	h.w.send(&v)
}

// again sends a webhook again by hand, whether it has ended or not.
func (h *history) again(t *rapid.T) {
	if len(h.sent) == 0 {
		t.Skip("nothing was sent")
	}
	s := rapid.SampledFrom(h.sent).Draw(t, "which")
	if s.job.Trigger == schemas.TriggerTest {
		t.Skip("tests are not sent again")
	}
	if rows := h.rowsOf(s); len(rows) > 0 && countEnds(rows) == s.ends {
		s.ends++
	} else {
		h.irregular = true
	}
	v := *s.job
	v.Trigger = schemas.TriggerManual
	h.send(s, v)
}

func (h *history) time(t *rapid.T) {
	scale := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(t, "scale")
	h.w.advance(h.w.now.Add(scale * time.Duration(rapid.IntRange(1, 40).Draw(t, "by"))))
}

func (h *history) endpoint(t *rapid.T) {
	switch change := rapid.SampledFrom([]string{
		schemas.EndpointEnabled, schemas.EndpointDisabled, schemas.EndpointUntested, schemas.EndpointSuspended, "drop",
	}).Draw(t, "change"); change {
	case "drop":
		h.w.put("ep", nil)
		h.irregular = true
	default:
		h.put(change)
	}
}

func (h *history) lost(by func()) {
	h.losses = append(h.losses, h.w.now)
	by()
}

// jump sets the clock forward, and there it stays.
func (h *history) jump() {
	h.w.now = h.w.now.Add(100 * time.Hour)
	h.w.advance(h.w.now)
}

func (h *history) rowsOf(s *sent) []*schemas.WebhookAttempt {
	var rows []*schemas.WebhookAttempt
	for _, row := range h.w.rows {
		if row.JobID == s.job.JobID {
			rows = append(rows, row)
		}
	}
	return rows
}

func countEnds(rows []*schemas.WebhookAttempt) int {
	ends := 0
	for _, row := range rows {
		if row.Outcome != schemas.OutcomeFailed {
			ends++
		}
	}
	return ends
}

// checkCall holds a call that begins against the present: only a test goes to
// an endpoint that is not enabled (W9), a suspended one is only asked (W8), and
// the body is that of the webhook.
func (h *history) checkCall(t *rapid.T, a Attempt) {
	s := h.byID[a.JobID]
	e := h.w.endpoints["ep"]
	require.NotNil(t, e)
	if s.job.Trigger != schemas.TriggerTest {
		require.Contains(t, []string{schemas.EndpointEnabled, schemas.EndpointSuspended}, e.State)
	}
	require.Equal(t, e.State == schemas.EndpointSuspended, a.Call.Probe)
	if a.BodyAt == nil {
		require.Equal(t, s.job.Body, a.Call.Body)
		return
	}
	require.Greater(t, len(s.job.Body), h.w.job.cfg.InlineBody)
	require.Contains(t, s.offsets, a.BodyAt.Offset)
}

// checkRows: a webhook ends exactly once, and once more for each time that it
// was sent again after that. Up to each end its rows are numbered without a
// gap, the end being the last (W6, W9, W11, W14).
func (h *history) checkRows(t *rapid.T, s *sent) {
	rows := h.rowsOf(s)
	require.Equal(t, s.ends, countEnds(rows), "ends of %s", s.job.JobID)
	number := 0
	for _, row := range rows {
		number++
		require.Equal(t, number, row.Attempt)
		if row.Outcome != schemas.OutcomeFailed {
			number = 0
		}
	}
	require.Zero(t, number, "%s has rows after its end", s.job.JobID)
}

// checkCalls holds the times of a webhook's calls against the schedule (W3,
// W5, W15). Those of a redelivery are not looked at.
func (h *history) checkCalls(t *rapid.T, s *sent) {
	deadline := s.arrived.Add(h.schedule.Deadline)
	if s.job.Trigger == schemas.TriggerTest {
		deadline = s.arrived.Add(10 * time.Minute)
	}
	ended := map[int]time.Time{}
	for _, row := range h.rowsOf(s) {
		if row.Trigger != schemas.TriggerManual {
			ended[row.Attempt] = row.StartedAt.Add(time.Duration(row.TotalUS) * time.Microsecond)
		}
	}
	number, last, late := 0, time.Time{}, 0
	for _, a := range h.w.attempts {
		if a.JobID != s.job.JobID || a.refused || a.Call.Manual {
			continue
		}
		if a.Number == number {
			require.True(t, h.lostBetween(last, a.at), "made again though it was not lost")
		} else {
			require.Equal(t, number+1, a.Number)
			if number > 0 && !h.irregular {
				h.checkWait(t, number, ended[number], a.at, deadline)
			}
			if a.at.After(deadline) {
				late++
			}
		}
		number, last = a.Number, a.at
	}
	require.LessOrEqual(t, late, 1, "an attempt was due after the deadline")
	if !h.irregular {
		require.LessOrEqual(t, number, len(h.schedule.Waits)+2, "more attempts than the schedule has")
	}
}

func (h *history) lostBetween(from, to time.Time) bool {
	return slices.ContainsFunc(h.losses, func(at time.Time) bool { return !at.Before(from) && !at.After(to) })
}

// checkWait: no attempt comes before its wait less a fifth, unless it is the
// one at the deadline.
func (h *history) checkWait(t *rapid.T, number int, ended, next, deadline time.Time) {
	least := deadline.Sub(ended)
	if wait, ok := h.schedule.Wait(number); ok {
		least = min(least, wait*8/10)
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
		if a.Number > 1 || a.refused || a.Call.Manual || s.job.Trigger == schemas.TriggerTest {
			continue
		}
		number := s.job.TrackingNumber
		require.GreaterOrEqual(t, s.job.Sequence, highest[number], "a first attempt out of order")
		highest[number] = s.job.Sequence
	}
}
