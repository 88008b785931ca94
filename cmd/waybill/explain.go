package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"waybill/analytics"
)

type explainCmd struct {
	formatFlag
	parcelArgs
}

func (*explainCmd) Help() string {
	return `Each raw event has one decision, the rule that made it (docs/rules.md) and a reason. Beside them stand the history and
what was sent to whom.

Example:

    waybill explain royal-mail AB123456785GB`
}

func (c *explainCmd) Run(ctx context.Context, g *globals) error {
	e, err := c.explain(ctx, g)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(e)
	}
	return printExplanation(os.Stdout, e)
}

// explain reads what is known, and fails when that is nothing.
func (p parcelArgs) explain(ctx context.Context, g *globals) (*analytics.Explanation, error) {
	carrier, number, err := p.canonical(g)
	if err != nil {
		return nil, err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	e, err := analytics.Explain(ctx, conn, carrier, number)
	if err != nil {
		return nil, err
	}
	if len(e.Shipments) == 0 && len(e.Decisions) == 0 {
		return nil, fmt.Errorf("nothing is known of %s %s; rows reach ClickHouse about a second after an event", carrier, number)
	}
	e.Shipments, e.Registrations, e.Events = list(e.Shipments), list(e.Registrations), list(e.Events)
	e.Decisions, e.Webhooks = list(e.Decisions), list(e.Webhooks)
	return e, nil
}

func printExplanation(w io.Writer, e *analytics.Explanation) error {
	printPresent(w, e)
	section(w, "What became of each raw event")
	t := newTable(w, "partition:offset", "arrived", "occurred", "code", "decision", "rule", "reason", "event")
	for _, d := range e.Decisions {
		t.AppendRow(table.Row{
			fmt.Sprintf("%d:%d", d.Partition, d.Offset), stamp(d.ArrivedAt), stamp(d.OccurredAt), d.Code,
			d.Decision, d.Rule, d.Reason, d.EventID,
		})
	}
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "reason", WidthMax: 48, WidthMaxEnforcer: text.WrapSoft}})
	render(w, t)
	printHistory(w, e)
	section(w, "What was sent")
	t = newTable(w, "tenant", "endpoint", "#", "type", "outcome", "attempts", "last attempt", "id")
	for _, h := range e.Webhooks {
		t.AppendRow(table.Row{h.Tenant, h.EndpointID, h.Sequence, h.Type, h.Outcome, h.Attempts, stamp(h.LastAttempt), h.JobID})
	}
	render(w, t)
	return nil
}

// printPresent prints how the parcel stands.
func printPresent(w io.Writer, e *analytics.Explanation) {
	for _, s := range e.Shipments {
		fmt.Fprintf(w, "status     %s (%s) since %s, by event %s\nlife       epoch %s, revision %d%s\nclock      %s to %s\n\n",
			s.Status, s.Code, optional(s.StatusAt), orDash(s.PresentEventID), stamp(s.Epoch), s.Revision, closedNote(s.Closed),
			optional(s.ClockStart), optional(s.ClockStop))
	}
	for _, r := range e.Registrations {
		fmt.Fprintf(w, "followed   by %s, %s, window %s to %s\n           promised %s, delayed %s, cleared %s, reference %s\n",
			r.Tenant, r.State, stamp(r.RegisteredAt), stamp(r.ExpiresAt), orDash(r.Promise), optional(r.DelayedAt), optional(r.DelayClearedAt), orDash(r.Reference))
	}
}

// printHistory prints the events as they now stand.
func printHistory(w io.Writer, e *analytics.Explanation) {
	section(w, "History")
	t := newTable(w, "occurred", "local", "type", "code", "decision", "source", "event")
	for _, v := range e.Events {
		t.AppendRow(table.Row{stamp(v.OccurredAt), v.OccurredLocal, v.Type, v.Code, v.Decision, v.Source, v.EventID})
	}
	render(w, t)
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
