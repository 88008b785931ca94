package delivery

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// TestGolden plays the scripts in testdata, each named after its rule. Times
// in the output count from the script's beginning. The commands:
//
//	endpoint id=ep [state=enabled] [order=shipment] [schedule=(1s,2s)]
//		[named=intersoft] [deadline=1h] [failing=-25h] [since=-1s] [revision=2]
//	drop id=ep                      the endpoint leaves the table
//	room id=ep                      the endpoint's lane asks for those that wait
//	job id=j1 [seq=1] [shipment=acme:1] [tenant=shop] [bytes=10] [test | manual] [revision=2]
//	answer id=j1 [status=200 | reason=timeout] [took=20ms] [retry=30s]
//	pilot [status=500 | reason=timeout] [took=0s] [retry=30s] | pilot off
//	advance by=5s [quiet]           quiet: calls are not shown
//	await                           until the next call begins
//	crash                           calls under way are lost
//	state                           what is kept
func TestGolden(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	j := newTestJob(t)
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txt"), func(t *testing.T) {
			w := newWorld(t, j)
			datadriven.RunTest(t, script, func(t *testing.T, d *datadriven.TestData) string {
				w.play(t, d)
				return w.printed()
			})
		})
	}
}

func (w *world) play(t *testing.T, d *datadriven.TestData) {
	switch d.Cmd {
	case "endpoint":
		w.playEndpoint(t, d)
	case "drop":
		w.put(arg(t, d, "id", ""), nil)
	case "room":
		w.sweep(arg(t, d, "id", ""))
	case "job":
		w.playJob(t, d)
	case "answer":
		require.True(t, w.answer(arg(t, d, "id", ""), outcome(t, d)), "no call of that webhook is under way")
	case "pilot":
		o := outcome(t, d)
		w.pilot = func(Attempt) Outcome { return o }
		if d.HasArg("off") {
			w.pilot = nil
		}
	case "advance":
		w.advance(w.now.Add(duration(t, d, "by")))
		if d.HasArg("quiet") {
			w.lines = slices.DeleteFunc(w.lines, func(line string) bool { return strings.Contains(line, " call ") })
		}
	case "await":
		for begun := len(w.attempts); len(w.attempts) == begun; {
			require.NotEmpty(t, w.wakes, "no key is woken any more")
			w.advance(slices.MinFunc(slices.Collect(maps.Values(w.wakes)), time.Time.Compare))
		}
	case "crash":
		w.crash()
	case "state":
		w.printState(t)
	default:
		d.Fatalf(t, "there is no command %s", d.Cmd)
	}
}

func (w *world) playEndpoint(t *testing.T, d *datadriven.TestData) {
	e := enabled(arg(t, d, "id", ""))
	e.State = arg(t, d, "state", schemas.EndpointEnabled)
	e.Order = arg(t, d, "order", schemas.OrderShipment)
	if a, ok := d.Arg("schedule"); ok {
		for _, text := range a.Vals {
			wait, err := time.ParseDuration(text)
			require.NoError(t, err)
			e.Schedule = append(e.Schedule, wait.Milliseconds())
		}
	}
	revision, err := strconv.ParseInt(arg(t, d, "revision", "0"), 10, 64)
	require.NoError(t, err)
	e.Revision, e.ScheduleName = revision, arg(t, d, "named", "")
	e.Deadline = duration(t, d, "deadline").Milliseconds()
	if since := duration(t, d, "failing"); since != 0 {
		at := w.now.Add(since)
		e.Health, e.FailingSince = schemas.HealthFailing, &at
	}
	if d.HasArg("since") {
		at := w.now.Add(duration(t, d, "since"))
		e.StateSince = &at
	}
	w.put(e.EndpointID, e)
}

func duration(t *testing.T, d *datadriven.TestData, name string) time.Duration {
	value, err := time.ParseDuration(arg(t, d, name, "0s"))
	require.NoError(t, err)
	return value
}

func (w *world) playJob(t *testing.T, d *datadriven.TestData) {
	number := func(name, or string) int {
		n, err := strconv.Atoi(arg(t, d, name, or))
		require.NoError(t, err)
		return n
	}
	v := &schemas.WebhookJob{
		JobID: arg(t, d, "id", ""), EndpointID: arg(t, d, "endpoint", "ep"), Tenant: arg(t, d, "tenant", "shop"),
		Sequence: int64(number("seq", "1")), Type: schemas.TypeEvent, Trigger: schemas.TriggerEvent,
		Body: []byte(strings.Repeat("x", number("bytes", "10"))),
	}
	v.Carrier, v.TrackingNumber, _ = strings.Cut(arg(t, d, "shipment", "acme:1"), ":")
	if d.HasArg("test") {
		v.Trigger, v.Type, v.Carrier, v.TrackingNumber = schemas.TriggerTest, schemas.TypeEndpointTest, "", ""
		v.Sequence = int64(number("revision", "0"))
	}
	if d.HasArg("manual") {
		v.Trigger = schemas.TriggerManual
	}
	w.send(v)
}

func (w *world) printState(t *testing.T) {
	if len(w.state) == 0 {
		w.print("nothing is kept")
	}
	for _, key := range slices.Sorted(maps.Keys(w.state)) {
		state, err := w.job.DecodeState(w.state[key])
		require.NoError(t, err)
		q, ok := state.(*queue)
		require.True(t, ok)
		w.print("%s: woken at %s", key, w.since(w.wakes[key]))
		for _, h := range q.Webhooks {
			w.print("  %s", w.describe(h))
		}
	}
}

func (w *world) describe(h webhook) string {
	text := fmt.Sprintf("%s: %d attempts, ", h.JobID, h.Attempts)
	if h.isOpen() {
		text += "under way since " + w.since(h.OpenSince)
	} else {
		text += "due at " + w.since(h.DueAt)
	}
	if h.Body == nil {
		text += fmt.Sprintf(", body at offset %d", h.Offset)
	}
	if h.Aside {
		text += ", aside"
	}
	return text
}

func arg(t *testing.T, d *datadriven.TestData, name, or string) string {
	if a, ok := d.Arg(name); ok {
		return a.SingleVal(t)
	}
	return or
}

func outcome(t *testing.T, d *datadriven.TestData) Outcome {
	o := Outcome{Reason: arg(t, d, "reason", "")}
	if o.Reason == "" {
		o = status(t, arg(t, d, "status", "200"))
	}
	o.Total, o.RetryAfter = duration(t, d, "took"), duration(t, d, "retry")
	return o
}

func status(t *testing.T, text string) Outcome {
	code, err := strconv.Atoi(text)
	require.NoError(t, err)
	o := Outcome{StatusCode: code}
	if code/100 != 2 {
		o.Reason = fmt.Sprintf("status_%dxx", code/100)
	}
	return o
}
