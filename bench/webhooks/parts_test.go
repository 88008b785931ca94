package webhooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/deployed"
	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/schemas"
)

// A test binary is also the measured processes, and a broker.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{deployed.Kind: rig.Kind(deployed.New), ReceiverKind: rig.Kind(NewReceiver), BareKind: rig.Kind(NewBare)})
}

// small is a bench whose turns are short.
func small(t *testing.T) *bench {
	t.Helper()
	b, err := newBench(&rig.Options{Turns: 1, Partitions: 2, Seed: 1, Patience: 3 * time.Minute}, &Options{Webhooks: 300, Waiting: 300})
	require.NoError(t, err)
	return b
}

// Ours and the bare client bring the same webhooks, each once.
func TestThroughputPair(t *testing.T) {
	p, err := small(t).pair(t.Context(), 3)
	require.NoError(t, err)
	for _, turn := range []turn{p.ours, p.bare} {
		require.Equal(t, 300, turn.Records)
		require.Zero(t, turn.Repeats)
		require.Positive(t, turn.Took)
		require.Positive(t, turn.Used.CPU)
	}
}

func TestThroughputSection(t *testing.T) {
	of := func(took time.Duration) turn {
		return turn{Turn: rig.Turn{Records: 1000, Took: took, Used: rig.Usage{CPU: 50 * time.Millisecond, Allocations: 90_000}}, Receiver: 30 * time.Millisecond}
	}
	rows := []row{{endpoints: 7, pairs: []pair{{of(100 * time.Millisecond), of(40 * time.Millisecond)}}}}
	text := written(t, small(t).throughputSection(rows))
	require.Contains(t, text, "| delivery, 7 endpoints | 10000 (10000 to 10000) | 40 (40 to 40) | 50.0 (50.0 to 50.0) | 30.0 (30.0 to 30.0) |")
	require.Contains(t, text, "* delivery, 7 endpoints: at least 20000 webhooks/s; 10000 webhooks/s: **not met**, by a factor of 2.0\n")
	require.Contains(t, text, "* delivery, 7 endpoints, share of the client alone: at least 70 %; 40 %: **not met**")
}

// written is a section as it stands in the results.
func written(t *testing.T, s *report.Section) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	require.NoError(t, report.Update(path, rig.Machine{}, s, []string{s.Part}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// Every webhook has its number, its size, and its place in its shipment.
func TestJobs(t *testing.T) {
	load := jobs{first: 1000, count: 100, endpoint: evenly(7), least: leastBody, most: mostBody, seed: 1}
	next, last := 1000, map[string]int64{}
	load.each(func(number int, job *schemas.WebhookJob) {
		require.Equal(t, next, number)
		require.Equal(t, number, numberOf(job.JobID))
		require.GreaterOrEqual(t, len(job.Body), leastBody)
		require.LessOrEqual(t, len(job.Body), mostBody)
		require.True(t, json.Valid(job.Body))
		place := job.EndpointID + job.TrackingNumber
		require.Equal(t, last[place]+1, job.Sequence)
		last[place]++
		next++
	})
	require.Equal(t, 1100, next)
	require.Len(t, last, 34)
	require.Equal(t, -1, numberOf("evt_1"))
	require.Equal(t, -1, numberOf(idPrefix))
}

// Only webhooks of endpoints that answer are waited for and measured.
func TestHangingTurn(t *testing.T) {
	b := small(t)
	s, err := b.newScene(t.Context(), &ReceiverOrder{Webhooks: 90, Hang: 2}, 6, 0)
	require.NoError(t, err)
	defer s.close()
	p, err := deliver(t.Context(), s.stage, "")
	require.NoError(t, err)
	defer p.Kill()
	load := &jobs{codec: b.codecs.WebhookJob, count: 90, endpoint: evenly(6), least: leastBody, most: mostBody}
	require.Equal(t, 60, load.answered(2))
	d, err := s.paced(t.Context(), load, 1000, 2)
	require.NoError(t, err)
	require.Positive(t, d.p50)
	came, _, err := s.times(t.Context())
	require.NoError(t, err)
	require.Equal(t, 60, answeredOf(came))
	for number, at := range came {
		shipment, _ := load.shipmentOf(number)
		require.Equal(t, load.endpoint(shipment) < 2, at.IsZero())
	}
	require.NoError(t, s.wake(t.Context()))
	require.NoError(t, s.await(t.Context(), 90))
}

// A slow receiver gets everything.
func TestSlowTurn(t *testing.T) {
	st, err := small(t).slow(t.Context(), 100)
	require.NoError(t, err)
	require.Positive(t, st.all)
	require.Positive(t, st.later)
}

func TestLaterRate(t *testing.T) {
	began := time.Unix(1000, 0)
	var came []time.Time
	for i := range 10 {
		came = append(came, began.Add(time.Duration(i)*time.Second)) // one a second
	}
	for i := range 20 {
		came = append(came, began.Add(10*time.Second+time.Duration(i)*100*time.Millisecond)) // ten a second
	}
	require.InDelta(t, 10, laterRate(came), 0.01)
}

// Every event's webhook is known by its parcel.
func TestArrivals(t *testing.T) {
	b := small(t)
	d, err := b.arrive(t.Context(), &venue{stage: embeddedStage}, "turn-1-", 40)
	require.NoError(t, err)
	require.Positive(t, d.p50)
	require.LessOrEqual(t, d.p50, d.p99)
	require.LessOrEqual(t, d.p99, d.most)
	require.Equal(t, 7, parcelIn([]byte(`{"shipment":{"tracking_number":"BENCH000000007"}}`)))
	require.Equal(t, -1, parcelIn([]byte(`{"shipment":{"tracking_number":"BENCH00000000`)))
	require.Equal(t, -1, parcelIn([]byte(`{}`)))
}

func TestDelays(t *testing.T) {
	at := time.Unix(1000, 0)
	sent := []time.Time{at, at, at, at}
	came := []time.Time{at.Add(time.Millisecond), at.Add(2 * time.Millisecond), {}, at.Add(9 * time.Millisecond)}
	require.Equal(t, delays{2, 9, 9}, delaysOf(sent, came))
}
