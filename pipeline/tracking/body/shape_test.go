package body

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
	"waybill/schemas/status"
)

// How a key of ours differs from a record. The first two are on purpose where
// onPurpose has them.
const (
	newer    = "a field that the platform's interface has and the record does not"
	unknown  = "null where it is not known; the record knows it"
	missing  = "the record has it and we do not"
	mistyped = "of another type, or empty where the record has null"
)

// recorded are the answers that the platforms were recorded to give, which are
// what their webhooks have as data, and how ours differ from them on purpose.
// Shippo's record has object_updated with the present status alone.
var recorded = map[string]struct {
	file      string
	onPurpose map[string]string
}{
	DialectShippo: {"shippo/shippo_python__test_create_0.json", map[string]string{
		"original_eta": newer, "transaction": newer, "messages": newer,
		"servicelevel.terms": newer, "servicelevel.extended_token": newer, "servicelevel.parent_servicelevel": newer,
		"tracking_status.substatus": newer, "tracking_history[].substatus": newer, "tracking_history[].object_updated": newer,
	}},
	DialectShipEngine: {"shipengine/shipengine_dotnet__TrackUsingCarrierCodeAndTrackingNumber200Response.json", map[string]string{
		"label_url": newer, "tracking_url": newer, "carrier_code": newer, "carrier_id": newer,
		"status_detail_code": newer, "status_detail_description": newer,
		"carrier_status_code": unknown, "carrier_status_description": unknown, "ship_date": unknown, "estimated_delivery_date": unknown,
		"events[].status_detail_code": newer, "events[].status_description": newer, "events[].status_detail_description": newer,
		"events[].carrier_status_description": newer, "events[].proof_of_delivery_url": newer,
		"events[].carrier_occurred_at": unknown, "events[].event_code": unknown, "events[].carrier_status_code": unknown,
	}},
}

// The dialects have the shapes of what the platforms themselves were recorded to
// say: the same keys, of the same types, and null for the same.
func TestShapesAreThePlatforms(t *testing.T) {
	const folder = "../../../../shared/data/payloads/"
	for dialect, record := range recorded {
		t.Run(dialect, func(t *testing.T) {
			text, err := os.ReadFile(folder + record.file)
			if err != nil {
				t.Skipf("no record of %s for this test: %v", dialect, err)
			}
			var theirs any
			require.NoError(t, json.Unmarshal(text, &theirs))
			full, bare := bodyData(t, dialect, knownWebhook()), bodyData(t, dialect, &Webhook{History: []Event{{}}})
			require.Equal(t, record.onPurpose, differences(full, bare, theirs))
		})
	}
}

// knownWebhook has all that the dialects can tell.
func knownWebhook() *Webhook {
	at, day := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC), "2026-05-03"
	w := largeWebhook(1)
	address := &schemas.Address{City: "Leipzig", State: "SN", PostalCode: "04103", Country: "DE"}
	w.History[0].Status = status.Exception
	w.Present = &w.History[0]
	w.Registration = Registration{Metadata: "m", Transaction: "t", ShipDate: &day}
	w.Shipment = Shipment{
		Carrier: "sim", TrackingNumber: "A2", DeliveredAt: &at, ETA: &Target{Date: day}, OriginalETA: &Target{At: &at},
		ServiceLevel: &schemas.ServiceLevel{Name: "n", Token: "t", Terms: "t", ExtendedToken: "e", ParentToken: "p"},
		Origin:       address, Destination: address,
	}
	return w
}

// bodyData is what a webhook says about its parcel in a dialect.
func bodyData(t *testing.T, dialect string, w *Webhook) any {
	var b struct {
		Data any `json:"data"`
	}
	require.NoError(t, json.Unmarshal(dialects(t).Append(nil, dialect, w), &b))
	return b.Data
}

// shape is the kinds of value that each key has.
type shape map[string]map[string]bool

func (s shape) add(key string, v any) {
	kind := "object"
	switch v := v.(type) {
	case nil:
		kind = "null"
	case bool:
		kind = "bool"
	case float64:
		kind = "number"
	case string:
		if kind = "text"; v == "" {
			kind = "empty"
		}
	case []any:
		kind = "list"
		for _, item := range v {
			s.add(key+"[]", item)
		}
	case map[string]any:
		for name, value := range v {
			s.add(strings.TrimPrefix(key+"."+name, "."), value)
		}
	}
	if s[key] == nil {
		s[key] = map[string]bool{}
	}
	s[key][kind] = true
}

// differences compares a body that knows everything and one that knows nothing
// with a record, key by key. Below a key that differs nothing is compared.
func differences(full, bare, record any) map[string]string {
	whole, ours, theirs, found := shape{}, shape{}, shape{}, map[string]string{}
	whole.add("", full)
	ours.add("", full)
	ours.add("", bare)
	theirs.add("", record)
	for key := range theirs {
		if whole[key] == nil {
			found[key] = missing
		}
	}
	for key, kinds := range ours {
		switch their := theirs[key]; {
		case their == nil && theirs[above(key)] != nil:
			found[key] = newer
		case their == nil:
		case kinds["null"] && !their["null"]:
			found[key] = unknown
		case !like(kinds, their):
			found[key] = mistyped
		}
	}
	return found
}

// above is the key that a key lies in.
func above(key string) string {
	if list, ok := strings.CutSuffix(key, "[]"); ok {
		return list
	}
	return key[:max(0, strings.LastIndex(key, "."))]
}

// like tells whether a record's kinds allow ours. A record that only has null
// does not say what else there may be, but what is not known is null there.
func like(ours, theirs map[string]bool) bool {
	for kind := range ours {
		text := (kind == "text" || kind == "empty") && (theirs["text"] || theirs["empty"])
		open := theirs["null"] && len(theirs) == 1 && kind != "empty"
		if !theirs[kind] && !text && !open {
			return false
		}
	}
	return true
}
