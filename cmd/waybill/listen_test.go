package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/sinks/webhook/listener"
)

// `waybill listen` shows of each call what its body says, and the body where it
// says nothing that is known, or where it is asked for.
func TestListenPrints(t *testing.T) {
	own := listener.Call{ID: "w1", Type: "tracking.event", TrackingNumber: "A2", Status: "IN_TRANSIT", Sequence: 7, Answered: 204, Body: []byte(`{"a":1}`)}
	again := own
	again.Again = true
	failed, silent := own, own
	failed.Failed, failed.Answered = true, 503
	silent.Failed, silent.Answered = true, 0
	for _, test := range []struct {
		call       listener.Call
		bodies     bool
		text, json string
	}{
		{
			own, false, `verified tracking\.event +#7 +IN_TRANSIT +A2  w1\n`,
			`{"id":"w1","type":"tracking.event","tracking_number":"A2","status":"IN_TRANSIT","sequence":7,"again":false,"answered":204}`,
		},
		{
			again, true, `again    tracking\.event +#7 +IN_TRANSIT +A2  w1\n{"a":1}\n`,
			`{"id":"w1","type":"tracking.event","tracking_number":"A2","status":"IN_TRANSIT","sequence":7,"again":true,"answered":204,"body":{"a":1}}`,
		},
		{
			failed, false, `said 503 tracking\.event +#7 +IN_TRANSIT +A2  w1\n`,
			`{"id":"w1","type":"tracking.event","tracking_number":"A2","status":"IN_TRANSIT","sequence":7,"again":false,"answered":503}`,
		},
		{
			silent, false, `silent   tracking\.event +#7 +IN_TRANSIT +A2  w1\n`,
			`{"id":"w1","type":"tracking.event","tracking_number":"A2","status":"IN_TRANSIT","sequence":7,"again":false,"answered":0}`,
		},
		{
			listener.Call{ID: "w2", Type: "API_TRACK", TrackingNumber: "A2", Status: "IT", Answered: 204, Body: []byte(`{}`)}, false,
			`verified API_TRACK +- +IT +A2  w2\n`,
			`{"id":"w2","type":"API_TRACK","tracking_number":"A2","status":"IT","sequence":0,"again":false,"answered":204}`,
		},
		{
			listener.Call{ID: "w3", Answered: 204, Body: []byte(`{"new":1}`)}, false, `verified unknown form +- +- +-  w3\n{"new":1}\n`,
			`{"id":"w3","type":"","tracking_number":"","status":"","sequence":0,"again":false,"answered":204,"body":{"new":1}}`,
		},
		{
			listener.Call{ID: "w4", Answered: 204, Body: []byte("no JSON")}, false, `verified unknown form +- +- +-  w4\nno JSON\n`,
			`{"id":"w4","type":"","tracking_number":"","status":"","sequence":0,"again":false,"answered":204,"body":"no JSON"}`,
		},
		{
			listener.Call{Answered: 401, Err: errors.New("wrong")}, true, `REFUSED  wrong\n`,
			`{"id":"","type":"","tracking_number":"","status":"","sequence":0,"again":false,"answered":401,"refused":"wrong"}`,
		},
	} {
		var text, lines bytes.Buffer
		(&callPrinter{out: &text, bodies: test.bodies}).print(test.call)
		require.Regexp(t, `^\d\d:\d\d:\d\d  `+test.text+`$`, text.String())
		(&callPrinter{out: &lines, bodies: test.bodies, json: true}).print(test.call)
		require.Equal(t, test.json+"\n", lines.String())
	}
}

// --pretty indents what is JSON, and leaves the rest as it is.
func TestListenPretty(t *testing.T) {
	var out bytes.Buffer
	p := &callPrinter{out: &out, bodies: true, pretty: true}
	p.print(listener.Call{ID: "w1", Type: "tracking.event", Body: []byte(`{"a":{"b":1}}`)})
	p.print(listener.Call{ID: "w2", Body: []byte("no JSON")})
	require.Regexp(t, `w1\n\{\n  "a": \{\n    "b": 1\n  \}\n\}\n.*w2\nno JSON\n$`, out.String())
}
