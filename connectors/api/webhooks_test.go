package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"waybill/analytics/analyticstest"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// withClickHouse makes a deployment with a database of its own.
func withClickHouse(t *testing.T, flags ...string) *rolestest.Deployment {
	t.Helper()
	options := analyticstest.Database(t)
	return rolestest.New(t, append([]string{"--clickhouse-addr", options.Addr[0], "--clickhouse-database", options.Auth.Database}, flags...)...)
}

// shop is a receiver that can be away.
type shop struct {
	URL string

	mu     sync.Mutex
	away   bool
	bodies map[string]string // by id, of what it has taken
}

func openShop(t *testing.T) *shop {
	t.Helper()
	r := &shop{bodies: make(map[string]string)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.away {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		r.bodies[q.Header.Get("Webhook-Id")] = string(body)
	}))
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

func (r *shop) goAway(away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = away
}

func (r *shop) taken() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.bodies)
}

// forget gives what was taken, and begins anew.
func (r *shop) forget() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.bodies
	r.bodies = make(map[string]string)
	return all
}

// publishWebhooks makes webhooks for an endpoint as tracking does: so many for each of
// some parcels, with the next numbers.
func publishWebhooks(t *testing.T, d *rolestest.Deployment, tenant, endpointID string, parcels, from, to int) {
	t.Helper()
	for parcel := range parcels {
		number := fmt.Sprintf("P%d", parcel)
		for sequence := from; sequence <= to; sequence++ {
			job := &schemas.WebhookJob{
				JobID: fmt.Sprintf("%s-%s-%d", endpointID, number, sequence), EndpointID: endpointID, Tenant: tenant, Carrier: "royal-mail",
				TrackingNumber: number, Epoch: time.UnixMilli(0), RegistrationID: "r-" + number, Sequence: int64(sequence),
				Type: schemas.TypeEvent, Types: []string{schemas.TypeEvent}, Trigger: schemas.TriggerEvent, CreatedAt: time.Now(),
				Body: fmt.Appendf(nil, `{"sequence":%d,"words":"<Zürich & \"Bern\"> \u2028","number":%q}`, sequence, number),
			}
			value, err := d.Codecs.WebhookJob.Encode(job)
			require.NoError(t, err)
			d.Produce(t, schemas.TopicWebhookJobs, schemas.JobKey(endpointID, "royal-mail:"+number), value)
		}
	}
}

// event is what these tests look at of one in the feed.
type event struct {
	WebhookID      string          `json:"webhook_id"`
	TrackingNumber string          `json:"tracking_number"`
	Sequence       int64           `json:"sequence"`
	Body           json.RawMessage `json:"body"`
}

type page struct {
	Events  []event `json:"events"`
	Next    string  `json:"next"`
	HasMore bool    `json:"has_more"`
}

// pull reads the feed from a cursor until there is nothing more.
func (s *server) pull(t *testing.T, key, after, more string) (all []event, next string) {
	t.Helper()
	for next = after; ; {
		r := s.do(t, key, http.MethodGet, "/v4/events?limit=7&after="+url.QueryEscape(next)+more, nil)
		require.Equal(t, http.StatusOK, r.Status, "%s", r.Body)
		var p page
		require.NoError(t, json.Unmarshal(r.Body, &p))
		require.LessOrEqual(t, len(p.Events), 7)
		all, next = append(all, p.Events...), p.Next
		if !p.HasMore {
			return all, next
		}
	}
}

// requireInOrder holds that each parcel's events count up by one.
func requireInOrder(t *testing.T, events []event) {
	t.Helper()
	last := make(map[string]int64)
	for _, e := range events {
		require.Equal(t, last[e.TrackingNumber]+1, e.Sequence, e.TrackingNumber)
		last[e.TrackingNumber] = e.Sequence
	}
}

// Over an outage of the receiver the feed has what it missed, and in the end
// both have the same, byte by byte. Another tenant has none of it.
func TestFeedIsWhatTheReceiverGets(t *testing.T) {
	t.Parallel()
	k, d, receiver := makeKeys(t), withClickHouse(t), openShop(t)
	d.Run(t, roles.Endpoints, roles.Delivery, roles.ClickHouse)
	s := serve(t, d, k)
	schedule := append(slices.Repeat([]int{1000}, 16), slices.Repeat([]int{20_000}, 16)...) // behind its end is the deadline alone
	made := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": receiver.URL, "schedule": schedule})
	id := made["endpoint_id"].(string)
	require.Eventually(t, func() bool {
		return s.get(t, http.StatusOK, k.shop, http.MethodGet, endpoints+"/"+id, nil)["state"] == "enabled"
	}, 5*time.Minute, 10*time.Millisecond)
	test := "/v4/attempts?webhook_id=" + made["test_id"].(string)
	require.Eventually(t, func() bool {
		return len(s.get(t, http.StatusOK, k.reads, http.MethodGet, test, nil)["attempts"].([]any)) == 1
	}, 5*time.Minute, 20*time.Millisecond)

	const parcels = 5
	publishWebhooks(t, d, "shop", id, parcels, 1, 3)
	require.Eventually(t, func() bool { return len(receiver.taken()) == 1+parcels*3 }, 5*time.Minute, 10*time.Millisecond)
	var before []event
	var cursor string
	require.Eventually(t, func() bool {
		before, cursor = s.pull(t, k.reads, "", "")
		return len(before) == parcels*3
	}, 5*time.Minute, 20*time.Millisecond)
	requireInOrder(t, before)

	receiver.goAway(true)
	publishWebhooks(t, d, "shop", id, parcels, 4, 6)
	all := before
	require.Eventually(t, func() bool {
		missed, next := s.pull(t, k.reads, cursor, "")
		all, cursor = append(all, missed...), next
		return len(all) == parcels*6
	}, 5*time.Minute, 20*time.Millisecond)
	requireInOrder(t, all)
	require.Len(t, receiver.taken(), 1+parcels*3, "it is away")
	last := "/v4/events/" + all[len(all)-1].WebhookID
	require.Equal(t, "open", s.get(t, http.StatusOK, k.reads, http.MethodGet, last, nil)["status"])

	receiver.goAway(false)
	require.Eventually(t, func() bool { return len(receiver.taken()) == 1+parcels*6 }, 5*time.Minute, 10*time.Millisecond)
	got := receiver.taken()
	for _, e := range all {
		require.Equal(t, got[e.WebhookID], string(e.Body), "the same bytes")
	}
	require.Eventually(t, func() bool {
		return s.get(t, http.StatusOK, k.reads, http.MethodGet, last, nil)["status"] == "delivered"
	}, 5*time.Minute, 20*time.Millisecond)
	whole, _ := s.pull(t, k.shop, "", "")
	require.Equal(t, all, whole, "the same again from the start")
	none, _ := s.pull(t, k.shop, "", "&types=tracking.delivered")
	require.Empty(t, none)
	of, _ := s.pull(t, k.shop, "", "&endpoint_id="+id+"&types=tracking.delivered,tracking.event")
	require.Equal(t, all, of)
	s.requireAttempts(t, k, id, all[0])

	// Another tenant.
	foreign, _ := s.pull(t, k.other, "", "")
	require.Empty(t, foreign)
	require.Equal(t, http.StatusNotFound, s.do(t, k.other, http.MethodGet, last, nil).Status)
	require.Equal(t, "after", s.refused(t, http.StatusBadRequest, "another question", k.other, http.MethodGet, "/v4/events?after="+cursor, nil))
	for _, path := range []string{"/v4/attempts", "/v4/attempts?endpoint_id=" + id, "/v4/attempts?webhook_id=" + all[0].WebhookID} {
		require.Empty(t, s.get(t, http.StatusOK, k.other, http.MethodGet, path, nil)["attempts"])
	}
	require.Equal(t, http.StatusNotFound, s.do(t, k.other, http.MethodGet, endpoints+"/"+id+"/events", nil).Status)
}

// requireAttempts looks at the log of attempts from several sides.
func (s *server) requireAttempts(t *testing.T, k *keys, endpointID string, one event) {
	t.Helper()
	attempts := func(query string) []any {
		return s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/attempts?"+query, nil)["attempts"].([]any)
	}
	of := attempts("webhook_id=" + one.WebhookID)
	require.Len(t, of, 1)
	require.Equal(t, "delivered", of[0].(map[string]any)["outcome"])
	require.Equal(t, of, attempts("webhook_id="+one.WebhookID+"&shipment=Royal_Mail:p-"+one.TrackingNumber[1:]+"&outcome=delivered&endpoint_id="+endpointID))
	require.NotEmpty(t, attempts("outcome=failed&reason=status_5xx"))
	require.Empty(t, attempts("until=2020-01-01T00:00:00Z"))
	first := s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/attempts?limit=1", nil)
	require.Equal(t, true, first["has_more"])
	require.NotEqual(t, first["attempts"], attempts("limit=1&after="+first["next"].(string)))
	require.Equal(t, "created", s.lastEvent(t, k, endpointID)["kind"])
}

// lastEvent is the oldest of an endpoint's events.
func (s *server) lastEvent(t *testing.T, k *keys, endpointID string) map[string]any {
	t.Helper()
	var events []any
	require.Eventually(t, func() bool {
		events = s.get(t, http.StatusOK, k.reads, http.MethodGet, endpoints+"/"+endpointID+"/events", nil)["events"].([]any)
		return len(events) > 0
	}, 5*time.Minute, 20*time.Millisecond)
	return events[len(events)-1].(map[string]any)
}

// A client that waits has what comes as soon as it is there; one that waits in
// vain is answered when its time is over, or when the API stops.
func TestWaiting(t *testing.T) {
	t.Parallel()
	k, d := makeKeys(t), withClickHouse(t)
	d.Run(t, roles.ClickHouse)
	s := serve(t, d, k)
	_, cursor := s.pull(t, k.reads, "", "")
	answers, errs := make(chan *reply, 1), make(chan error, 1)
	wait := func(seconds int) {
		path := fmt.Sprintf("/v4/events?wait=%d&after=%s", seconds, url.QueryEscape(cursor))
		request := s.request(t, k.reads, http.MethodGet, path, nil)
		go func() {
			r, err := send(request)
			errs <- err
			answers <- r
		}()
	}
	answered := func() *reply {
		require.NoError(t, <-errs)
		return <-answers
	}
	wait(1)
	require.Empty(t, answered().decoded(t)["events"])
	come := func() []any { // again where nothing came in time, as a client does
		for {
			if events := answered().decoded(t)["events"].([]any); len(events) > 0 {
				return events
			}
			wait(30)
		}
	}
	wait(30)
	publishWebhooks(t, d, "shop", "ep_1", 1, 1, 1)
	come()
	_, cursor = s.pull(t, k.reads, cursor, "")

	// What is no JSON stops nobody.
	value, err := d.Codecs.WebhookJob.Encode(&schemas.WebhookJob{
		JobID: "odd", EndpointID: "ep_1", Tenant: "shop", Epoch: time.UnixMilli(0), Type: schemas.TypeEvent, Body: []byte("{no JSON"),
		Trigger: schemas.TriggerEvent, CreatedAt: time.Now(),
	})
	require.NoError(t, err)
	d.Produce(t, schemas.TopicWebhookJobs, "ep_1/odd:1", value)
	wait(30)
	require.Equal(t, "{no JSON", come()[0].(map[string]any)["body"])
	require.Equal(t, "{no JSON", s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/events/odd", nil)["body"])
	_, cursor = s.pull(t, k.reads, cursor, "")
	wait(30)
	require.Eventually(t, func() bool {
		const one = "# HELP waybill_api_waiting_clients Clients that wait for something new: of the pull feed, and of look-ups.\n# TYPE waybill_api_waiting_clients gauge\nwaybill_api_waiting_clients 1\n"
		return testutil.GatherAndCompare(s.Registry, strings.NewReader(one), "waybill_api_waiting_clients") == nil
	}, 5*time.Minute, time.Millisecond)
	s.stop()
	require.Equal(t, http.StatusOK, answered().Status)
}

func TestWrongQuestions(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for path, want := range map[string][2]string{
		"/v4/attempts?outcome=lost":                    {"outcome", `outcome is "lost"; it may be delivered, failed, expired, cancelled`},
		"/v4/attempts?limit=0":                         {"limit", "whole number from 1 to 1000"},
		"/v4/attempts?limit=many":                      {"limit", `limit is "many"`},
		"/v4/attempts?since=yesterday":                 {"since", "a time such as 2026-12-24T18:00:00Z"},
		"/v4/attempts?since=2026-12-24T18:00:00+01:00": {"since", "a + in it is written %2B"},
		"/v4/attempts?shipment=AB123456785GB":          {"shipment", "a carrier, a colon and a number"},
		"/v4/attempts?after=garbage":                   {"after", "it is no cursor"},
		"/v4/attempts?endpoint=ep_1":                   {"endpoint", `there is no parameter "endpoint" (did you mean endpoint_id?)`},
		"/v4/attempts?reason=a&reason=b":               {"reason", "reason is given 2 times"},
		"/v4/events?after=garbage":                     {"after", "it is no cursor"},
		"/v4/events?wait=31":                           {"wait", "from 0 to 30"},
		"/v4/events/w1?wait=1":                         {"wait", "there is no parameter"},
		"/v4/endpoints/e1/events?limit=1001":           {"limit", "from 1 to 1000"},
	} {
		require.Equal(t, want[0], s.refused(t, http.StatusBadRequest, want[1], k.shop, http.MethodGet, path, nil), path)
	}
	for _, path := range []string{"/v4/attempts", "/v4/events", "/v4/events/w1", "/v4/endpoints/e1/events"} {
		s.refused(t, http.StatusServiceUnavailable, "cannot be reached at the moment", k.shop, http.MethodGet, path, nil)
	}
	require.Contains(t, s.Log.String(), "connect: connection refused", "the log has what the client is not told")
}
