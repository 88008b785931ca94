package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
)

const redeliveries = "/v4/redeliveries"

// What is sent again comes with the same ids and bytes, and to its own tenant
// alone. The audit says who asked for it.
func TestRedeliveries(t *testing.T) {
	t.Parallel()
	k, d, receiver := makeKeys(t), withClickHouse(t), openShop(t)
	d.Run(t, roles.Endpoints, roles.Delivery, roles.ClickHouse)
	s := serve(t, d, k)
	made := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": receiver.URL, "skip_test": true})
	id := made["endpoint_id"].(string)
	publishWebhooks(t, d, "shop", id, 3, 1, 2)
	require.Eventually(t, func() bool {
		r := s.get(t, http.StatusOK, k.shop, http.MethodPost, redeliveries, map[string]any{"status": "delivered", "dry_run": true})
		require.EqualValues(t, 0, r["sent"])
		return r["found"] == 6.0
	}, 5*time.Minute, 20*time.Millisecond)
	before := receiver.forget()
	require.Len(t, before, 6)

	theirs := s.get(t, http.StatusOK, k.other, http.MethodPost, redeliveries, map[string]any{"endpoint_id": id})
	require.EqualValues(t, 0, theirs["found"])
	all := s.get(t, http.StatusOK, k.manages, http.MethodPost, redeliveries, map[string]any{"endpoint_id": id, "rate": 1000})
	require.EqualValues(t, 6, all["found"])
	require.EqualValues(t, 6, all["sent"])
	require.Empty(t, all["gone"])
	require.Nil(t, all["next"])
	require.Eventually(t, func() bool { return len(receiver.taken()) == 6 }, 5*time.Minute, 10*time.Millisecond)
	require.Equal(t, before, receiver.forget())

	one := s.get(t, http.StatusOK, k.manages, http.MethodPost, redeliveries, map[string]any{"shipment": "Royal Mail:p0", "webhook_ids": []string{id + "-P0-2", id + "-P1-1"}})
	require.EqualValues(t, 1, one["sent"])
	require.Eventually(t, func() bool { return len(receiver.taken()) == 1 }, 5*time.Minute, 10*time.Millisecond)
	require.Contains(t, receiver.taken(), id+"-P0-2")

	require.Eventually(t, func() bool {
		for _, e := range s.get(t, http.StatusOK, k.reads, http.MethodGet, endpoints+"/"+id+"/events", nil)["events"].([]any) {
			event := e.(map[string]any)
			if event["command_id"] == all["redelivery_id"] {
				require.Equal(t, "redelivered", event["kind"])
				require.Contains(t, event["requested_by"], "key ")
				return true
			}
		}
		return false
	}, 5*time.Minute, 20*time.Millisecond)
}

// A run that is broken off says how to go on, and does: what it had not sent
// comes, and nothing that came in since.
func TestRedeliveryGoesOn(t *testing.T) {
	t.Parallel()
	k, d, receiver := makeKeys(t), withClickHouse(t), openShop(t)
	stop := d.Run(t, roles.Endpoints, roles.Delivery, roles.ClickHouse)
	s := serve(t, d, k)
	made := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": receiver.URL, "skip_test": true})
	id := made["endpoint_id"].(string)
	publishWebhooks(t, d, "shop", id, 2, 1, 10)
	require.Eventually(t, func() bool {
		r := s.get(t, http.StatusOK, k.shop, http.MethodPost, redeliveries, map[string]any{"status": "delivered", "dry_run": true})
		return r["found"] == 20.0
	}, 5*time.Minute, 20*time.Millisecond)
	receiver.forget()

	answers := make(chan *reply, 1)
	request := s.request(t, k.shop, http.MethodPost, redeliveries, map[string]any{"endpoint_id": id, "rate": 0.5}) // a minute's work
	go func() {
		r, _ := send(request)
		answers <- r
	}()
	require.Eventually(t, func() bool { return len(receiver.taken()) > 0 }, 5*time.Minute, time.Millisecond)
	s.refused(t, http.StatusConflict, "is under way", k.shop, http.MethodPost, redeliveries, map[string]any{"endpoint_id": id})
	require.EqualValues(t, 0, s.get(t, http.StatusOK, k.other, http.MethodPost, redeliveries, map[string]any{"endpoint_id": id})["found"], "tenants do not wait for one another")
	s.stop()
	first := (<-answers).decoded(t)
	require.NotEmpty(t, first["next"])
	publishWebhooks(t, d, "shop", id, 2, 11, 11)
	require.Eventually(t, func() bool { return len(receiver.taken()) >= int(first["sent"].(float64))+2 }, 5*time.Minute, time.Millisecond)

	s = serve(t, d, k)
	rest := s.get(t, http.StatusOK, k.shop, http.MethodPost, redeliveries, map[string]any{"endpoint_id": id, "rate": 1000, "after": first["next"]})
	require.EqualValues(t, 20, rest["found"])
	require.Equal(t, 20, int(rest["sent"].(float64)+first["sent"].(float64)))
	require.Nil(t, rest["next"])
	require.Eventually(t, func() bool { return len(receiver.taken()) == 22 }, 5*time.Minute, 10*time.Millisecond)
	stop()
}

func TestWrongRedeliveries(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for body, want := range map[string][2]any{
		`{}`:                                      {nil, "it is empty; name webhooks, an endpoint"},
		`{"rate": 50}`:                            {nil, "it is empty"},
		`{"status": "lost"}`:                      {"status", "it is one of open, delivered"},
		`{"shipment": "AB1"}`:                     {"shipment", "a carrier, a colon and a number"},
		`{"since": "yesterday"}`:                  {"since", "since is a text; a time such as 2026-12-24T18:00:00Z is wanted"},
		`{"status": "open", "rate": -1}`:          {"rate", "up to 1000 webhooks a second"},
		`{"status": "open", "rate": 1001}`:        {"rate", "up to 1000 webhooks a second"},
		`{"status": "open", "after": "nonsense"}`: {"after", "take it unchanged"},
		`{"outcome": "open"}`:                     {"outcome", `no field "outcome"`},
	} {
		require.Equal(t, want[0], s.refused(t, http.StatusBadRequest, want[1].(string), k.shop, http.MethodPost, redeliveries, body), body)
	}
	s.refused(t, http.StatusServiceUnavailable, "cannot be reached", k.shop, http.MethodPost, redeliveries, `{"status": "open"}`)
}
