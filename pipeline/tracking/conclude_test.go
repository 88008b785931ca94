package tracking

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// However many events of a parcel a transaction holds, its row is that of the
// last of them, as if each had been a transaction of its own, and all else that
// is written is the same.
func TestRowsOfATransaction(t *testing.T) {
	spared := 0
	rapid.Check(t, func(t *rapid.T) {
		h := aHistories(t)
		single, joined := h.world(t), h.world(t)
		joined.live = map[string]any{}
		var want, got outputs
		steps := append(actsAmong(h.steps), aStep{at: h.steps[len(h.steps)-1].at.Add(100 * day)})
		for i, s := range steps {
			more := i < len(steps)-1 && rapid.IntRange(0, 3).Draw(t, "goes on") > 0
			joined.open = more
			if s.reg == nil && s.event == nil { // to the end of all that time does
				want, got = want.and(single.advance(s.at)), got.and(joined.advance(s.at))
			} else {
				want, got = want.and(single.step(s)), got.and(joined.step(s))
			}
			if more {
				continue
			}
			got = got.and(joined.conclude())
			require.Equal(t, newestRows(want.shipments), newestRows(got.shipments))
		}
		spared += len(want.shipments) - len(got.shipments)
		want.shipments, got.shipments = nil, nil
		require.Equal(t, want, got)
	})
	require.Positive(t, spared, "no transaction had a parcel twice")
}

// actsAmong adds acts of tenants to a history (R7, P1).
func actsAmong(steps []aStep) []aStep {
	acts := []schemas.Registration{
		{Action: schemas.ActionCorrect, Status: "exc.damaged", Reason: "seen"}, {Action: schemas.ActionAcknowledge},
		{Action: schemas.ActionStop, Reason: "enough"}, {Action: schemas.ActionErase, Reason: "asked to"},
	}
	var all []aStep
	for i, s := range steps {
		all = append(all, s)
		if i%3 == 2 {
			act := acts[i/3%len(acts)]
			act.Tenant, act.Carrier, act.TrackingNumber, act.Actor = "acme", "sim", "A2", "acme"
			all = append(all, aStep{at: s.at, reg: &act})
		}
	}
	return all
}

// newestRows are the last rows of each key.
func newestRows(rows []schemas.Shipment) map[time.Time]schemas.Shipment {
	newest := map[time.Time]schemas.Shipment{}
	for _, r := range rows {
		newest[r.Epoch] = r
	}
	return newest
}

// conclude ends a transaction that was left open.
func (w *world) conclude() (out outputs) {
	for key, state := range w.live {
		c := job.NewCall(key, 0, w.now, state, w.wake[key], w.tables())
		require.NoError(w.t, w.job.Conclude(c))
		out = out.and(w.read(c.Outputs()))
	}
	return out
}

// A shipment that is forgotten in the transaction that changed it has its last
// form written before (rule D9).
func TestRowOfAForgottenShipment(t *testing.T) {
	w := newWorld(t, nil)
	w.live, w.open = map[string]any{}, true
	w.register(day1, usualRegistration())
	out := w.advance(day1.Add(10 * 365 * day))
	require.Empty(t, w.live, "nothing is known of it any more")
	require.Len(t, out.shipments, 1)
	require.True(t, out.shipments[0].Closed)
}

// What leaves a list of the row in the middle of a transaction has been in a row,
// as if each event had been a transaction of its own.
func TestRowsTellWhatIsPushedOut(t *testing.T) {
	told := map[bool]map[string]bool{false: {}, true: {}}
	for open, all := range told {
		w := newWorld(t, func(c *Config) { c.ReorderHold = 0 })
		w.live, w.open = map[string]any{}, open
		out := w.register(day1, usualRegistration())
		for i := range 3 * maxETAChanges {
			e := *usualEvents()[0]
			e.OccurredAt = day1.Add(time.Duration(i) * time.Minute)
			e.ReceivedAt, e.RawCode = new(e.OccurredAt), ""
			e.ETAAt = new(day1.Add(time.Duration(i) * time.Hour))
			e.Status, e.Code = "", []string{"exc.weather", "transit.problem_resolved"}[i%2]
			out = out.and(w.event(e.OccurredAt.Add(time.Second), &e))
		}
		out = out.and(w.conclude())
		for i := range out.shipments {
			for _, change := range out.shipments[i].ETAChanges {
				all["eta "+change.CausingEventID] = true
			}
			for _, ep := range out.shipments[i].ExceptionEpisodes {
				all["episode "+ep.OpeningEventID] = true
			}
		}
	}
	require.Greater(t, len(told[false]), 3*maxETAChanges)
	require.Equal(t, told[false], told[true])
}
