package playback_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
	"waybill/schemas/status"
)

var start = time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)

// player makes a player for one endpoint that wants everything.
func player(t testing.TB, topics ...string) (*playback.Player, *[]*playback.Output) {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	model, err := status.Default()
	require.NoError(t, err)
	table, err := carriers.Default()
	require.NoError(t, err)
	j, err := tracking.NewJob(tracking.Config{Codecs: codecs, Model: model, Carriers: table, ReorderHold: tracking.DefaultReorderHold})
	require.NoError(t, err)
	all := &[]*playback.Output{}
	p, err := playback.New(playback.Options{
		Job: j, Codecs: codecs, Topics: topics,
		Endpoints: []schemas.WebhookEndpoint{{EndpointID: "ep1", Tenant: "sim"}},
		Emit:      func(o *playback.Output) error { *all = append(*all, o); return nil },
	})
	require.NoError(t, err)
	return p, all
}

func parcels(t testing.TB, n int) ([]replay.Record, []simulate.Truth) {
	t.Helper()
	records, truths, err := simulate.Generate(simulate.Options{Parcels: n, Seed: 5, Start: start, DuplicateRate: 0.1, DisorderRate: 0.1})
	require.NoError(t, err)
	return records, truths
}

func play(t testing.TB, p *playback.Player, records []replay.Record) {
	t.Helper()
	for i := range records {
		require.NoError(t, p.Play(&records[i]))
	}
	require.NoError(t, p.Advance(records[len(records)-1].Arrival.Add(100*24*time.Hour)))
}

// The last row of each shipment has the truth's status; its windows ended and
// its state went to a closed record.
func TestPlayEndsWithTheTruth(t *testing.T) {
	p, all := player(t)
	records, truths := parcels(t, 200)
	play(t, p, records)
	last := map[string]schemas.Shipment{}
	jobs, decisions := 0, 0
	for _, o := range *all {
		require.NoError(t, o.Refused)
		for _, row := range o.Shipments {
			require.Greater(t, row.Revision, last[row.TrackingNumber].Revision)
			last[row.TrackingNumber] = row
		}
		for _, d := range o.Decisions {
			if d.Decision != schemas.DecisionHeldReorder {
				decisions++
			}
		}
		jobs += len(o.Webhooks)
	}
	for _, truth := range truths {
		require.Equal(t, truth.FinalStatus, last[truth.TrackingNumber].Status, truth.TrackingNumber)
	}
	require.Equal(t, len(records)-len(truths), decisions, "one final decision for each raw event")
	require.Greater(t, jobs, decisions/2)
	require.Equal(t, len(truths), p.Parcels(), "closed records stay")
	require.NoError(t, p.Advance(start.AddDate(4, 0, 0)))
	require.Zero(t, p.Parcels(), "and go at last (D9)")
}

// Played one by one or all together, parcels come out the same.
func TestParcelsDoNotTouchOneAnother(t *testing.T) {
	p, all := player(t, schemas.TopicTrackingEvents, schemas.TopicWebhookJobs)
	records, _ := parcels(t, 20)
	play(t, p, records)
	end := records[len(records)-1].Arrival.Add(100 * 24 * time.Hour)

	byKey := map[string][]*replay.Record{}
	for i := range records {
		byKey[records[i].Key] = append(byKey[records[i].Key], &records[i])
	}
	for key, own := range byKey {
		var together, alone []string
		note := func(list *[]string, o *playback.Output) {
			require.Empty(t, o.Decisions, "not among the topics that are wanted")
			for _, e := range o.Events {
				*list = append(*list, fmt.Sprint(o.At, e.EventID, e.Revision, e.Type, e.Decision))
			}
			for _, w := range o.Webhooks {
				*list = append(*list, fmt.Sprint(o.At, w.JobID, w.Sequence, string(w.Body)))
			}
		}
		for _, o := range *all {
			if o.Key == key {
				note(&together, o)
			}
		}
		other := p.Another(func(o *playback.Output) error { note(&alone, o); return nil })
		for _, r := range own {
			require.NoError(t, other.Play(r))
		}
		require.NoError(t, other.Advance(end))
		require.Equal(t, together, alone)
	}
}

func TestRefusedRecordsAreDeadLetters(t *testing.T) {
	p, all := player(t)
	records, _ := parcels(t, 1)
	r := records[0]
	require.NotNil(t, r.Registration)
	bad := *r.Registration
	bad.WindowDays = 99
	require.NoError(t, p.Play(&replay.Record{Key: r.Key, Arrival: r.Arrival, Registration: &bad}))
	require.NoError(t, p.Play(&replay.Record{Key: r.Key, Arrival: r.Arrival}))
	require.Len(t, *all, 2)
	require.ErrorContains(t, (*all)[0].Refused, "99")
	require.ErrorContains(t, (*all)[1].Refused, "neither")
	require.Zero(t, p.Parcels())
	require.NoError(t, p.Play(&r))
	require.Equal(t, 1, p.Parcels())
}

// A registration too many is refused while it is handled, and leaves the parcel
// as it was.
func TestRefusalLeavesTheParcelAsItWas(t *testing.T) {
	p, all := player(t)
	records, _ := parcels(t, 1)
	r := records[0]
	refused := 0
	for i := range 200 {
		again := *r.Registration
		again.Tenant = fmt.Sprintf("tenant-%03d", i)
		require.NoError(t, p.Play(&replay.Record{Key: r.Key, Arrival: r.Arrival, Registration: &again}))
	}
	for _, o := range *all {
		if o.Refused != nil {
			require.ErrorContains(t, o.Refused, "follow this parcel already")
			refused++
		}
	}
	require.Positive(t, refused)
	tenants := len(*all) - refused
	*all = nil
	require.NoError(t, p.Advance(r.Arrival.AddDate(0, 0, 31)))
	expired := 0
	for _, o := range *all {
		for _, e := range o.Events {
			if e.Type == schemas.TypeExpired {
				expired++
			}
		}
	}
	require.Equal(t, tenants, expired, "those that were taken are followed to the end")
}

func TestTimeDoesNotRunBack(t *testing.T) {
	p, _ := player(t)
	require.NoError(t, p.Advance(start))
	require.ErrorContains(t, p.Advance(start.Add(-time.Second)), "in order of arrival")
}

func TestPlayerNeedsItsParts(t *testing.T) {
	_, err := playback.New(playback.Options{})
	require.ErrorContains(t, err, "required")
}

func TestErrorOfEmitEndsThePlay(t *testing.T) {
	p, _ := player(t)
	records, _ := parcels(t, 1)
	other := p.Another(func(*playback.Output) error { return fmt.Errorf("full") })
	require.ErrorContains(t, other.Play(&records[0]), "full")
}
