package tracking

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
	"waybill/schemas/status"
)

// TestJobAgreesWithModel plays random histories to the job and to the model and
// compares what they say: the final decision on each raw event, the history in
// its order, the shipment, and every webhook.
func TestJobAgreesWithModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := aHistories(t)
		m := h.model(t)
		w := h.world(t)
		var o outputs
		for _, s := range h.steps {
			t.Log(s)
			o = o.and(w.step(s))
			if s.reg != nil {
				m.register(s.at, s.reg)
			} else {
				m.event(s.at, s.event)
			}
		}
		end := beginning.Add(20 * day)
		o = o.and(w.advance(end))
		m.pass(end)
		o = o.and(w.register(end, auditor()))
		m.register(end, auditor())
		compare(t, m, o)
	})
}

// auditor asks for the whole history, in order.
func auditor() *schemas.Registration {
	return &schemas.Registration{Tenant: "auditor", Carrier: "sim", TrackingNumber: "A2", Backfill: schemas.BackfillAll}
}

func (h aHistory) model(t tester) *slowModel {
	codes, err := status.Default()
	require.NoError(t, err)
	m := newSlowModel(codes, h.hold)
	for _, e := range h.endpoints {
		m.endpoints = append(m.endpoints, &e)
	}
	return m
}

func (h aHistory) world(t tester) *world {
	w := newWorld(t, func(c *Config) { c.ReorderHold = h.hold })
	for _, e := range h.endpoints {
		w.endpoint(&e)
	}
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "auditor", Tenant: "auditor", History: true})
	return w
}

func (w *world) step(s aStep) outputs {
	if s.reg != nil {
		r := *s.reg
		return w.register(s.at, &r)
	}
	e := *s.event
	return w.event(s.at, &e)
}

func compare(t *rapid.T, m *slowModel, o outputs) {
	finals, names := finalDecisions(t, m, o)
	for i, raw := range m.raws {
		require.Equal(t, cmp.Or(raw.decision, "none yet"), cmp.Or(finals[i], "none yet"), "the decision on raw event %d", i)
	}
	var want, got []string
	for _, j := range m.jobs {
		want = append(want, fmt.Sprint(j.endpoint, " ", j.sequence, " ", j.chosen, " of ", j.cause, " fits ", j.types, " historical ", j.historical))
	}
	var history []string
	for _, j := range o.jobs {
		var b body.Webhook
		require.NoError(t, json.Unmarshal(j.Body, &b))
		if j.EndpointID == "auditor" {
			history = nil
			for _, e := range b.History {
				history = append(history, names[e.ObjectID]+" "+e.Code)
			}
			continue
		}
		got = append(got, fmt.Sprint(j.EndpointID, " ", j.Sequence, " ", j.Type, " of ", names[j.Cause], " fits ", j.Types, " historical ", b.Historical))
	}
	require.Equal(t, byEndpoint(want), byEndpoint(got), "webhooks")
	life := m.life()
	var order []string
	for _, e := range life.history {
		order = append(order, e.id+" "+e.code.Name)
	}
	require.Equal(t, order, history, "the history")
	require.Equal(t, m.row(life), rowOf(o.shipments[len(o.shipments)-1], names), "the shipment")
}

// finalDecisions are the last ones by place on the log, and the model's name of
// each event. A raw event has one name, and one final decision after those that
// say that it waits.
func finalDecisions(t *rapid.T, m *slowModel, o outputs) (finals map[int]string, names map[string]string) {
	finals, names = map[int]string{}, map[string]string{}
	versions, ids := map[int]int64{}, map[*modelEvent]string{}
	for _, d := range o.decisions {
		i := int(d.SourceOffset)
		require.Equal(t, versions[i]+1, d.Version, "versions of the decisions on raw event %d", i)
		require.Empty(t, finals[i], "raw event %d had its final decision", i)
		versions[i] = d.Version
		if !strings.HasPrefix(d.Decision, "held:") {
			finals[i] = d.Decision
		}
		is := m.raws[i].of
		require.Equal(t, cmp.Or(names[d.EventID], is.id), is.id, "what event %s is", d.EventID)
		require.Equal(t, cmp.Or(ids[is], d.EventID), d.EventID, "the name of %s", is.id)
		names[d.EventID], ids[is] = is.id, d.EventID
	}
	return finals, names
}

// byEndpoint keeps the order of each endpoint's webhooks, the only one that
// counts.
func byEndpoint(list []string) map[string][]string {
	out := map[string][]string{}
	for _, line := range list {
		name, rest, _ := strings.Cut(line, " ")
		out[name] = append(out[name], rest)
	}
	return out
}

// modelRow is what both say of the shipment.
type modelRow struct {
	Status, Code, Present  string
	Terminal               bool
	Start, Stop, Delivered string
	Attempts, Events       int
	Episodes               []string
	States                 []string
}

func (m *slowModel) row(l modelLife) modelRow {
	r := modelRow{
		Status: l.code.Status.Name, Code: l.code.Name, Terminal: l.code.Status.Terminal, Attempts: l.attempts, Events: len(l.history),
		Start: l.start.moment(), Stop: l.stop.moment(), Delivered: l.delivered.moment(), Present: l.present.name(),
	}
	for _, e := range l.episodes {
		r.Episodes = append(r.Episodes, fmt.Sprint(e.opened.id, " to ", e.closed.name()))
	}
	for _, f := range m.follows {
		r.States = append(r.States, fmt.Sprint(f.asked.Tenant, " expired ", f.state == followExpired, " delayed ", f.delayed != nil))
	}
	return r
}

func rowOf(s schemas.Shipment, names map[string]string) modelRow {
	r := modelRow{
		Status: s.Status, Code: s.Code, Terminal: s.Terminal, Attempts: s.Attempts, Events: s.Events,
		Start: momentOf(s.ClockStart), Stop: momentOf(s.ClockStop), Delivered: momentOf(s.DeliveredAt), Present: names[s.PresentEventID],
	}
	for _, e := range s.ExceptionEpisodes {
		r.Episodes = append(r.Episodes, fmt.Sprint(names[e.OpeningEventID], " to ", names[e.ClosingEventID]))
	}
	for _, f := range s.Registrations {
		r.States = append(r.States, fmt.Sprint(f.Tenant, " expired ", f.State == "expired", " delayed ", f.DelayedAt != nil && f.DelayClearedAt == nil))
	}
	return r
}

func (e *modelEvent) name() string {
	if e == nil {
		return ""
	}
	return e.id
}

func (e *modelEvent) moment() string {
	if e == nil {
		return ""
	}
	return momentOf(&e.told.OccurredAt)
}

func momentOf(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.DateTime)
}
