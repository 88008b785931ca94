package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"waybill/internal/shipmentlog"
)

// printExplanation prints everything, life by life.
func printExplanation(w io.Writer, e *shipmentlog.Parcel) {
	for i, life := range e.Lives() {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printPresent(w, life)
		printDecisions(w, life)
		if len(life.Shipments) == 0 {
			continue
		}
		printHistory(w, life)
		section(w, "What was sent")
		t := newTable(w, "tenant", "endpoint", "#", "type", "outcome", "attempts", "last attempt", "next attempt", "id")
		for _, h := range life.Webhooks {
			t.AppendRow(table.Row{h.Tenant, h.EndpointID, h.Sequence, h.Type, h.Outcome, h.Attempts, optional(h.LastAttempt), optional(h.NextAttemptAt), h.WebhookID})
		}
		render(w, t)
	}
}

// printPresent prints how a life of the number stands.
func printPresent(w io.Writer, e *shipmentlog.Parcel) {
	for _, s := range e.Shipments {
		fmt.Fprintf(w, "status     %s (%s) since %s, by event %s\nlife       epoch %s, revision %d%s\nclock      %s to %s\n",
			s.Status, s.Code, optional(s.StatusAt), orDash(s.PresentEventID), stamp(s.Epoch), s.Revision, closedNote(s.Closed),
			optional(s.ClockStart), optional(s.ClockStop))
		if s.ETA != nil {
			fmt.Fprintf(w, "eta        %s, at first %s, moved %d times\n", s.ETA, orDash(s.OriginalETA.String()), max(0, len(e.ETAChanges)-1))
		}
		if s.StalledAt != nil || s.NotFoundAt != nil {
			fmt.Fprintf(w, "silent     stalled %s, not found %s, last scan %s\n", optional(s.StalledAt), optional(s.NotFoundAt), optional(s.LastScanAt))
		}
	}
	for _, x := range e.Exceptions {
		fmt.Fprintf(w, "exception  %s (%s) %s to %s, opened by event %s\n", x.Code, x.Party, stamp(x.OpenedAt), optional(x.ClosedAt), x.OpeningEventID)
		for _, a := range e.Acknowledgements {
			if a.OpeningEventID == x.OpeningEventID {
				fmt.Fprintf(w, "           acknowledged for %s by %s at %s\n", a.Tenant, orDash(a.Actor), stamp(a.AcknowledgedAt))
			}
		}
	}
	for _, r := range e.Registrations {
		printRegistration(w, &r)
	}
}

func printRegistration(w io.Writer, r *shipmentlog.Registration) {
	fmt.Fprintf(w, "\nfollowed   by %s, %s, window %s to %s\n", r.Tenant, r.State, stamp(r.RegisteredAt), stamp(r.ExpiresAt))
	if r.Reason != "" || r.Actor != "" {
		fmt.Fprintf(w, "           %s by %s: %s\n", r.State, orDash(r.Actor), orDash(r.Reason))
	}
	if r.DelayS != nil {
		fmt.Fprintf(w, "           late by %s", time.Duration(*r.DelayS)*time.Second)
		if r.AccountableDelayS != nil {
			fmt.Fprintf(w, ", the carrier's part %s", time.Duration(*r.AccountableDelayS)*time.Second)
		}
		fmt.Fprintln(w)
	}
	if r.AtRiskAt != nil {
		fmt.Fprintf(w, "           at risk since %s\n", stamp(*r.AtRiskAt))
	}
	fmt.Fprintf(w, "           promised %s, delayed %s, cleared %s, reference %s\n",
		orDash(r.Promised.String()), optional(r.DelayedAt), optional(r.DelayClearedAt), orDash(r.Reference))
}

func printDecisions(w io.Writer, e *shipmentlog.Parcel) {
	section(w, "What became of each raw event")
	t := newTable(w, "partition:offset", "arrived", "occurred", "source", "code", "decision", "rule", "reason", "event", "against")
	for _, d := range e.Decisions {
		reason := d.Reason
		if len(d.Warnings) > 0 {
			reason += " (" + strings.Join(d.Warnings, ", ") + ")"
		}
		t.AppendRow(table.Row{
			fmt.Sprintf("%d:%d", d.Partition, d.Offset), stamp(d.ArrivedAt), stamp(d.OccurredAt), d.Source, d.Code,
			d.Decision, d.Rule, reason, d.EventID, d.OtherEventID,
		})
	}
	wrap(t, "reason")
	render(w, t)
}

// printHistory prints the events as they now stand, with what the rules noticed
// by themselves and what was done by hand.
func printHistory(w io.Writer, e *shipmentlog.Parcel) {
	section(w, "History")
	t := newTable(w, "occurred", "local", "type", "code", "decision", "source", "for", "detail", "event")
	for _, v := range e.Events {
		source := strings.Join(append([]string{v.Source}, v.AlsoFrom...), ", ")
		t.AppendRow(table.Row{stamp(v.OccurredAt), v.OccurredLocal, v.Type, v.Code, v.Decision, source, v.Tenant, detail(&v), v.EventID})
	}
	wrap(t, "detail")
	render(w, t)
}

// detail is what an event says in words, who did it, and what the rules saw.
func detail(v *shipmentlog.Event) string {
	var parts []string
	if v.Actor != "" {
		parts = append(parts, "by "+v.Actor)
	}
	if v.Description != "" {
		parts = append(parts, v.Description)
	}
	for _, name := range slices.Sorted(maps.Keys(v.Evidence)) {
		if v.Evidence[name] != v.Description { // as the reason of an act is
			parts = append(parts, name+"="+v.Evidence[name])
		}
	}
	return strings.Join(parts, " ")
}

// wrap breaks the lines of a column that holds sentences.
func wrap(t table.Writer, column string) {
	t.SetColumnConfigs([]table.ColumnConfig{{Name: column, WidthMax: 48, WidthMaxEnforcer: text.WrapSoft}})
}

func section(w io.Writer, title string) { fmt.Fprintf(w, "\n%s\n", title) }

func newTable(w io.Writer, columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(columns)
	return t
}

// render prints a table, or that it has no rows.
func render(w io.Writer, t table.Writer) {
	if t.Length() == 0 {
		fmt.Fprintln(w, "none")
		return
	}
	t.Render()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

func optional(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return stamp(*t)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func closedNote(closed bool) string {
	if closed {
		return ", closed"
	}
	return ""
}
