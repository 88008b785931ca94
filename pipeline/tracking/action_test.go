package tracking

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// What an act by hand lacks, or names wrongly, makes a dead letter that says
// what to do (R7).
func TestActsAreChecked(t *testing.T) {
	j := newWorld(t, nil).job
	const begin = `{"tenant":"acme","carrier":"sim","tracking_number":"A2","action":`
	for _, c := range []struct{ value, problem string }{
		{`"burn"`, `there is no action "burn"; it is one of register, stop, close, correct, acknowledge, change_carrier, retract`},
		{`"close","status":"DELIVERED","reason":" "`, "field reason: it is empty; close needs one"},
		{`"close","reason":"x"`, `field status: "" is no end of a parcel's life; it is DELIVERED, RETURNED, FAILED, CANCELLED, or a code`},
		{`"close","reason":"x","status":"IN_TRANSIT"`, "is no end"},
		{`"close","reason":"x","status":"INVALID"`, "is no end"},
		{`"close","reason":"x","status":"delivered.post_update"`, "is no end"},
		{`"correct","status":"DELIVERED"`, "field reason: it is empty"},
		{`"correct","reason":"x","status":"LOST"`, `field status: "LOST" is no main status`},
		{`"correct","reason":"x","status":"EXPIRED"`, "no code of a parcel"},
		{`"correct","reason":"x","status":"transit.info_update"`, "no code of a parcel"},
		{`"correct","reason":"x","status":"DELIVERED","occurred_at":"1800-01-01T00:00:00Z"`, "field occurred_at: it is in the year 1800"},
		{`"acknowledge","event_id":"e1"`, `field event_id: "e1" is no id; it is 16 hexadecimal digits`},
		{`"retract","reason":"x"`, "field event_id: it is empty"},
		{`"retract","event_id":"0123456789abcdef"`, "field reason: it is empty"},
		{`"change_carrier"`, "field new_carrier: it is empty"},
		{`"change_carrier","new_carrier":"SIM"`, "is the carrier that has the parcel already"},
		{`"change_carrier","new_carrier":"a/b"`, "holds a colon or a slash"},
		{`"register","ship_date":"soon"`, `field ship_date: "soon" is no calendar day`},
	} {
		_, _, err := j.Decode(record(schemas.TopicRegistrations, begin+c.value+"}"))
		require.ErrorContains(t, err, c.problem, c.value)
	}
	for _, value := range []string{
		`"register"`, `"stop"`, `"close","status":"failed.lost","reason":"x"`, `"correct","status":"exc.damaged","reason":"x"`,
		`"acknowledge"`, `"acknowledge","event_id":"0123456789abcdef"`, `"change_carrier","new_carrier":"RM"`,
	} {
		_, _, err := j.Decode(record(schemas.TopicRegistrations, begin+value+"}"))
		require.NoError(t, err, value)
	}
}
