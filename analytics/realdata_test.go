package analytics_test

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/schemas"
)

// readTable reads a compressed CSV file that stands beside the project, as maps
// by column.
func readTable(t *testing.T, name string) []map[string]string {
	t.Helper()
	file, err := os.Open("../../shared/data/timelines/" + name)
	if err != nil {
		t.Skipf("the data of this test is not beside the project: %v", err)
	}
	defer func() { require.NoError(t, file.Close()) }()
	plain, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines, err := csv.NewReader(plain).ReadAll()
	require.NoError(t, err)
	rows := make([]map[string]string, 0, len(lines)-1)
	for _, line := range lines[1:] {
		row := make(map[string]string, len(line))
		for i, v := range line {
			row[lines[0][i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

// Nine years of shipments: what is early, on time and late by date, and how many
// were recorded only after the day of delivery, is known from the file by other
// means.
func TestRealShipments(t *testing.T) {
	date := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		require.NoError(t, err)
		return at
	}
	var world records
	for _, row := range readTable(t, "scms_shipments_dev.csv.gz") {
		delivered, recorded, promise := date(row["delivered_date"]), date(row["recorded_date"]), row["scheduled_delivery_date"]
		number := schemas.CanonicalNumber(row["shipment_ref"] + "." + row["line_id"])
		registered := recorded.AddDate(0, 0, -1)
		if early := date(promise).AddDate(0, 0, -20); early.Before(registered) {
			registered = early
		}
		world.shipments = append(world.shipments, &schemas.Shipment{
			Carrier: "scms", TrackingNumber: number, Epoch: registered, Revision: 2, Status: "DELIVERED", Code: "delivered.delivered", Terminal: true,
			Leg: schemas.LegForward, StatusAt: &delivered, DeliveredAt: &delivered, DeliveredLocal: row["delivered_date"], DeliveredPrecision: schemas.PrecisionDay,
			CreatedAt: registered, UpdatedAt: recorded,
			Registrations: []schemas.RegistrationState{{
				RegistrationID: number, Tenant: "scms", State: "active", Reference: row["shipment_ref"], RegisteredAt: registered,
				ExpiresAt: registered.AddDate(0, 0, 30), PromisedDate: &promise, Service: row["shipment_mode"], DestinationCountry: row["country"],
			}},
		})
		world.events = append(world.events, &schemas.TrackingEvent{
			Carrier: "scms", TrackingNumber: number, Epoch: registered, EventID: "delivered", Revision: 2, Type: "tracking.event",
			Status: "DELIVERED", Code: "delivered.delivered", Leg: schemas.LegForward, SourceKind: schemas.SourceFile,
			OccurredAt: delivered, OccurredLocal: row["delivered_date"], OccurredPrecision: schemas.PrecisionDay,
			OccurredConfidence: schemas.ConfidenceAssumedUTC, ReceivedAt: recorded, ArrivedAt: recorded,
		})
	}
	conn := load(t, world)
	reportTest{
		name: "of nine years", report: "on-time", params: analytics.Params{By: []string{}},
		want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
			5176,1473,3112,591,0,0,0.8858,591,0.8858`,
	}.run(t, conn)
	latency, err := analytics.FindReport("scan-latency")
	require.NoError(t, err)
	result, err := analytics.Run(t.Context(), conn, latency, analytics.Params{By: []string{}})
	require.NoError(t, err)
	require.EqualValues(t, 992, column(t, result, "later_than_occurred"))
	require.EqualValues(t, 5176, column(t, result, "delivered_events"))
}

// Orders of a country three hours behind UTC, promised for a day: compared in
// UTC, deliveries of the late evening would be a day later than they were. All
// figures were worked out from the file by other means.
func TestRealOrders(t *testing.T) {
	zone := time.FixedZone("", -3*60*60)
	local := func(text string) time.Time {
		at, err := time.ParseInLocation("2006-01-02T15:04:05", text, zone)
		require.NoError(t, err)
		return at
	}
	var world records
	for _, row := range readTable(t, "olist_orders_dev.csv.gz") {
		bought := local(row["purchase_ts"])
		promise, _, _ := strings.Cut(row["estimated_delivery_ts"], "T")
		s := &schemas.Shipment{
			Carrier: "olist", TrackingNumber: schemas.CanonicalNumber(row["order_id"]), Epoch: bought, Revision: 1, Status: "IN_TRANSIT",
			Leg: schemas.LegForward, DeliveredPrecision: schemas.PrecisionSecond, CreatedAt: bought, UpdatedAt: bought,
			Registrations: []schemas.RegistrationState{{
				RegistrationID: row["order_id"], Tenant: "shop", State: "active", RegisteredAt: bought, ExpiresAt: bought.AddDate(0, 0, 30), PromisedDate: &promise,
			}},
		}
		if started := row["carrier_handover_ts"]; started != "" {
			at := local(started)
			s.ClockStart, s.ClockStartLocal = &at, started
		}
		if row["delivered_ts"] != "" {
			at := local(row["delivered_ts"])
			s.DeliveredAt, s.DeliveredLocal, s.Terminal, s.StatusAt, s.UpdatedAt = &at, row["delivered_ts"], true, &at, at
		}
		world.shipments = append(world.shipments, s)
	}
	conn := load(t, world)
	onTime, err := analytics.FindReport("on-time")
	require.NoError(t, err)
	result, err := analytics.Run(t.Context(), conn, onTime, analytics.Params{By: []string{}})
	require.NoError(t, err)
	require.EqualValues(t, 4823, column(t, result, "delivered"))
	require.EqualValues(t, 354, column(t, result, "late"))
	require.EqualValues(t, 130, column(t, result, "open"))
	// One was delivered before it was handed over. From Monday to Friday, for no country is given.
	reportTest{
		name: "from hand-over to delivery", report: "transit-time", params: analytics.Params{By: []string{}},
		want: `stopped,measured,timed,p50_hours,p90_hours,p95_hours,p50_days,p90_days,p95_days,p50_business_days,p90_business_days,p95_business_days,no_holidays,promised,p50_promised_days,within_share
			4823,4822,4822,171.52,457.82,593.93,7,19,25,5,13,18,4822,4822,21,0.9266`,
	}.run(t, conn)
}

// column reads a value of a result of one row.
func column(t *testing.T, r *analytics.Result, name string) any {
	t.Helper()
	require.Len(t, r.Rows, 1)
	for i, c := range r.Columns {
		if c.Name == name {
			return r.Rows[0][i]
		}
	}
	t.Fatalf("there is no column %s", name)
	return nil
}
