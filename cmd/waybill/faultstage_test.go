package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/endpointclient"
	"waybill/internal/topiclog"
	"waybill/internal/vault"
	"waybill/schemas"
)

// faultStage is a Kafka and a ClickHouse that outlive the waybills of a test,
// and a receiver.
type faultStage struct {
	*ledger
	kafka      []string
	clickhouse string
	dir        string
	client     *kgo.Client
	codecs     *schemas.Codecs
	sent       map[string]*schemas.WebhookJob // by id
}

func newFaultStage(t *testing.T) *faultStage {
	t.Helper()
	needEngine(t)
	if raced {
		t.Skip("several processes at work, each with the detector of races, take too much of a machine: make test runs this without it")
	}
	s := &faultStage{
		ledger: newLedger(t), kafka: embeddedtest.Kafka(t), clickhouse: embeddedtest.OwnClickHouse(t), dir: t.TempDir(),
		sent: map[string]*schemas.WebhookJob{},
	}
	var err error
	s.codecs, err = schemas.NewCodecs()
	require.NoError(t, err)
	s.client, err = kgo.NewClient(kgo.SeedBrokers(s.kafka...), kgo.MetadataMinAge(100*time.Millisecond), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	require.NoError(t, err)
	t.Cleanup(s.client.Close)
	require.NoError(t, vault.Make(s.keys(), rand.Reader))
	return s
}

// keys is the file of the keys that all instances share.
func (s *faultStage) keys() string { return filepath.Join(s.dir, "secrets.key") }

// up runs an instance on it and waits until it is ready. The same name again
// is the same instance.
func (s *faultStage) up(t *testing.T, instance string, args ...string) *running {
	t.Helper()
	s.awaitClickHouse(t)
	return startUp(t, filepath.Join(s.dir, instance), append([]string{
		"--instance", instance, "--secret-keys", s.keys(), "--kafka-brokers", strings.Join(s.kafka, ","), "--clickhouse-addr", s.clickhouse, "--webhook-timeout", "2s",
	}, args...)...)
}

// awaitClickHouse waits until it answers: an instance that was killed can crash the
// embedded engine, which is then started again.
func (s *faultStage) awaitClickHouse(t *testing.T) {
	t.Helper()
	conn, err := ch.Open(&ch.Options{Addr: []string{s.clickhouse}})
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	require.Eventually(t, func() bool { return conn.Ping(t.Context()) == nil }, patienceOfTests, 50*time.Millisecond)
}

// addEndpoints makes endpoints that take traffic at once, each with a path and
// in a tenant of its own.
func (s *faultStage) addEndpoints(t *testing.T, count int, set func(number int, c *schemas.EndpointCommand)) {
	t.Helper()
	records := make([]*kgo.Record, 0, count)
	for number := range count {
		c := &schemas.EndpointCommand{
			CommandID: fmt.Sprintf("create-%d", number), Tenant: tenantOf(number), EndpointID: endpointOf(number), Kind: schemas.CommandCreate,
			URL: "http://" + s.address + pathOf(number), Secret: faultSecret, SkipTest: true, Order: schemas.OrderShipment, RequestedAt: time.Now(),
		}
		if set != nil {
			set(number, c)
		}
		value, err := s.codecs.EndpointCommand.Encode(c)
		require.NoError(t, err)
		records = append(records, &kgo.Record{Topic: schemas.TopicEndpointCommands, Key: []byte(c.Tenant), Value: value})
	}
	require.NoError(t, s.client.ProduceSync(t.Context(), records...).FirstErr())
	s.awaitEndpoints(t, count, schemas.EndpointEnabled)
}

// awaitEndpoints waits until the first so many endpoints are in a state.
func (s *faultStage) awaitEndpoints(t *testing.T, count int, state string) {
	t.Helper()
	client := &endpointclient.Client{Kafka: s.client, Codecs: s.codecs}
	require.Eventually(t, func() bool {
		table, err := client.Table(t.Context())
		require.NoError(t, err)
		for number := range count {
			if e := table.ByID(endpointOf(number)); e == nil || e.State != state {
				return false
			}
		}
		return true
	}, patienceOfTests, 50*time.Millisecond, "the endpoints do not become %s", state)
}

// send lays webhooks on the log: for each of so many shipments of an endpoint
// the sequence from first to last, all shipments' first ones before their
// second ones.
func (s *faultStage) send(t *testing.T, endpoints []int, shipments, first, last int) {
	t.Helper()
	var records []*kgo.Record
	for sequence := first; sequence <= last; sequence++ {
		for shipment := range shipments {
			for _, endpoint := range endpoints {
				j := faultJob(endpoint, shipment, sequence)
				value, err := s.codecs.WebhookJob.Encode(j)
				require.NoError(t, err)
				s.sent[j.JobID] = j
				key := schemas.JobKey(j.EndpointID, j.Carrier+":"+j.TrackingNumber)
				records = append(records, &kgo.Record{Topic: schemas.TopicWebhookJobs, Key: []byte(key), Value: value})
			}
		}
	}
	require.NoError(t, s.client.ProduceSync(t.Context(), records...).FirstErr())
}

// faultJob is one webhook. Each seventh is so large that its body stays on the
// topic.
func faultJob(endpoint, shipment, sequence int) *schemas.WebhookJob {
	id := fmt.Sprintf("msg_%d_%d_%d", endpoint, shipment, sequence)
	size := 50
	if (shipment+sequence)%7 == 0 {
		size = 6 << 10
	}
	body, _ := json.Marshal(map[string]any{"id": id, "sequence": sequence, "text": strings.Repeat(strconv.Itoa(shipment%10), size)})
	return &schemas.WebhookJob{
		JobID: id, EndpointID: endpointOf(endpoint), Tenant: tenantOf(endpoint), Carrier: "c", TrackingNumber: fmt.Sprintf("N%d", shipment),
		Epoch: time.UnixMilli(1), RegistrationID: "r", Cause: "x", Sequence: int64(sequence), Revision: 1, Type: schemas.TypeStatusChanged,
		Types: []string{schemas.TypeStatusChanged}, Body: body, Trigger: schemas.TriggerEvent, CreatedAt: time.Now(),
	}
}

func tenantOf(endpoint int) string   { return fmt.Sprintf("tenant-%d", endpoint) }
func endpointOf(endpoint int) string { return fmt.Sprintf("ep_%d", endpoint) }
func pathOf(endpoint int) string     { return fmt.Sprintf("/%d", endpoint) }

// numbers are those from first up to below end.
func numbers(first, end int) (all []int) {
	for n := first; n < end; n++ {
		all = append(all, n)
	}
	return all
}

// rows reads the attempt log, what was committed of it.
func (s *faultStage) rows(t *testing.T) (rows []*schemas.WebhookAttempt) {
	t.Helper()
	require.NoError(t, topiclog.Whole(t.Context(), s.client, schemas.TopicWebhookAttempts, nil, func(r *kgo.Record) error {
		row, err := s.codecs.WebhookAttempt.Decode(r.Value)
		rows = append(rows, row)
		return err
	}))
	return rows
}

// judge is what must hold of all that was sent, when all of it was taken.
// repeats is how often one webhook may have been called in vain or again
// beyond what the rows tell: once for each crash, hand-over or abort (W15).
func (s *faultStage) judge(t *testing.T, repeats int) {
	t.Helper()
	calls, came := s.seen(), map[string][]call{}
	for _, c := range calls {
		j := s.sent[c.id]
		require.NotNil(t, j, "a webhook that nobody sent: %s", c.id)
		require.True(t, c.genuine, "%s has a wrong signature", c.id)
		require.Equal(t, string(j.Body), c.body, "the body of %s", c.id)
		require.Equal(t, "/"+strings.TrimPrefix(j.EndpointID, "ep_"), c.path, "%s went elsewhere", c.id)
		came[c.id] = append(came[c.id], c)
	}
	s.judgeOrder(t, came)
	s.judgeRows(t, came, repeats)
}

// judgeOrder holds each shipment's first attempts to their sequence, and each
// first attempt to the end of the webhook before it (W2).
func (s *faultStage) judgeOrder(t *testing.T, came map[string][]call) {
	t.Helper()
	for id, j := range s.sent {
		require.NotEmpty(t, came[id], "%s is lost", id)
		before := fmt.Sprintf("%s_%d", id[:strings.LastIndex(id, "_")], j.Sequence-1)
		if s.sent[before] == nil {
			continue
		}
		taken := false
		for _, c := range came[before] {
			taken = taken || c.at.Before(came[id][0].at) && c.status == http.StatusNoContent
		}
		require.True(t, taken, "%s came before %s was taken", id, before)
	}
}

// judgeRows compares the attempt log with what came: one row delivered for
// each webhook, after it no other, numbers without gaps, and no more calls than
// rows but for repeats.
func (s *faultStage) judgeRows(t *testing.T, came map[string][]call, repeats int) {
	t.Helper()
	attempts, delivered := map[string]map[int]bool{}, map[string]int{}
	complete := func() bool {
		clear(attempts)
		clear(delivered)
		for _, row := range s.rows(t) {
			if attempts[row.JobID] == nil {
				attempts[row.JobID] = map[int]bool{}
			}
			require.False(t, attempts[row.JobID][row.Attempt], "attempt %d of %s has two rows", row.Attempt, row.JobID)
			attempts[row.JobID][row.Attempt] = true
			switch row.Outcome {
			case schemas.OutcomeDelivered:
				delivered[row.JobID]++
			case schemas.OutcomeFailed:
			default:
				require.Fail(t, "a webhook ended undelivered", "%s: %s, %s", row.JobID, row.Outcome, row.Reason)
			}
		}
		return len(delivered) == len(s.sent)
	}
	require.Eventually(t, complete, patienceOfTests, 100*time.Millisecond, "not every webhook has a row of its delivery")
	for id := range s.sent {
		require.Equal(t, 1, delivered[id], "deliveries of %s in the log", id)
		for number := 1; number <= len(attempts[id]); number++ {
			require.True(t, attempts[id][number], "attempt %d of %s has no row", number, id)
		}
		require.LessOrEqual(t, len(came[id]), len(attempts[id])+repeats, "%s came too often", id)
	}
}
