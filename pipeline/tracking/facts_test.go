package tracking

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// Real shipments with facts known from outside: the delivery history of USAID
// SCMS, 5,176 lines. A registration arrives 20 days before the promise or a day
// before the record, whichever is earlier; the delivery is a day without a zone
// and arrives on the day it was recorded. Each delivery is sent twice.
func TestKnownFacts(t *testing.T) {
	var parcels, early, onTime, late, webhooks, future, duplicates int
	for _, line := range readSCMS(t) {
		row, out := playSCMS(t, line)
		require.Equal(t, "DELIVERED", row.Status)
		parcels++
		switch promised := line["scheduled_delivery_date"]; {
		case row.DeliveredLocal < promised:
			early++
		case row.DeliveredLocal == promised:
			onTime++
		default:
			late++
		}
		for _, j := range out.jobs {
			if j.Type == schemas.TypeDelivered {
				webhooks++
			}
		}
		for _, d := range out.decisions {
			switch {
			case d.Decision == schemas.DecisionHeldFuture && d.Code == "delivered.delivered":
				future++
			case d.Decision == schemas.DecisionDuplicate:
				duplicates++
			}
		}
	}
	require.Equal(t, []int{5176, 1473, 3112, 591}, []int{parcels, early, onTime, late})
	require.Equal(t, 4414, webhooks, "arrived in the window and not before the registration by date")
	require.Equal(t, 1, future, "one was recorded before it was delivered")
	require.Equal(t, 5176, duplicates)
}

// playSCMS plays one line and gives the shipment's last row.
func playSCMS(t *testing.T, line map[string]string) (schemas.Shipment, outputs) {
	promised, recorded, delivered := scmsDay(t, line, "scheduled_delivery_date"), scmsDay(t, line, "recorded_date"), scmsDay(t, line, "delivered_date")
	registered := promised.AddDate(0, 0, -20)
	if before := recorded.AddDate(0, 0, -1); before.Before(registered) {
		registered = before
	}
	number, promise := line["shipment_ref"]+"."+line["line_id"], line["scheduled_delivery_date"]
	w := newWorld(t, nil)
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "hook", Tenant: "acme"})
	out := w.register(registered, &schemas.Registration{Tenant: "acme", Carrier: "scms", TrackingNumber: number, PromisedDate: &promise})
	if line["po_sent_date"] != "" {
		sent := scmsDay(t, line, "po_sent_date")
		out = out.and(w.event(registered.Add(time.Second), scmsEvent(number, "info.received", sent, registered.Add(time.Second))))
	}
	for range 2 {
		out = out.and(w.event(recorded, scmsEvent(number, "delivered.delivered", delivered, recorded)))
	}
	out = out.and(w.advance(recorded.AddDate(0, 0, 30)))
	return out.shipments[len(out.shipments)-1], out
}

func scmsEvent(number, code string, occurred, received time.Time) *schemas.CarrierEvent {
	return &schemas.CarrierEvent{
		Carrier: "scms", TrackingNumber: number, Code: code, RawCode: code, Source: "scms", SourceKind: schemas.SourceFile,
		OccurredAt: occurred, OccurredLocal: occurred.Format(dateLayout), OccurredPrecision: schemas.PrecisionDay,
		OccurredConfidence: schemas.ConfidenceAssumedUTC, ReceivedAt: &received,
	}
}

func scmsDay(t *testing.T, line map[string]string, column string) time.Time {
	t.Helper()
	at, err := time.Parse(dateLayout, line[column])
	require.NoError(t, err, column)
	return at
}

func readSCMS(t *testing.T) []map[string]string {
	t.Helper()
	file, err := os.Open("../../connectors/replay/data/scms_shipments.csv.gz")
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows := csv.NewReader(unzipped)
	columns, err := rows.Read()
	require.NoError(t, err)
	var lines []map[string]string
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return lines
		}
		require.NoError(t, err)
		line := map[string]string{}
		for i, cell := range cells {
			line[columns[i]] = cell
		}
		lines = append(lines, line)
	}
}
