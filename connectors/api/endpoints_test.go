package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// An endpoint's life: made, shown, tried, switched off and on, deleted.
func TestEndpoints(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)

	r := s.do(t, k.manages, http.MethodPost, endpoints, map[string]any{
		"url": "http://127.0.0.1:1/hook", "description": "the shop", "types": []string{"tracking.delivered"},
		"headers": map[string]string{"x-token": "open sesame"}, "in_flight": 3, "schedule": []int64{1000, 5000},
	})
	require.Equal(t, http.StatusCreated, r.Status, "%s", r.Body)
	made := r.decoded(t)
	id := made["endpoint_id"].(string)
	one := endpoints + "/" + id
	require.Equal(t, one, r.Header.Get("Location"))
	require.Equal(t, "untested", made["state"])
	require.Regexp(t, "^whsec_.{32,}$", made["secret"])
	require.NotEmpty(t, made["test_id"])
	require.Equal(t, []any{1000.0, 5000.0}, made["schedule"])

	// Nobody sees the secret or the header's value again.
	shown := s.do(t, k.reads, http.MethodGet, one, nil)
	require.Equal(t, http.StatusOK, shown.Status)
	all := s.do(t, k.reads, http.MethodGet, endpoints, nil)
	for _, r := range []*reply{shown, all} {
		require.NotContains(t, string(r.Body), made["secret"])
		require.NotContains(t, string(r.Body), "sesame")
		require.NotContains(t, string(r.Body), "sealed")
		require.Contains(t, string(r.Body), "x-token")
	}
	require.Len(t, all.decoded(t)["endpoints"], 1)

	require.NotEqual(t, made["test_id"], s.get(t, http.StatusAccepted, k.manages, http.MethodPost, one+"/test", nil)["test_id"])
	disabled := s.get(t, http.StatusOK, k.manages, http.MethodPost, one+"/disable", map[string]string{"reason": "moving house"})
	require.Equal(t, "disabled", disabled["state"])
	require.Equal(t, "moving house", disabled["reason"])
	enabled := s.get(t, http.StatusOK, k.manages, http.MethodPost, one+"/enable", nil)
	require.Equal(t, "untested", enabled["state"])
	require.NotEmpty(t, enabled["test_id"])

	require.Equal(t, http.StatusNoContent, s.do(t, k.manages, http.MethodDelete, one, nil).Status)
	require.Eventually(t, func() bool { return s.do(t, k.reads, http.MethodGet, one, nil).Status == http.StatusNotFound },
		5*time.Minute, 5*time.Millisecond)
	require.Equal(t, http.StatusNotFound, s.do(t, k.manages, http.MethodDelete, one, nil).Status)
}

// What the endpoints job refuses, it says why.
func TestRefusals(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	const url = "https://shop.example/hook"
	first := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": url, "skip_test": true})
	require.Equal(t, "enabled", first["state"])
	require.NotContains(t, first, "test_id")
	s.refused(t, http.StatusConflict, first["endpoint_id"].(string)+" has that URL already", k.shop, http.MethodPost, endpoints, map[string]any{"url": url})
	for field, tt := range map[string]struct {
		detail string
		change any
	}{
		"url": {"scheme", "ftp://shop.example"}, "statuses": {"HAPPY", []string{"HAPPY"}}, "types": {"nothing", []string{"nothing"}},
		"secret": {"whsec_", "whsec_short"}, "headers": {"ours to set", map[string]string{"webhook-id": "a"}}, "in_flight": {"from 0", -1},
		"rate_limit": {"from", -1}, "schedule_name": {"not known", "never"}, "deadline": {"deadline", 1}, "description": {"bytes", strings.Repeat("x", 5000)},
		"dialect": {"dialect", "klingon"},
	} {
		body := map[string]any{"url": "https://b.example"}
		body[field] = tt.change
		require.Equal(t, field, s.refused(t, http.StatusBadRequest, tt.detail, k.shop, http.MethodPost, endpoints, body))
	}
	s.get(t, http.StatusCreated, k.other, http.MethodPost, endpoints, map[string]any{"url": url, "skip_test": true})
}

// A request that is repeated with its Idempotency-Key is carried out once. The
// secret is shown to the first alone.
func TestIdempotency(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	body := map[string]any{"url": "https://shop.example/hook", "skip_test": true}
	key := []string{"Idempotency-Key", "order 17 / make"}
	first := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, body, key...)
	again := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, body, key...)
	require.Equal(t, first["endpoint_id"], again["endpoint_id"])
	require.NotEmpty(t, first["secret"])
	require.NotContains(t, again, "secret")
	other := s.get(t, http.StatusCreated, k.other, http.MethodPost, endpoints, body, key...)
	require.NotEqual(t, first["endpoint_id"], other["endpoint_id"], "the key is the tenant's own")
	require.Equal(t, http.StatusNoContent, s.do(t, k.other, http.MethodDelete, endpoints+"/"+other["endpoint_id"].(string), nil).Status)
	s.refused(t, http.StatusGone, "was deleted since", k.other, http.MethodPost, endpoints, body, key...)
	s.refused(t, http.StatusConflict, "is taken", k.shop, http.MethodPost, endpoints, map[string]any{"url": "https://shop.example/b"}, key...)
}

// A delete says why, and is answered alike when it is sent again with its key; with
// another there is nothing to delete.
func TestDelete(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	made := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": "https://shop.example/hook", "skip_test": true})
	one := endpoints + "/" + made["endpoint_id"].(string)
	require.Equal(t, "resaon", s.refused(t, http.StatusBadRequest, "did you mean reason", k.shop, http.MethodDelete, one, map[string]any{"resaon": "x"}))
	remove := func(key string) int {
		return s.do(t, k.shop, http.MethodDelete, one, map[string]any{"reason": "the shop has closed"}, "Idempotency-Key", key).Status
	}
	require.Equal(t, http.StatusNoContent, remove("a"))
	require.Equal(t, http.StatusNoContent, remove("a"))
	require.Equal(t, http.StatusNotFound, remove("b"))
	require.Equal(t, http.StatusNotFound, s.do(t, k.shop, http.MethodDelete, one, nil).Status)
	events, err := d.Endpoints(t).Events(t.Context(), "shop", made["endpoint_id"].(string))
	require.NoError(t, err)
	last := events[len(events)-1]
	require.Equal(t, schemas.EndpointEventDeleted, last.Kind)
	require.Equal(t, "the shop has closed", last.Reason)
}

// Two tenants that mean each other no good: whatever the one asks about the
// other's endpoint is answered as if it were not there.
func TestOtherTenants(t *testing.T) {
	k, d := makeKeys(t), withClickHouse(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	theirs := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": "https://shop.example", "skip_test": true})
	id := theirs["endpoint_id"].(string)
	before := s.do(t, k.shop, http.MethodGet, endpoints+"/"+id, nil).Body
	bodies := map[string]any{"patch": map[string]any{"url": "https://evil.example"}}
	for template, item := range s.document.tree["paths"].(map[string]any) {
		if !strings.HasPrefix(template, endpoints+"/{id}") {
			continue
		}
		for method, node := range item.(map[string]any) {
			if _, is := node.(map[string]any); !is {
				continue
			}
			answers := make(map[string]string)
			for name, id := range map[string]string{"theirs": id, "nobody's": "ep_none"} {
				r := s.do(t, k.other, strings.ToUpper(method), strings.ReplaceAll(template, "{id}", id), bodies[method], "X-Request-Id", "same")
				require.Equal(t, http.StatusNotFound, r.Status, "%s %s: %s", method, template, r.Body)
				answers[name] = strings.ReplaceAll(string(r.Body), id, "")
			}
			require.Equal(t, answers["nobody's"], answers["theirs"], "%s %s", method, template)
		}
	}
	require.Empty(t, s.get(t, http.StatusOK, k.other, http.MethodGet, endpoints, nil)["endpoints"])
	require.Equal(t, string(before), string(s.do(t, k.shop, http.MethodGet, endpoints+"/"+id, nil).Body))
}

// Nobody carries commands out: the answer says what that means.
func TestNobodyCarriesOut(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, func(c *api.Config) { c.CommandWait = 100 * time.Millisecond })
	s.refused(t, http.StatusGatewayTimeout, "it may still be done", k.shop, http.MethodPost, endpoints, map[string]any{"url": "https://shop.example"})
}

func TestSenders(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	require.Equal(t, map[string]any{"fixed": false, "addresses": []any{}}, s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/senders", nil))
}
