package tracking

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// TestGolden plays the scripts of testdata/golden; run it with -rewrite to write down
// what comes out. A script's commands:
//
//	config     [hold=2s] [history=] [maps=] [flood=] [polls] [known-carriers] [operators=] [quotas=(acme:2)] [replay]   begins anew
//	endpoint   id= [tenant=] [types=] [statuses=] [history] [dialect=]
//	register   at= [tenant=] [number=] [promised=] [promised-zone=] [promised-at=] [days=] [backfill=]
//	           [idempotency=] [id=] [metadata=] [reference=] [service=] [from=BR/SP] [to=] [new-epoch] [is-return]
//	           [tags=] [ship-date=] [account=] [transaction=] [actor=]
//	event      at= occurred= code= [received=] [raw=] [raw-status=] [status=] [zone=] [local=] [day] [minute] [eta=] [eta-at=]
//	           [eta-reason=] [wrote=] [confidence=] [map=] (golden_fault_test.go)
//	           [text=] [source=] [kind=] [place=] [signed=] [leg=] [ordinal=] [retracted]
//	maps       version=                               goes on with another version of the maps,
//	                                                  built-in for those that Waybill ships
//	act        what= at= ...                            see golden_acts_test.go
//	baselines  built= [half]                         a version of the table (baselines_test.go)
//	arrive     at=                                      what moved to another carrier
//	used       tenant= period=2026-05 units=             what the table quotas says
//	advance    to=
//	state      what the topic shipments says last
//	body       the last webhook's body [of=]
//
// Times are 05-04T10:00[:00] of 2026, UTC, or with a year in front. Events have
// the names e1, e2 ... in the order in which they were first met, derived ones
// d1, d2 ...
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata/golden", func(t *testing.T, path string) {
		s := &script{names: map[string]string{}, bodies: map[string][]byte{}}
		datadriven.RunTest(t, path, s.run)
	})
}

// scriptMaps is the version of the maps that sources of a script use, where they
// give a code.
const scriptMaps = "t1"

type script struct {
	t         *testing.T
	w         *world
	cfg       Config
	names     map[string]string
	events    int
	derived   int
	shipments map[string]schemas.Shipment
	order     []string
	bodies    map[string][]byte      // the last by endpoint, and of all
	moved     []schemas.Registration // to other carriers, not on the log yet
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
			Dialect: arg(d, "dialect", body.DialectWaybill),
		})
		return ""
	case "register":
		return s.write(s.w.register(s.when(arg(d, "at", "")), s.registration(d)))
	case "arrive":
		return s.arrive(s.when(arg(d, "at", "")))
	case "act":
		return s.write(s.w.register(s.when(arg(d, "at", "")), s.act(d)))
	case "event":
		return s.write(s.w.event(s.when(arg(d, "at", "")), s.carrierEvent(d)))
	case "maps":
		s.w.use(&s.cfg, arg(d, "version", ""))
		return ""
	case "used":
		s.setUsed(d)
		return ""
	case "baselines":
		s.baselines(d)
		return ""
	case "advance":
		return s.write(s.w.advance(s.when(arg(d, "to", ""))))
	case "state":
		return s.writeState()
	case "body":
		var out bytes.Buffer
		require.NoError(t, json.Indent(&out, s.bodies[arg(d, "of", "")], "", "  "))
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
		c.Polls = d.HasArg("polls")
		if d.HasArg("flood") {
			d.ScanArgs(s.t, "flood", &c.Flood)
		}
		if d.HasArg("quotas") {
			c.Quotas = limitsOf(s.t, argList(d, "quotas"))
		}
		c.Operators, c.Replay = argList(d, "operators"), d.HasArg("replay")
		if d.HasArg("maps") {
			c.Maps = mapsNamed(s.t, arg(d, "maps", ""))
		}
		s.cfg = *c
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
		Tags: argList(d, "tags"), ShipDate: s.optionalText(d, "ship-date"), CarrierAccount: arg(d, "account", ""),
		Transaction: arg(d, "transaction", ""), Actor: arg(d, "actor", ""),
	}
	if d.HasArg("service") {
		r.ServiceLevel = &schemas.ServiceLevel{Token: arg(d, "service", "")}
	}
	r.Origin, r.Destination = place(d, "from"), place(d, "to")
	return r
}

func (s *script) carrierEvent(d *datadriven.TestData) *schemas.CarrierEvent {
	code, ordinal := arg(d, "code", ""), 0
	if d.HasArg("ordinal") {
		d.ScanArgs(s.t, "ordinal", &ordinal)
	}
	e := &schemas.CarrierEvent{
		Carrier: arg(d, "carrier", "sim"), TrackingNumber: arg(d, "number", "A2"), Code: code, Status: arg(d, "status", ""),
		RawCode: arg(d, "raw", code), RawStatus: arg(d, "raw-status", ""), Description: strings.ReplaceAll(arg(d, "text", ""), "_", " "), SignedBy: arg(d, "signed", ""),
		Source: arg(d, "source", "sim-push"), SourceKind: arg(d, "kind", schemas.SourceCarrierPush),
		OccurredAt: s.when(arg(d, "occurred", "")), OccurredZone: arg(d, "zone", ""), OccurredLocal: arg(d, "local", ""),
		OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, ReceivedAt: s.optionalTime(d, "received"),
		Leg: arg(d, "leg", schemas.LegForward), Ordinal: ordinal, MapVersion: scriptMaps,
		ETADate: s.optionalText(d, "eta"), ETAAt: s.optionalTime(d, "eta-at"), ETAReason: arg(d, "eta-reason", ""),
	}
	if code == "" && e.Status == "" {
		e.MapVersion = ""
	}
	e.Retracted = d.HasArg("retracted")
	if d.HasArg("day") {
		e.OccurredPrecision = schemas.PrecisionDay
	}
	if d.HasArg("minute") {
		e.OccurredPrecision = schemas.PrecisionMinute
	}
	if d.HasArg("place") {
		e.Location = &schemas.Location{City: arg(d, "place", "")}
	}
	s.asWritten(d, e)
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
