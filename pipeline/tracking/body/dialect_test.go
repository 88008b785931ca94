package body

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

func dialects(t testing.TB) *Dialects {
	t.Helper()
	model, err := status.Default()
	require.NoError(t, err)
	maps, err := codemap.Default(model)
	require.NoError(t, err)
	d, err := NewDialects(maps)
	require.NoError(t, err)
	return d
}

func TestChoose(t *testing.T) {
	for _, test := range []struct{ dialect, version, wantDialect, wantVersion string }{
		{"", "", "waybill", "1"},
		{"", "1", "waybill", "1"},
		{"waybill", "", "waybill", "1"},
		{"shippo", "", "shippo", "2018-02-08"},
		{"shippo", "2018-02-08", "shippo", "2018-02-08"},
		{"shipengine", "", "shipengine", "v1"},
	} {
		dialect, version, err := Choose(test.dialect, test.version)
		require.NoError(t, err)
		require.Equal(t, []string{test.wantDialect, test.wantVersion}, []string{dialect, version})
	}
	for _, test := range []struct{ dialect, version, quoted string }{
		{"easypost", "", `"easypost"`},
		{"Shippo", "", `"Shippo"`},
		{"shippo", "2014-02-11", `"shippo 2014-02-11"`},
		{"", "2", `"waybill 2"`},
	} {
		_, _, err := Choose(test.dialect, test.version)
		require.EqualError(t, err, "the dialect "+test.quoted+" is not known; known are waybill 1, shippo 2018-02-08, shipengine v1")
	}
}

// Events that are each as large as the limits on texts allow.
func largeWebhook(events int) *Webhook {
	long := strings.Repeat("x", 300)
	at := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	w := &Webhook{ID: "w", Types: []string{}, Changed: []string{}, Shipment: Shipment{Carrier: "sim", TrackingNumber: "A2"}}
	for i := range events {
		w.History = append(w.History, Event{
			ObjectID: "e", Code: "transit.moving", Name: long, Description: long, OccurredAt: at.Add(time.Duration(i) * time.Hour),
			OccurredText: long, OccurredLocal: long, OccurredZone: long, SignedBy: long, RawCode: long,
			Location: &schemas.Location{Name: long, City: long, State: long, PostalCode: long, Country: long},
		})
	}
	return w
}

// W12: no body reaches the bound. Waybill's own form leaves the history out; the
// dialects, which cannot, leave out no more of the oldest than they must.
func TestBodiesStayBelowTheBound(t *testing.T) {
	d := dialects(t)
	for _, events := range []int{0, 1, 60, 256} {
		w := largeWebhook(events)
		var own Webhook
		require.NoError(t, json.Unmarshal(d.Append(nil, DialectWaybill, w), &own))
		require.Equal(t, len(toJSON(w)) >= Max, own.HistoryOmitted)
		if own.HistoryOmitted {
			require.Empty(t, own.History)
		}

		var shippo shippoWebhook
		text := d.Append(nil, DialectShippo, w)
		require.Less(t, len(text), Max)
		require.NoError(t, json.Unmarshal(text, &shippo))
		kept := len(shippo.Data.TrackingHistory)
		require.Equal(t, kept < events, len(shippo.Data.Messages) == 1)

		var engine shipEngineWebhook
		require.NoError(t, json.Unmarshal(d.Append(nil, DialectShipEngine, w), &engine))
		require.LessOrEqual(t, len(engine.Data.Events), events)
		for _, n := range []int{kept, len(engine.Data.Events)} {
			if n > 0 {
				require.Equal(t, w.History[events-1].OccurredAt, engine.Data.Events[0].OccurredAt, "the newest stays")
			}
		}
		if kept < events {
			require.GreaterOrEqual(t, len(toJSON(d.shippoBody(w, w.History[events-kept-1:]))), Max, "one more would not fit")
		}
	}
	require.Contains(t, string(d.Append(nil, DialectShippo, largeWebhook(256))), "events of the history are left out")
}

// An endpoint of a newer build may have a dialect that this one does not know.
func TestAnUnknownDialectGetsTheOwnForm(t *testing.T) {
	w := largeWebhook(1)
	require.Equal(t, Append(nil, w), dialects(t).Append(nil, "later", w))
	require.Equal(t, Append(nil, w), (*Dialects)(nil).Append(nil, DialectShippo, w))
}

func TestTargetsAsInstants(t *testing.T) {
	at := time.Date(2026, 5, 4, 18, 0, 0, 0, time.FixedZone("", 2*3600))
	for want, target := range map[string]*Target{
		"": nil, "2026-05-04T00:00:00Z": {Date: "2026-05-04", Zone: "Europe/Berlin"}, "2026-05-04T16:00:00Z": {At: &at},
	} {
		require.Equal(t, want, target.instant())
	}
}
