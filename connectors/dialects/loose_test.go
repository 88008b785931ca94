package dialects_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// A value of a wrong type costs the event that it is of, and no other.
func TestWrongTypes(t *testing.T) {
	const good = `{"status":"TRANSIT","status_details":"Moved","status_date":"2026-05-01T10:00:00Z"}`
	payload := func(rest string) string {
		return `{"event":"track_updated","data":{"carrier":"ups","tracking_number":"1Z1","tracking_history":[` + good + `,` + rest + `]}}`
	}
	for _, c := range []struct{ name, payload, where, problem string }{
		{"text", payload(`{"status":["X"],"status_date":"2026-05-01T11:00:00Z"}`), "data.tracking_history[1].status", "a list stands where a text is wanted"},
		{"time", payload(`{"status":"TRANSIT","status_date":{"at":1}}`), "data.tracking_history[1].status_date", "an object stands where a text is wanted"},
		{"object", payload(`{"status":"TRANSIT","status_date":"2026-05-01T11:00:00Z","location":"Berlin"}`), "data.tracking_history[1].location", "a text stands where an object is wanted"},
		{"deep", payload(`{"location":{"city":[[{"a":[1,2]}]],"zip":"1"},"status":"TRANSIT","status_date":"2026-05-01T11:00:00Z"}`), "data.tracking_history[1].location.city", "a list stands where a text is wanted"},
		{"event", payload(`"TRANSIT"`), "data.tracking_history[1]", "a text stands where an object is wanted"},
		{"list in a list", payload(`[` + good + `]`), "data.tracking_history[1]", "a list stands where an object is wanted"},
		{"forecast", strings.Replace(payload(good), `"carrier"`, `"eta":["2026-05-02"],"carrier"`, 1), "data.eta", "a list stands where a text is wanted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			reading, err := dialects.Parse("shippo", []byte(c.payload), options(t))
			require.NoError(t, err)
			require.NotEmpty(t, reading.Events)
			require.Equal(t, "Moved", reading.Events[0].Description)
			require.Len(t, reading.Failures, 1)
			require.Equal(t, dialects.Failure{Reason: dialects.ReasonBadEvent, Carrier: "ups", TrackingNumber: "1Z1", Description: c.problem, Where: c.where}, reading.Failures[0])
		})
	}
}

// What stands behind a wrong value is read all the same.
func TestWrongTypesInBetween(t *testing.T) {
	var events []string
	for i := range 9 {
		switch i % 3 {
		case 0:
			events = append(events, fmt.Sprintf(`{"status":"TRANSIT","status_date":"2026-05-0%dT10:00:00Z"}`, i+1))
		case 1:
			events = append(events, `{"status":{"a":[1]},"location":7,"x":[]}`)
		default:
			events = append(events, `[[]]`)
		}
	}
	reading, err := dialects.Parse("shippo", []byte(`{"data":{"carrier":"ups","tracking_number":"1Z1","tracking_history":[`+strings.Join(events, ",")+`]}}`), options(t))
	require.NoError(t, err)
	require.Len(t, reading.Events, 3)
	require.Len(t, reading.Failures, 9, "two wrong values in each third event, one in each other")
}
