package tracking

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// TestGolden plays the scripts of testdata/golden; run it with -rewrite to write down
// what comes out. A script's commands:
//
//	config     [hold=2s] [history=] [known-carriers]  begins anew
//	endpoint   id= [tenant=] [types=] [statuses=] [history]
//	register   at= [tenant=] [number=] [promised=] [promised-zone=] [promised-at=] [days=] [backfill=]
//	           [idempotency=] [id=] [metadata=] [reference=] [service=] [to=] [new-epoch] [is-return]
//	event      at= occurred= code= [received=] [raw=] [status=] [zone=] [local=] [day] [eta=] [eta-at=]
//	           [text=] [source=] [kind=] [place=] [signed=] [leg=] [ordinal=]
//	advance    to=
//	state      what the topic shipments says last
//	body       the last webhook's body
//
// Times are 05-04T10:00[:00] of 2026, UTC, or with a year in front. Events have
// the names e1, e2 ... in the order in which they were first met, derived ones
// d1, d2 ...
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata/golden", func(t *testing.T, path string) {
		s := &script{names: map[string]string{}}
		datadriven.RunTest(t, path, s.run)
	})
}

type script struct {
	t         *testing.T
	w         *world
	names     map[string]string
	events    int
	derived   int
	shipments map[string]schemas.Shipment
	order     []string
	body      []byte
}

func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	s.t = t
	if s.w == nil || d.Cmd == "config" {
		s.reset(d)
	}
	s.w.t = t
	switch d.Cmd {
	case "config":
		return ""
	case "endpoint":
		s.w.endpoint(&schemas.WebhookEndpoint{
			EndpointID: arg(d, "id", ""), Tenant: arg(d, "tenant", "acme"),
			Types: argList(d, "types"), Statuses: argList(d, "statuses"), History: d.HasArg("history"),
		})
		return ""
	case "register":
		return s.write(s.w.register(s.when(arg(d, "at", "")), s.registration(d)))
	case "event":
		return s.write(s.w.event(s.when(arg(d, "at", "")), s.carrierEvent(d)))
	case "advance":
		return s.write(s.w.advance(s.when(arg(d, "to", ""))))
	case "state":
		return s.writeState()
	case "body":
		var out bytes.Buffer
		require.NoError(t, json.Indent(&out, s.body, "", "  "))
		return out.String() + "\n"
	}
	d.Fatalf(t, "there is no command %s", d.Cmd)
	return ""
}

func (s *script) reset(d *datadriven.TestData) {
	hold, err := time.ParseDuration(arg(d, "hold", "2s"))
	require.NoError(s.t, err)
	s.w = newWorld(s.t, func(c *Config) {
		c.ReorderHold = hold
		if d.HasArg("history") {
			d.ScanArgs(s.t, "history", &c.History)
		}
		c.KnownCarriers = d.HasArg("known-carriers")
	})
	s.shipments = map[string]schemas.Shipment{}
	s.names, s.order, s.events, s.derived = map[string]string{}, nil, 0, 0
}

func (s *script) registration(d *datadriven.TestData) *schemas.Registration {
	days := 0
	if d.HasArg("days") {
		d.ScanArgs(s.t, "days", &days)
	}
	r := &schemas.Registration{
		Tenant: arg(d, "tenant", "acme"), Carrier: arg(d, "carrier", "sim"), TrackingNumber: arg(d, "number", "A2"),
		RegistrationID: arg(d, "id", ""), IdempotencyKey: arg(d, "idempotency", ""), WindowDays: days,
		Backfill: arg(d, "backfill", schemas.BackfillNone), Metadata: arg(d, "metadata", ""), Reference: arg(d, "reference", ""),
		NewEpoch: d.HasArg("new-epoch"), IsReturn: d.HasArg("is-return"),
		PromisedDate: s.optionalText(d, "promised"), PromisedZone: s.optionalText(d, "promised-zone"), PromisedAt: s.optionalTime(d, "promised-at"),
	}
	if d.HasArg("service") {
		r.ServiceLevel = &schemas.ServiceLevel{Token: arg(d, "service", "")}
	}
	if d.HasArg("to") {
		r.Destination = &schemas.Address{Country: arg(d, "to", "")}
	}
	return r
}

func (s *script) carrierEvent(d *datadriven.TestData) *schemas.CarrierEvent {
	code, ordinal := arg(d, "code", ""), 0
	if d.HasArg("ordinal") {
		d.ScanArgs(s.t, "ordinal", &ordinal)
	}
	e := &schemas.CarrierEvent{
		Carrier: arg(d, "carrier", "sim"), TrackingNumber: arg(d, "number", "A2"), Code: code, Status: arg(d, "status", ""),
		RawCode: arg(d, "raw", code), Description: strings.ReplaceAll(arg(d, "text", ""), "_", " "), SignedBy: arg(d, "signed", ""),
		Source: arg(d, "source", "sim-push"), SourceKind: arg(d, "kind", schemas.SourceCarrierPush),
		OccurredAt: s.when(arg(d, "occurred", "")), OccurredZone: arg(d, "zone", ""), OccurredLocal: arg(d, "local", ""),
		OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, ReceivedAt: s.optionalTime(d, "received"),
		Leg: arg(d, "leg", schemas.LegForward), Ordinal: ordinal, MapVersion: "t1",
		ETADate: s.optionalText(d, "eta"), ETAAt: s.optionalTime(d, "eta-at"),
	}
	if d.HasArg("day") {
		e.OccurredPrecision = schemas.PrecisionDay
	}
	if d.HasArg("place") {
		e.Location = &schemas.Location{City: arg(d, "place", "")}
	}
	return e
}

func (s *script) optionalText(d *datadriven.TestData, key string) *string {
	if !d.HasArg(key) {
		return nil
	}
	v := arg(d, key, "")
	return &v
}

func (s *script) optionalTime(d *datadriven.TestData, key string) *time.Time {
	if !d.HasArg(key) {
		return nil
	}
	at := s.when(arg(d, key, ""))
	return &at
}

func (s *script) when(text string) time.Time {
	s.t.Helper()
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		for _, year := range []string{"", "2026-"} {
			if at, err := time.Parse(layout, year+text); err == nil {
				return at
			}
		}
	}
	require.Fail(s.t, "no time", "%q", text)
	return time.Time{}
}

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
		var b Body
		require.NoError(s.t, json.Unmarshal(j.Body, &b))
		require.Equal(s.t, j.JobID, b.ID)
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
		s.body = j.Body
	}
	for _, u := range o.usage {
		fmt.Fprintf(&out, "usage %s\n", u.Tenant)
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
	} else {
		fmt.Fprintf(out, "derived %s r%d %s", s.name(e.EventID, "d"), e.Revision, e.Type)
		if e.Tenant != "" {
			fmt.Fprintf(out, " for %s", e.Tenant)
		}
	}
	fmt.Fprintf(out, " at %s\n", e.OccurredAt.Format("01-02T15:04:05"))
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
		fmt.Fprintln(&out)
		fmt.Fprintf(&out, "  clock %s to %s %s, delivered %s %s\n", clockText(row.ClockStart), clockText(row.ClockStop), row.ClockStopCode, clockText(row.DeliveredAt), row.DeliveredLocal)
		for _, g := range row.Registrations {
			fmt.Fprintf(&out, "  registration %s %s %s to %s measure=%s delayed=%s cleared=%s webhooks=%d metadata=%s\n", g.Tenant, g.State,
				clockText(&g.RegisteredAt), clockText(&g.ExpiresAt), g.Measure, clockText(g.DelayedAt), clockText(g.DelayClearedAt), g.Webhooks, g.Metadata)
		}
		for _, ep := range row.ExceptionEpisodes {
			fmt.Fprintf(&out, "  exception %s %s %s to %s %s by %s\n", ep.Code, ep.Party, clockText(&ep.OpenedAt), clockText(ep.ClosedAt), ep.ClosingCode, s.nameOf(ep.ClosingEventID))
		}
		for _, c := range row.ETAChanges {
			fmt.Fprintf(&out, "  eta %s to %s by %s\n", etaText(c.FromDate, c.FromAt), etaText(c.ToDate, c.ToAt), s.nameOf(c.CausingEventID))
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

func arg(d *datadriven.TestData, key, fallback string) string {
	for _, a := range d.CmdArgs {
		if a.Key == key && len(a.Vals) > 0 {
			return strings.Join(a.Vals, ",")
		}
	}
	return fallback
}

func argList(d *datadriven.TestData, key string) []string {
	for _, a := range d.CmdArgs {
		if a.Key == key {
			return a.Vals
		}
	}
	return []string{}
}
