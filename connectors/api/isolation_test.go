package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles"
	"waybill/schemas"
)

// treasure is what a tenant has that another would like to see or change.
type treasure struct {
	number     string // of a parcel that it alone follows
	shared     string // of one that both follow
	endpoint   string
	webhook    string
	registered string // id of the registration
	event      string // that opened an exception
	list, feed string // cursors
}

// secretWord is in all that the tenant gave.
const secretWord = "hush"

// nobodys is what a treasure's ids look like where there is none.
var nobodys = treasure{
	number: "AB123456811GB", shared: "AB123456808GB", endpoint: "ep_none", webhook: "0123456789abcdef0123456789abcdef", registered: "none", event: "0123456789abcdef",
}

// attack is a request to a route with somebody's ids.
type attack struct {
	path string // empty: the route's own
	body any
}

// attacks are requests to every route, by the route.
func attacks(v *treasure) map[string][]attack {
	inPath := strings.NewReplacer("{id}", v.endpoint, "{carrier}", "royal-mail", "{number}", v.number)
	to := func(body any, paths ...string) (all []attack) {
		for _, path := range append(paths, "")[:max(1, len(paths))] {
			all = append(all, attack{inPath.Replace(path), body})
		}
		return all
	}
	const one, number = "/v4/endpoints/{id}", "/v4/trackings/{carrier}/{number}"
	own := func(method, path string, body any) (string, []attack) { return method + " " + path, to(body, path) }
	all := make(map[string][]attack)
	put := func(route string, list []attack) { all[route] = list }
	put(own("GET", "/v4/openapi.json", nil))
	put(own("GET", "/v4/endpoints", nil))
	put(own("POST", "/v4/endpoints", map[string]any{"url": "https://evil.example/" + v.endpoint, "skip_test": true}))
	for _, route := range []string{"GET " + one, "DELETE " + one, "POST " + one + "/test", "POST " + one + "/enable", "POST " + one + "/disable", "POST " + one + "/resume", "POST " + one + "/rotate", "GET " + one + "/events"} {
		method, path, _ := strings.Cut(route, " ")
		put(own(method, path, nil))
	}
	put(own("PATCH", one, map[string]any{"url": "https://evil.example/patched"}))
	all["GET /v4/attempts"] = to(nil, "/v4/attempts", "/v4/attempts?endpoint_id="+v.endpoint, "/v4/attempts?webhook_id="+v.webhook, "/v4/attempts?shipment=royal-mail:"+v.number)
	all["GET /v4/events"] = to(nil, "/v4/events", "/v4/events?endpoint_id="+v.endpoint)
	all["GET /v4/events/{id}"] = to(nil, "/v4/events/"+v.webhook)
	all["POST /v4/redeliveries"] = []attack{
		{body: map[string]any{"webhook_ids": []string{v.webhook}}}, {body: map[string]any{"endpoint_id": v.endpoint}}, {body: map[string]any{"shipment": "royal-mail:" + v.number}},
	}
	all["GET /v4/trackings"] = to(nil, "/v4/trackings?q="+v.number, "/v4/trackings?q="+secretWord, "/v4/trackings?reference="+secretWord, "/v4/trackings?tag="+secretWord, "/v4/trackings?number="+v.number)
	put(own("GET", number, nil))
	put(own("GET", number+"/explain", nil))
	put(own("DELETE", number, nil))
	put(own("POST", number+"/stop", nil))
	put(own("POST", number+"/close", `{"status": "failed.lost", "reason": "evil"}`))
	put(own("POST", number+"/correct", `{"status": "DELIVERED", "reason": "evil"}`))
	put(own("POST", number+"/acknowledge", fmt.Sprintf(`{"event_id": %q}`, v.event)))
	put(own("POST", number+"/change-carrier", `{"new_carrier": "parcelforce"}`))
	put(own("POST", number+"/retract", fmt.Sprintf(`{"event_id": %q, "reason": "evil"}`, v.event)))
	put(own("POST", number+"/erase", `{"reason": "evil"}`))
	put(own("POST", "/v4/trackings", map[string]any{"trackings": []any{map[string]any{"carrier": "royal-mail", "tracking_number": "AB123456839GB", "registration_id": v.registered}}}))
	put(own("POST", "/tracks", map[string]any{"carrier": "royal-mail", "tracking_number": "AB123456842GB"}))
	put(own("GET", "/tracks/{carrier}/{number}", nil))
	put(own("GET", "/v4/carriers", nil))
	all["GET /v4/carriers/check"] = to(nil, "/v4/carriers/check?number="+v.number)
	put(own("GET", "/v4/usage", nil))
	put(own("GET", "/v4/senders", nil))
	put(own("GET", "/v4/key", nil))
	put(own("GET", "/v4/pipeline", nil))
	all["GET /v4/audit"] = to(nil, "/v4/audit", "/v4/audit?object_id="+v.endpoint, "/v4/audit?object_id=royal-mail:"+v.number, "/v4/audit?act=endpoint_create")
	put(own("GET", "/v4/reports", nil))
	all["GET /v4/reports/{name}"] = reportAttacks(v)
	return all
}

// hide makes a treasure of the tenant shop.
func hide(t *testing.T, s *server, k *keys) *treasure {
	t.Helper()
	v := &treasure{number: "AB123456785GB", shared: "AB123456799GB"}
	made := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{
		"url": "https://" + secretWord + ".example/", "description": secretWord, "headers": map[string]string{"X-Secret": secretWord}, "skip_test": true,
	})
	v.endpoint = made["endpoint_id"].(string)
	for _, n := range []string{v.number, v.shared} {
		follow(t, s.Deployment, schemas.Registration{
			Tenant: "shop", Carrier: "royal-mail", TrackingNumber: n, RegistrationID: secretWord + n, Metadata: secretWord, Reference: secretWord, Transaction: secretWord,
			Tags: []string{secretWord}, CarrierAccount: secretWord, ServiceLevel: &schemas.ServiceLevel{Name: secretWord}, Destination: &schemas.Address{Street: secretWord, City: secretWord},
			Origin: &schemas.Address{PostalCode: secretWord},
		})
	}
	v.registered = secretWord + v.number
	follow(t, s.Deployment, schemas.Registration{Tenant: "other", Carrier: "royal-mail", TrackingNumber: v.shared, Backfill: schemas.BackfillAll})
	for _, n := range []string{v.number, v.shared} {
		happen(t, s.Deployment, n, "exc.address", time.Now())
	}
	require.Eventually(t, func() bool {
		events := s.get(t, http.StatusOK, k.shop, http.MethodGet, "/v4/events?limit=1", nil)
		list := s.get(t, http.StatusOK, k.shop, http.MethodGet, "/v4/trackings?limit=1&exception=true", nil)
		if events["has_more"] != true || list["has_more"] != true {
			return false
		}
		v.webhook = events["events"].([]any)[0].(map[string]any)["webhook_id"].(string)
		v.feed, v.list = events["next"].(string), list["next"].(string)
		return true
	}, 5*time.Minute, 50*time.Millisecond)
	shown := s.get(t, http.StatusOK, k.shop, http.MethodGet, "/v4/trackings/royal-mail/"+v.number, nil)
	v.event = shown["exceptions"].([]any)[0].(map[string]any)["opening_event_id"].(string)
	return v
}

// What is a tenant's is to another as if it were not there, on every route; and
// nothing that the other does changes it (R10).
func TestNoRouteLeadsToAnotherTenant(t *testing.T) {
	k, d := makeKeys(t), withClickHouse(t, "--reorder-hold", "0s")
	d.Run(t, roles.Tracking, roles.ClickHouse, roles.Endpoints)
	s := serve(t, d, k, func(c *api.Config) { c.Operators = nil })
	v := hide(t, s, k)
	stands := func() string {
		var all strings.Builder
		for _, path := range []string{"/v4/trackings/royal-mail/" + v.number, endpoints, "/v4/trackings?sort=registered_at"} {
			all.Write(s.do(t, k.shop, http.MethodGet, path, nil).Body)
		}
		return all.String()
	}
	before := stands()
	theirs, made := attacks(v), attacks(&nobodys)
	for _, route := range s.routes(t) {
		require.NotEmpty(t, theirs[route], "%s is attacked by nobody: add it to attacks", route)
		method, _, _ := strings.Cut(route, " ")
		for i, a := range theirs[route] {
			b := made[route][i]
			got := s.do(t, k.other, method, a.path, a.body, "X-Request-Id", "same")
			want := s.do(t, k.other, method, b.path, b.body, "X-Request-Id", "same")
			require.Equal(t, want.Status, got.Status, "%s %s: %s", method, a.path, got.Body)
			if got.Status >= http.StatusBadRequest {
				require.Equal(t, v.unnamed(want), v.unnamed(got), "%s %s", method, a.path)
			}
			told := string(got.Body)
			if strings.HasPrefix(a.path, "/v4/reports/order?") { // which says what it was asked
				told = strings.Replace(told, `"reference":"`+secretWord+`"`, "", 1)
			}
			require.NotContains(t, told, `"`+secretWord, "%s %s", method, a.path)
			require.NotContains(t, told, secretWord+".example", "%s %s", method, a.path)
		}
	}
	s.refused(t, http.StatusBadRequest, "other filters", k.other, http.MethodGet, "/v4/trackings?limit=1&exception=true&after="+v.list, nil)
	s.refused(t, http.StatusBadRequest, "", k.other, http.MethodGet, "/v4/events?limit=1&after="+v.feed, nil)
	for _, path := range []string{"/v4/trackings/royal-mail/" + v.shared, "/v4/trackings/royal-mail/" + v.shared + "/explain", "/tracks/royal-mail/" + v.shared, "/v4/trackings"} {
		r := s.do(t, k.other, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, r.Status)
		require.NotContains(t, string(r.Body), secretWord, path)
		require.NotContains(t, string(r.Body), v.endpoint, path)
	}
	// What the other asked for has been seen to: its own new parcel is there.
	require.Eventually(t, func() bool {
		return s.do(t, k.other, http.MethodGet, "/v4/trackings/royal-mail/AB123456842GB", nil).Status == http.StatusOK
	}, 5*time.Minute, 50*time.Millisecond)
	require.Equal(t, before, stands())
}

// unnamed is a problem without the ids that the request had.
func (v *treasure) unnamed(r *reply) string {
	return strings.NewReplacer(v.endpoint, "", v.webhook, "", v.number, "", v.event, "", nobodys.endpoint, "", nobodys.webhook, "", nobodys.number, "", nobodys.event, "").Replace(string(r.Body))
}

// routes are all of the document.
func (s *server) routes(t *testing.T) (all []string) {
	t.Helper()
	for path, item := range s.document.tree["paths"].(map[string]any) {
		for method, node := range item.(map[string]any) {
			if _, is := node.(map[string]any); is {
				all = append(all, strings.ToUpper(method)+" "+path)
			}
		}
	}
	return all
}
