package redelivery

import (
	"context"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/internal/listing"
	"waybill/internal/webhooklog"
	"waybill/schemas"
)

// What is chosen comes onto the log once more: the same webhook under the same
// key, with nothing changed but what made it.
func TestRunSendsTheSameAgain(t *testing.T) {
	b := newBed(t)
	jobs := append(shop("w1", "w2", "w3"), schemas.WebhookJob{Tenant: "other", JobID: "o1", TrackingNumber: "A1", Body: []byte("{}")})
	jobs[2].EndpointID = "ep_2"
	b.write(t, jobs...)
	before := time.Now().Add(-time.Second)
	var told []Report
	report, err := b.Run(t.Context(), Request{
		ID: "rd_1", Tenant: "shop", By: "ann", Rate: 1e6, Choice: webhooklog.Choice{WebhookIDs: []string{"w1", "w3", "o1", "none"}},
		Progress: func(r Report) { told = append(told, r) },
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Found)
	require.Equal(t, 2, report.Sent)
	require.Empty(t, report.Gone)
	require.Equal(t, []Report{*report}, told)
	again := b.onLog(t)
	require.Len(t, again, 2)
	for _, id := range []string{"w1", "w3"} {
		require.Len(t, again[id], 1)
		j, err := b.Codecs.WebhookJob.Decode(again[id][0].Value)
		require.NoError(t, err)
		want := jobs[0]
		if id == "w3" {
			want = jobs[2]
		}
		want.Trigger = schemas.TriggerManual
		want.Types = []string{}
		want.Epoch, want.CreatedAt = want.Epoch.UTC(), want.CreatedAt.UTC()
		require.Equal(t, want, *j)
		require.Equal(t, schemas.JobKey(want.EndpointID, "alpha:"+want.TrackingNumber), string(again[id][0].Key))
	}
	audit := b.audit(t)
	require.Len(t, audit, 2)
	first := audit["rd_1-ep_1"]
	require.Equal(t, "shop ep_1 ann rd_1", fmt.Sprint(first.Tenant, " ", first.EndpointID, " ", first.RequestedBy, " ", first.CommandID))
	require.Contains(t, first.Reason, "1 of 1 webhooks were sent again: webhooks 4 by id, the first w1, until ")
	require.WithinRange(t, first.OccurredAt, before, time.Now().Add(time.Second))
	require.Contains(t, audit, "rd_1-ep_2")
}

// A run that was broken off goes on where it stopped, and one that is begun anew
// does no harm.
func TestRunGoesOn(t *testing.T) {
	b := newBed(t)
	var ids []string
	for n := range 2*pageSize + 7 {
		ids = append(ids, fmt.Sprint("w", n))
	}
	b.write(t, shop(ids...)...)
	ctx, cancel := context.WithCancel(t.Context())
	request := Request{
		ID: "rd_1", Tenant: "shop", Rate: 1e6, Choice: webhooklog.Choice{EndpointID: "ep_1"}, Progress: func(Report) { cancel() },
	}
	report, err := b.Run(ctx, request)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, pageSize, report.Sent)
	require.Contains(t, b.audit(t)["rd_1-ep_1"].Reason, fmt.Sprintf("%d of %d webhooks were sent again: endpoint ep_1, until ", pageSize, len(ids)))

	request.ID, request.After, request.Progress = "rd_2", report.Last, nil
	report, err = b.Run(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, len(ids)-pageSize, report.Sent)
	again := b.onLog(t)
	require.Len(t, again, len(ids))
	for _, id := range ids {
		require.Len(t, again[id], 1, id)
	}
}

// What the topic has no longer is named, and the rest is sent.
func TestRunNamesWhatIsGone(t *testing.T) {
	b := newBed(t)
	jobs := shop("w1", "w2", "w3", "w4", "w5", "w6")
	b.write(t, jobs[:4]...)
	topic := b.Prefix + schemas.TopicWebhookJobs
	admin := kadm.NewClient(b.Kafka)
	ends, err := admin.ListEndOffsets(t.Context(), topic)
	require.NoError(t, err)
	_, err = admin.DeleteRecords(t.Context(), ends.Offsets())
	require.NoError(t, err)
	b.write(t, jobs[4:]...)
	report, err := b.Run(t.Context(), Request{ID: "rd_1", Tenant: "shop", Rate: 1e6, Choice: webhooklog.Choice{Status: webhooklog.StatusOpen}})
	require.NoError(t, err)
	require.EqualValues(t, 6, report.Found)
	require.Equal(t, 2, report.Sent)
	require.ElementsMatch(t, []string{"w1", "w2", "w3", "w4"}, report.Gone)
	again := b.onLog(t)
	require.Len(t, again, 2)
	require.Contains(t, again, "w5")
	require.Contains(t, again, "w6")
}

// The tables may be wrong about a position, as when the topic was made anew.
// What lies there is not sent to somebody else.
func TestRunSendsNothingThatIsAnothers(t *testing.T) {
	b := newBed(t)
	b.write(t, shop("w1")...)
	b.write(t, schemas.WebhookJob{Tenant: "other", JobID: "o1", TrackingNumber: "A0", Body: []byte("{}")})
	s := &shelf{client: b.Kafka, topic: b.Prefix + schemas.TopicWebhookJobs, codec: b.Codecs.WebhookJob}
	chosen, err := b.Log.Choose(t.Context(), "other", webhooklog.Choice{WebhookIDs: []string{"o1"}}, nil, 1)
	require.NoError(t, err)
	copies, err := s.read(t.Context(), "other", chosen)
	require.NoError(t, err)
	require.NotNil(t, copies[0])
	for _, wrong := range []func(*webhooklog.Chosen){
		func(c *webhooklog.Chosen) { c.WebhookID = "w1" },
		func(c *webhooklog.Chosen) { c.EndpointID = "ep_2" },
		func(c *webhooklog.Chosen) { c.Offset = 0 },
		func(c *webhooklog.Chosen) { c.Offset = 1000 },
	} {
		other := chosen[0]
		wrong(&other)
		copies, err = s.read(t.Context(), "other", []webhooklog.Chosen{other})
		require.NoError(t, err)
		require.Nil(t, copies[0])
	}
	copies, err = s.read(t.Context(), "shop", chosen)
	require.NoError(t, err)
	require.Nil(t, copies[0])
}

func TestRunRefuses(t *testing.T) {
	c := &Client{Log: webhooklog.New(nil)}
	for _, test := range []struct {
		request Request
		says    string
	}{
		{Request{Tenant: "shop", Rate: -1, Choice: webhooklog.Choice{Status: "open"}}, "rate: it is -1 webhooks a second"},
		{Request{Tenant: "shop", Rate: 1e-12, Choice: webhooklog.Choice{Status: "open"}}, "it may be from 0.001 to 1e+06"},
		{Request{Tenant: "shop", Rate: 1e9, Choice: webhooklog.Choice{Status: "open"}}, "rate: it is 1e+09 webhooks a second"},
		{Request{Tenant: "shop", Rate: math.NaN(), Choice: webhooklog.Choice{Status: "open"}}, "rate: it is NaN webhooks a second"},
		{Request{Tenant: "shop"}, "choice: it is empty"},
		{Request{Choice: webhooklog.Choice{Status: "open"}}, "tenant: it is empty"},
		{Request{Tenant: "shop", Choice: webhooklog.Choice{Status: "lost"}}, `status: it is "lost"`},
	} {
		_, err := c.Run(t.Context(), test.request)
		var wrong *listing.InputError
		require.ErrorAs(t, err, &wrong)
		require.ErrorContains(t, err, test.says)
	}
}

// Fifty a second are one each 20 ms, also after a pause.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(50), time.Now()
		for range 51 {
			require.NoError(t, p.wait(t.Context()))
		}
		require.Equal(t, time.Second, time.Since(began))
		pause := time.NewTimer(time.Minute)
		<-pause.C
		began = time.Now()
		for range 51 {
			require.NoError(t, p.wait(t.Context()))
		}
		require.Equal(t, time.Second, time.Since(began))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, p.wait(ctx), context.Canceled)
	})
}
