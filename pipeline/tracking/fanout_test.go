package tracking

import (
	"bytes"
	"fmt"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// fanOut gives the standard parcel and so many endpoints, all of which want the
// same event of it.
func fanOut(b testing.TB, endpoints int) (*world, map[string]any, []job.Input) {
	w, tables, inputs := benchWorld(b, 0)
	entries := map[string][]byte{}
	for i := range endpoints {
		e := &schemas.WebhookEndpoint{
			EndpointID: fmt.Sprintf("ep_%05d", i), Tenant: "acme-retail", Types: []string{schemas.TypeDelivered},
			Order: schemas.OrderShipment, State: schemas.EndpointEnabled,
		}
		value, err := w.codecs.WebhookEndpoint.Encode(e)
		require.NoError(b, err)
		entries[e.EndpointID] = value
	}
	table, err := schemas.NewEndpointTable(w.codecs.WebhookEndpoint, entries)
	require.NoError(b, err)
	tables[schemas.TopicWebhookEndpoints] = table
	return w, tables, inputs
}

// BenchmarkFanOut is a webhook of one event that many endpoints chose: what one
// more of them costs must not grow with their number.
func BenchmarkFanOut(b *testing.B) {
	for _, endpoints := range []int{1, 100, 10_000} {
		b.Run("endpoints="+strconv.Itoa(endpoints), func(b *testing.B) {
			w, tables, inputs := fanOut(b, endpoints)
			last := len(inputs) - 1
			state, _ := benchParcel(b, w, tables, inputs[:last])
			data, err := w.job.EncodeState(nil, state)
			require.NoError(b, err)
			var c job.Call
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += endpoints {
				state, err := w.job.DecodeState(data)
				require.NoError(b, err)
				c.Reset(inputs[last].Key, 0, inputs[last].Arrival, state, inputs[last].Arrival, tables)
				require.NoError(b, w.job.Process(&c, inputs[last]))
				require.Greater(b, len(c.Outputs()), endpoints)
			}
		})
	}
}

// tell has the parcel's last event, which all endpoints chose, make its
// webhooks from a state that knows the others.
func tell(t *testing.T, w *world, tables map[string]any, inputs []job.Input, state any) []schemas.WebhookJob {
	last := inputs[len(inputs)-1]
	c := &job.Call{}
	c.Reset(last.Key, 0, last.Arrival, state, last.Arrival, tables)
	require.NoError(t, w.job.Process(c, last))
	var jobs []schemas.WebhookJob
	for _, o := range c.Outputs() {
		if o.Topic == schemas.TopicWebhookJobs {
			webhook, err := w.codecs.WebhookJob.Decode(o.Value)
			require.NoError(t, err)
			jobs = append(jobs, *webhook)
		}
	}
	return jobs
}

// Webhooks of one event, however many, allocate little beside their bodies and
// records, each of which is about half of what is written.
func TestFanOutMemory(t *testing.T) {
	const endpoints = 6400
	w, tables, inputs := fanOut(t, endpoints)
	last := inputs[len(inputs)-1]
	state, _ := benchParcel(t, w, tables, inputs[:len(inputs)-1])
	var c job.Call
	c.Reset(last.Key, 0, last.Arrival, state, last.Arrival, tables)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, w.job.Process(&c, last))
	runtime.ReadMemStats(&after)
	require.Greater(t, len(c.Outputs()), endpoints)
	written := 0
	for _, o := range c.Outputs() {
		written += len(o.Value)
	}
	require.Less(t, float64(after.TotalAlloc-before.TotalAlloc)/float64(written), 6.0, "bytes allocated for a byte of the records")
}

// Each endpoint's sequence goes on where it was, in whatever order a state of
// an earlier release has them.
func TestFanOutSequences(t *testing.T) {
	const endpoints = 40
	w, tables, inputs := fanOut(t, endpoints)
	state, _ := benchParcel(t, w, tables, inputs[:len(inputs)-1])
	g := &state.(*State).newest().registrations[0]
	for i := range endpoints {
		if i%3 > 0 { // a third of them heard of nothing yet
			g.sequences = append(g.sequences, sequence{endpoint: fmt.Sprintf("ep_%05d", i*17%endpoints), last: int64(i)})
		}
	}
	want := map[string]int64{}
	for _, q := range g.sequences {
		want[q.endpoint] = q.last
	}
	data, err := w.job.EncodeState(nil, state)
	require.NoError(t, err)
	read, err := w.job.DecodeState(data)
	require.NoError(t, err)
	jobs := tell(t, w, tables, inputs, read)
	require.Len(t, jobs, endpoints)
	for _, j := range jobs {
		require.Equal(t, want[j.EndpointID]+1, j.Sequence, j.EndpointID)
	}
}

// What is written stays as it was written, in a page or in memory of its own.
func TestPages(t *testing.T) {
	var p pages
	var pieces [][]byte
	sizes := []int{1, pieceBytes - 1, pieceBytes, pieceBytes + 1, pageBytes + 1}
	for i := range 200 {
		size := sizes[i%len(sizes)]
		buf := append(p.open(), bytes.Repeat([]byte{byte(i)}, size)...)
		pieces = append(pieces, p.keep(buf))
		require.Len(t, pieces[i], size)
	}
	for _, piece := range pieces {
		_ = append(piece, 0) // must not reach the next one
	}
	for i, piece := range pieces {
		require.Equal(t, bytes.Repeat([]byte{byte(i)}, sizes[i%len(sizes)]), piece)
	}
	first := append(p.open(), 1)
	p.keep(first)
	p.again()
	require.Same(t, &p.page[:1][0], &p.open()[:1][0], "the page is used again")
}
