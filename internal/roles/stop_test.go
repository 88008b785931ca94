package roles_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// Calls that a stop cuts off are made again, under their number, and leave no
// failure behind (W15).
func TestStopLeavesNoFailure(t *testing.T) {
	const jobs = 200
	started, stopping := make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then it sees that the caller has gone
		select {
		case started <- struct{}{}:
		default: // one is enough
		}
		select {
		case <-stopping:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	d := rolestest.New(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	stopEndpoints := d.Run(t, roles.Endpoints)
	client := d.Endpoints(t)
	_, err := client.Send(ctx, newEndpoint(server.URL))
	require.NoError(t, err)
	stopEndpoints()

	stop := d.Run(t, roles.Delivery)
	for i := range jobs {
		j := newJob(fmt.Sprintf("msg_%d", i), []byte("{}"))
		j.TrackingNumber = strconv.Itoa(i)
		value, err := d.Codecs.WebhookJob.Encode(j)
		require.NoError(t, err)
		d.Produce(t, schemas.TopicWebhookJobs, "ep/c:"+j.TrackingNumber, value)
	}
	<-started
	stop()
	close(stopping)
	d.Run(t, roles.Delivery)

	rows := make(map[string]int)
	var failure error
	require.Eventually(t, func() bool {
		clear(rows)
		failure = topiclog.Whole(ctx, d.Client, d.Settings.Kafka.Prefix+schemas.TopicWebhookAttempts, nil, func(r *kgo.Record) error {
			a, err := d.Codecs.WebhookAttempt.Decode(r.Value)
			if err == nil && (a.Outcome != schemas.OutcomeDelivered || a.Attempt != 1) {
				err = fmt.Errorf("attempt %d of %s: %s, %s", a.Attempt, a.JobID, a.Outcome, a.Reason)
			}
			if err == nil {
				rows[a.JobID]++
			}
			return err
		})
		return failure != nil || len(rows) == jobs
	}, 5*time.Minute, 50*time.Millisecond)
	require.NoError(t, failure)
	for id, count := range rows {
		require.Equal(t, 1, count, id)
	}
}
