package tracking

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// sdkFolder is where `make bin/webhook-sdks` puts the platforms' SDKs.
const sdkFolder = "../../bin/webhook-sdks"

// said is one webhook for the SDKs to read.
type said struct {
	Dialect string          `json:"dialect"`
	Body    json.RawMessage `json:"body"`
}

// dialectBodies gives the bodies that some random histories make in the
// platforms' shapes.
func dialectBodies(t *testing.T) []said {
	var bodies []said
	for seed := range 60 {
		out := play(t, rapid.Custom(histories).Example(seed), func(w *world) {
			for _, dialect := range []string{body.DialectShippo, body.DialectShipEngine} {
				w.endpoint(&schemas.WebhookEndpoint{EndpointID: dialect, Tenant: "acme", Dialect: dialect})
			}
		})
		for _, j := range out.jobs {
			if body.Whole(j.EndpointID) {
				bodies = append(bodies, said{j.EndpointID, j.Body})
			}
		}
	}
	require.Greater(t, len(bodies), 200)
	return bodies
}

// The platforms' own SDKs read what the dialects write. Shippo's writes again
// what it read, and loses nothing of it; ShipEngine's passes on each event.
func TestSDKsReadTheDialects(t *testing.T) {
	folder, err := filepath.Abs(sdkFolder)
	require.NoError(t, err)
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no SDKs for this test: make bin/webhook-sdks (%v)", err)
	}
	bodies := dialectBodies(t)
	var input, failure bytes.Buffer
	for _, b := range bodies {
		require.NoError(t, json.NewEncoder(&input).Encode(b))
	}
	command := exec.CommandContext(t.Context(), "node", "testdata/sdks/read.cjs", folder)
	command.Stdin, command.Stderr = &input, &failure
	output, err := command.Output()
	require.NoError(t, err, "%s", failure.String())
	read := json.NewDecoder(bytes.NewReader(output))
	for _, b := range bodies {
		var understood map[string]any
		require.NoError(t, read.Decode(&understood))
		if b.Dialect == body.DialectShippo {
			var whole map[string]any
			require.NoError(t, json.Unmarshal(b.Body, &whole))
			require.Equal(t, sameTimes(whole), sameTimes(understood))
			continue
		}
		requireUnderstood(t, b.Body, understood)
	}
}

// requireUnderstood compares what ShipEngine's SDK understood with the body.
func requireUnderstood(t *testing.T, text []byte, understood map[string]any) {
	var whole struct {
		Data map[string]any `json:"data"`
	}
	require.NoError(t, json.Unmarshal(text, &whole))
	for ours, theirs := range map[string]string{
		"tracking_number": "trackingNumber", "status_code": "statusCode", "status_description": "statusDescription",
		"carrier_status_code": "carrierStatusCode", "estimated_delivery_date": "estimatedDeliveryDate",
		"actual_delivery_date": "actualDeliveryDate", "exception_description": "exceptionDescription",
	} {
		require.Equal(t, whole.Data[ours], understood[theirs], ours)
	}
	events, read := whole.Data["events"].([]any), understood["events"].([]any)
	require.Len(t, read, len(events))
	for i := range events {
		event, seen := events[i].(map[string]any), read[i].(map[string]any)
		require.Equal(t, event["occurred_at"], seen["occurredAt"])
		require.Equal(t, event["description"], seen["description"])
		require.Equal(t, event["status_code"], seen["statusCode"])
		require.Equal(t, event["event_code"], seen["eventCode"])
		require.Equal(t, event["city_locality"], seen["cityLocality"])
	}
}

// sameTimes writes every time in a value in one way.
func sameTimes(v any) any {
	switch v := v.(type) {
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.UTC()
		}
	case []any:
		for i := range v {
			v[i] = sameTimes(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = sameTimes(v[key])
		}
	}
	return v
}
