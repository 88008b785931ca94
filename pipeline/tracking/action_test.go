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
		{`"close","status":"DELIVERED","reason":" "`, "with the action close: the reason is empty"},
		{`"close","reason":"x"`, `status is "", which is no end of a parcel's life; it is DELIVERED, RETURNED, FAILED, CANCELLED, or a code`},
		{`"close","reason":"x","status":"IN_TRANSIT"`, "which is no end"},
		{`"close","reason":"x","status":"INVALID"`, "which is no end"},
		{`"close","reason":"x","status":"delivered.post_update"`, "which is no end"},
		{`"correct","status":"DELIVERED"`, "the reason is empty"},
		{`"correct","reason":"x","status":"LOST"`, `status is "LOST", which is no main status`},
		{`"correct","reason":"x","status":"EXPIRED"`, "no code of a parcel"},
		{`"correct","reason":"x","status":"transit.info_update"`, "no code of a parcel"},
		{`"correct","reason":"x","status":"DELIVERED","occurred_at":"1800-01-01T00:00:00Z"`, "occurred_at is in the year 1800"},
		{`"acknowledge","event_id":"e1"`, `event_id is "e1"; it is 16 hexadecimal digits`},
		{`"retract","reason":"x"`, "event_id is empty"},
		{`"retract","event_id":"0123456789abcdef"`, "the reason is empty"},
		{`"change_carrier"`, "new_carrier is empty"},
		{`"change_carrier","new_carrier":"SIM"`, "is the carrier that has the parcel already"},
		{`"change_carrier","new_carrier":"a/b"`, "holds a colon or a slash"},
		{`"register","ship_date":"soon"`, `ship_date is "soon"`},
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
