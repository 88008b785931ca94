package tracking

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// write prints what came out: decisions, tracking events, webhooks, usage, and
// the shipments that changed.
func (s *script) write(o outputs) string {
	var out strings.Builder
	for _, d := range o.decisions {
		fmt.Fprintf(&out, "decision %s v%d %s %s", s.name(d.EventID, "e"), d.Version, d.Decision, d.Rule)
		if d.OtherEventID != "" {
			fmt.Fprintf(&out, " other=%s", s.name(d.OtherEventID, "e"))
		}
		if len(d.Warnings) > 0 {
			fmt.Fprintf(&out, " warnings=%s", strings.Join(d.Warnings, ","))
		}
		fmt.Fprintf(&out, ": %s\n", d.Reason)
	}
	for _, e := range o.events {
		s.writeEvent(&out, &e)
	}
	for _, j := range o.jobs {
		fmt.Fprintf(&out, "webhook %s %d %s of %s", j.EndpointID, j.Sequence, j.Type, s.name(j.Cause, "e"))
		if len(j.Types) > 1 {
			fmt.Fprintf(&out, " fits %s", strings.Join(j.Types, " "))
		}
		s.bodies[""], s.bodies[j.EndpointID] = j.Body, j.Body
		if dialect := s.w.table.ByID(j.EndpointID).Dialect; dialect != body.DialectWaybill {
			fmt.Fprintf(&out, " as %s\n", dialect)
			continue
		}
		var b body.Webhook
		require.NoError(s.t, json.Unmarshal(j.Body, &b))
		require.Equal(s.t, j.JobID, b.ID)
		requireValid(s.t, j.Body)
		if b.Position > 0 {
			fmt.Fprintf(&out, " position=%d", b.Position)
		}
		if b.Historical {
			fmt.Fprint(&out, " historical")
		}
		if b.History != nil {
			fmt.Fprintf(&out, " history=%d", len(b.History))
		}
		if b.HistoryOmitted {
			fmt.Fprint(&out, " history=omitted")
		}
		fmt.Fprintln(&out)
	}
	for _, u := range o.usage {
		fmt.Fprintf(&out, "usage %s\n", u.Tenant)
	}
	for _, p := range o.polls {
		fmt.Fprintf(&out, "poll %s at %s: %s, as %s %s\n", p.TrackingNumber, p.DueAt.Format("01-02T15:04:05"), p.Reason, p.Tenant, p.CarrierAccount)
	}
	for _, r := range o.moves {
		fmt.Fprintf(&out, "moved to %s for %s, %d days left\n", r.Carrier, r.Tenant, r.WindowDays)
		s.moved = append(s.moved, r)
	}
	for _, row := range o.shipments {
		s.remember(&row)
		fmt.Fprintf(&out, "shipment r%d %s %s\n", row.Revision, row.Status, row.Code)
	}
	return out.String()
}

func (s *script) writeEvent(out *strings.Builder, e *schemas.TrackingEvent) {
	if e.Type == schemas.TypeEvent {
		fmt.Fprintf(out, "event %s r%d %s %s", s.name(e.EventID, "e"), e.Revision, e.Code, e.Decision)
		if e.PreviousStatus != "" {
			fmt.Fprintf(out, " from %s", e.PreviousStatus)
		}
		if len(e.AlsoFrom) > 0 {
			fmt.Fprintf(out, " by %s,%s", e.Source, strings.Join(e.AlsoFrom, ","))
		}
		if e.MapVersion != scriptMaps {
			fmt.Fprintf(out, " mapped by %s", cmp.Or(e.MapVersion, "none"))
		}
	} else {
		fmt.Fprintf(out, "derived %s r%d %s", s.name(e.EventID, "d"), e.Revision, e.Type)
		if e.Tenant != "" {
			fmt.Fprintf(out, " for %s", e.Tenant)
		}
	}
	fmt.Fprintf(out, " at %s", e.OccurredAt.Format("01-02T15:04:05"))
	s.writeAudit(out, e)
	if e.Type == schemas.TypeStalled || e.Type == schemas.TypeAtRisk {
		fmt.Fprintf(out, " %v", e.Evidence)
	}
	fmt.Fprintln(out)
}

func (s *script) remember(row *schemas.Shipment) {
	key := row.TrackingNumber + row.Epoch.String()
	if _, known := s.shipments[key]; !known {
		s.order = append(s.order, key)
	}
	require.Greater(s.t, row.Revision, s.shipments[key].Revision, "revisions only grow")
	s.shipments[key] = *row
}

func (s *script) name(id, kind string) string {
	if name, known := s.names[id]; known {
		return name
	}
	n := &s.events
	if kind == "d" {
		n = &s.derived
	}
	*n++
	s.names[id] = fmt.Sprint(kind, *n)
	return s.names[id]
}

func (s *script) writeState() string {
	var out strings.Builder
	for _, key := range s.order {
		row := s.shipments[key]
		fmt.Fprintf(&out, "%s:%s epoch %s r%d %s %s present=%s events=%d attempts=%d", row.Carrier, row.TrackingNumber,
			row.Epoch.Format("2006-01-02T15:04:05"), row.Revision, row.Status, row.Code, s.nameOf(row.PresentEventID), row.Events, row.Attempts)
		if row.Closed {
			fmt.Fprint(&out, " closed")
		}
		if row.StalledAt != nil {
			fmt.Fprintf(&out, " silent since %s, stalled at %s", clockText(row.SilentSince), clockText(row.StalledAt))
		}
		fmt.Fprintln(&out)
		fmt.Fprintf(&out, "  clock %s to %s %s, delivered %s %s\n", clockText(row.ClockStart), clockText(row.ClockStop), row.ClockStopCode, clockText(row.DeliveredAt), row.DeliveredLocal)
		for _, g := range row.Registrations {
			fmt.Fprintf(&out, "  registration %s %s %s to %s measure=%s delayed=%s cleared=%s webhooks=%d metadata=%s\n", g.Tenant, g.State,
				clockText(&g.RegisteredAt), clockText(&g.ExpiresAt), g.Measure, clockText(g.DelayedAt), clockText(g.DelayClearedAt), g.Webhooks, g.Metadata)
			s.writeActs(&out, &g)
			if g.AtRiskAt != nil {
				fmt.Fprintf(&out, "    at risk since %s\n", clockText(g.AtRiskAt))
			}
		}
		for _, ep := range row.ExceptionEpisodes {
			fmt.Fprintf(&out, "  exception %s %s %s to %s %s by %s\n", ep.Code, ep.Party, clockText(&ep.OpenedAt), clockText(ep.ClosedAt), ep.ClosingCode, s.nameOf(ep.ClosingEventID))
		}
		for _, c := range row.ETAChanges {
			fmt.Fprintf(&out, "  eta %s to %s by %s of %s %s\n", etaText(c.FromDate, c.FromAt), etaText(c.ToDate, c.ToAt), s.nameOf(c.CausingEventID), c.Source, c.Reason)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.w.state)) {
		at := s.w.wake[key]
		fmt.Fprintf(&out, "wakes %s\n", clockText(&at))
	}
	return out.String()
}

func (s *script) nameOf(id string) string {
	if id == "" {
		return "-"
	}
	return s.name(id, "e")
}

func clockText(at *time.Time) string {
	if at == nil || at.IsZero() {
		return "-"
	}
	return at.Format("2006-01-02T15:04:05")
}

func etaText(date *string, at *time.Time) string {
	if date != nil {
		return *date
	}
	return clockText(at)
}
