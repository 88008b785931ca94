package roles_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/internal/endpointclient"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/pipeline/delivery"
	"waybill/pipeline/stream/reshard"
	"waybill/schemas"
)

// large is a body that does not stay in delivery's state (W1).
func large() []byte { return []byte(`{"id":"msg_large","text":"` + strings.Repeat("x", 6<<10) + `"}`) }

// newEndpoint is a command for an endpoint that needs no test.
func newEndpoint(url string) *schemas.EndpointCommand {
	return &schemas.EndpointCommand{
		CommandID: "create", Tenant: "t", EndpointID: "ep", Kind: schemas.CommandCreate, URL: url, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		SkipTest: true, Order: schemas.OrderShipment, RequestedAt: time.Now(),
	}
}

// newJob is a webhook for it.
func newJob(id string, body []byte) *schemas.WebhookJob {
	return &schemas.WebhookJob{
		JobID: id, EndpointID: "ep", Tenant: "t", Carrier: "c", TrackingNumber: "N", Epoch: time.UnixMilli(1), RegistrationID: "r",
		Cause: "x", Sequence: 1, Revision: 1, Type: "tracking.event", Body: body, Trigger: "event", CreatedAt: time.Now(),
	}
}

// kept is an endpoint that is switched off, with a large webhook waiting for
// it, so that its body must be read from where it lies.
type kept struct {
	*rolestest.Deployment
	client   *endpointclient.Client
	endpoint *schemas.EndpointCommand
	job      *schemas.WebhookJob
	at       kadm.Offset
	stop     func()
}

// keep sets it up; calls go to url.
func keep(t *testing.T, url string) *kept {
	t.Helper()
	k := &kept{Deployment: rolestest.New(t)}
	k.stop = k.Run(t, roles.Endpoints, roles.Delivery)
	k.client = k.Endpoints(t)
	k.endpoint = newEndpoint(url)
	k.send(t, schemas.CommandCreate)
	k.send(t, schemas.CommandDisable)

	k.job = newJob("msg_large", large())
	value, err := k.Codecs.WebhookJob.Encode(k.job)
	require.NoError(t, err)
	record := k.Produce(t, schemas.TopicWebhookJobs, "ep/c:N", value)
	k.at = kadm.Offset{Topic: record.Topic, Partition: record.Partition, At: record.Offset + 1}
	group := k.Settings.Kafka.Prefix + roles.Delivery
	require.Eventually(t, func() bool {
		committed, err := kadm.NewClient(k.Client).FetchOffsets(t.Context(), group)
		at, ok := committed.Lookup(record.Topic, record.Partition)
		return err == nil && ok && at.At > record.Offset
	}, 5*time.Minute, 10*time.Millisecond)
	return k
}

// send sends a command about the endpoint and waits until it is carried out.
func (k *kept) send(t *testing.T, kind string) {
	t.Helper()
	command := *k.endpoint
	command.Kind, command.CommandID = kind, kind
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	_, err := k.client.Send(ctx, &command)
	require.NoError(t, err)
}

// firstAttempt lets the traffic through and waits for the first attempt.
func (k *kept) firstAttempt(t *testing.T) *schemas.WebhookAttempt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	tests, err := k.client.Tests(ctx)
	require.NoError(t, err)
	k.send(t, schemas.CommandEnable)
	attempt, err := tests.First(ctx, k.job.JobID)
	require.NoError(t, err)
	return attempt
}

func TestLargeBodiesAreReadFromTheTopic(t *testing.T) {
	bodies := make(chan []byte, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- body
	}))
	defer server.Close()
	attempt := keep(t, server.URL).firstAttempt(t)
	require.Equal(t, schemas.OutcomeDelivered, attempt.Outcome, attempt.Reason)
	require.Equal(t, 1, attempt.Attempt)
	require.Equal(t, large(), <-bodies)
}

// A body stays where it is when the webhook's key moves to another partition.
func TestLargeBodyOfAJobThatMoved(t *testing.T) {
	bodies := make(chan []byte, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- body
	}))
	defer server.Close()
	k := keep(t, server.URL)
	k.stop()
	inputs, changelog := schemas.GroupDelivery.Topics()
	report, err := reshard.Run(t.Context(), reshard.Config{
		Brokers: k.Settings.Kafka.Addrs(), Prefix: k.Settings.Kafka.Prefix, App: roles.Delivery, Inputs: inputs, Changelog: changelog, Partitions: 7,
	})
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Moved, "the webhook is one of those that move")
	k.Run(t, roles.Endpoints, roles.Delivery)
	require.Equal(t, schemas.OutcomeDelivered, k.firstAttempt(t).Outcome)
	require.Equal(t, large(), <-bodies)
}

// A body that its topic no longer has is a failed attempt with its own reason,
// never a call with another body.
func TestLargeBodyIsGone(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called without a body") }))
	defer server.Close()
	k := keep(t, server.URL)
	gone := kadm.Offsets{}
	gone.Add(k.at)
	deleted, err := kadm.NewClient(k.Client).DeleteRecords(t.Context(), gone)
	require.NoError(t, err)
	require.NoError(t, deleted.Error())
	attempt := k.firstAttempt(t)
	require.Equal(t, schemas.OutcomeFailed, attempt.Outcome)
	require.Equal(t, delivery.ReasonBodyUnavailable, attempt.Reason)
}
