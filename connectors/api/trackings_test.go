package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

const parcelPath = "/v4/trackings/royal-mail/AB123456785GB"

// follow puts a registration of a tenant onto the log.
func follow(t testing.TB, d *rolestest.Deployment, r schemas.Registration) {
	t.Helper()
	if r.Backfill == "" {
		r.Backfill = schemas.BackfillNone
	}
	value, err := d.Codecs.Registration.Encode(&r)
	require.NoError(t, err)
	key, err := schemas.ShipmentKey(r.Carrier, r.TrackingNumber)
	require.NoError(t, err)
	d.Produce(t, schemas.TopicRegistrations, key, value)
}

// happen puts a carrier's event of a parcel onto the log.
func happen(t testing.TB, d *rolestest.Deployment, number, code string, occurred time.Time) {
	t.Helper()
	value, err := d.Codecs.CarrierEvent.Encode(&schemas.CarrierEvent{
		Carrier: "royal-mail", TrackingNumber: number, Code: code, RawCode: code, OccurredAt: occurred, ReceivedAt: &occurred, Leg: schemas.LegForward,
		OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Source: "royal-mail-push", SourceKind: schemas.SourceCarrierPush,
	})
	require.NoError(t, err)
	d.Produce(t, schemas.TopicCarrierEvents, "royal-mail:"+number, value)
}

// tracked serves an API beside tracking and the sink, in real time.
func tracked(t *testing.T) (*server, *keys) {
	t.Helper()
	k, d := makeKeys(t), withClickHouse(t, "--reorder-hold", "0s")
	d.Run(t, roles.Tracking, roles.ClickHouse)
	return serve(t, d, k), k
}

// A parcel is shown to whoever follows it, in any spelling, as its registration
// chose (R5), and to nobody else.
func TestTrackings(t *testing.T) {
	s, k := tracked(t)
	past := time.Now().Add(-time.Hour)
	follow(t, s.Deployment, schemas.Registration{
		Tenant: "other", Carrier: "royal-mail", TrackingNumber: "AB123456785GB", RegistrationID: "theirs", Metadata: "secret", Reference: "secret", Backfill: schemas.BackfillAll,
	})
	happen(t, s.Deployment, "AB123456785GB", "exc.address", past)
	require.Eventually(t, func() bool {
		r := s.do(t, k.other, http.MethodGet, parcelPath+"?wait=30", nil)
		return r.Status == http.StatusOK && r.decoded(t)["status"] == "EXCEPTION"
	}, 5*time.Minute, 50*time.Millisecond)

	missing := s.do(t, k.shop, http.MethodGet, parcelPath, nil)
	require.Equal(t, http.StatusNotFound, missing.Status)
	require.Equal(t, "1", missing.Header.Get("Retry-After"))
	s.refused(t, http.StatusNotFound, "nothing is followed as royal-mail AB123456785GB", k.shop, http.MethodGet, parcelPath+"/explain", nil)
	s.refused(t, http.StatusNotFound, "there is no parcel of that name", k.shop, http.MethodGet, "/v4/trackings/a:b/1", nil)

	request := s.request(t, k.reads, http.MethodGet, "/v4/trackings/Royal_Mail/ab%20123456785-gb?wait=30", nil)
	answers := make(chan *reply, 1)
	go func() {
		r, err := send(request)
		assert.NoError(t, err)
		answers <- r
	}()
	follow(t, s.Deployment, schemas.Registration{
		Tenant: "shop", Carrier: "royal-mail", TrackingNumber: "AB123456785GB", RegistrationID: "ours", Metadata: "mine", Tags: []string{"a"},
		ServiceLevel: &schemas.ServiceLevel{Token: "tracked-24"}, Destination: &schemas.Address{City: "Leeds", Country: "GB"},
	})
	waited := <-answers
	require.Equal(t, http.StatusOK, waited.Status, "%s", waited.Body)
	s.document.requireAnswer(t, http.MethodGet, parcelPath, waited)
	shown := waited.decoded(t)
	require.Equal(t, []any{"royal-mail", "AB123456785GB", "EXCEPTION", "exc.address"}, []any{shown["carrier"], shown["tracking_number"], shown["status"], shown["code"]})
	require.Empty(t, shown["events"], "it happened before the registration")
	require.Empty(t, shown["exceptions"])
	require.Empty(t, shown["present_event_id"])
	require.NotContains(t, string(waited.Body), "secret")
	require.NotContains(t, string(waited.Body), "theirs")
	mine := shown["registrations"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"ours", "mine", "active", "EXCEPTION"}, []any{mine["registration_id"], mine["metadata"], mine["state"], mine["status"]})
	require.Equal(t, "Leeds", mine["destination"].(map[string]any)["city"])

	theirs := s.get(t, http.StatusOK, k.other, http.MethodGet, parcelPath, nil)
	require.Len(t, theirs["exceptions"], 1)
	require.NotEmpty(t, theirs["events"])
	why := s.get(t, http.StatusOK, k.other, http.MethodGet, parcelPath+"/explain", nil)
	require.Equal(t, "accepted", why["decisions"].([]any)[0].(map[string]any)["decision"])
	require.Empty(t, s.get(t, http.StatusOK, k.shop, http.MethodGet, parcelPath+"/explain", nil)["decisions"])

	happen(t, s.Deployment, "AB123456785GB", "delivered.delivered", time.Now())
	require.Eventually(t, func() bool {
		got := s.get(t, http.StatusOK, k.shop, http.MethodGet, parcelPath, nil)
		return got["status"] == "DELIVERED" && len(got["events"].([]any)) > 0
	}, 5*time.Minute, 50*time.Millisecond)
}

// Parcels are found by what is asked, page by page, each tenant's its own.
func TestListTrackings(t *testing.T) {
	s, k := tracked(t)
	for _, n := range []string{"AB123456785GB", "AB123456799GB", "AB123456808GB"} {
		follow(t, s.Deployment, schemas.Registration{Tenant: "shop", Carrier: "royal-mail", TrackingNumber: n, Reference: "order-" + n[6:9], Tags: []string{"gift"}})
		follow(t, s.Deployment, schemas.Registration{Tenant: "other", Carrier: "royal-mail", TrackingNumber: n, Reference: "secret", Metadata: "secret"})
	}
	happen(t, s.Deployment, "AB123456799GB", "exc.address", time.Now())
	count := func(key, query string) int {
		r := s.do(t, key, http.MethodGet, "/v4/trackings"+query, nil)
		require.Equal(t, http.StatusOK, r.Status, "%s", r.Body)
		if key != k.other {
			require.NotContains(t, string(r.Body), "secret")
		}
		return len(r.decoded(t)["trackings"].([]any))
	}
	require.Eventually(t, func() bool {
		return count(k.reads, "") == 3 && count(k.other, "?q=SECRET") == 3 && count(k.reads, "?exception=true") == 1
	}, 5*time.Minute, 50*time.Millisecond)
	for query, want := range map[string]int{
		"?status=exception": 1, "?status=EXCEPTION,PENDING": 3, "?status=DELIVERED": 0, "?code=exc.address": 1, "?state=active": 3, "?state=stopped,expired": 0,
		"?carrier=Royal_Mail": 3, "?carrier=ups": 0, "?number=ab+1234567-9": 1, "?reference=order-567": 2, "?tag=gift": 3, "?tag=gif": 0, "?q=808": 1, "?q=secret": 0,
		"?unacknowledged=true": 1, "?exception=false": 2, "?delayed=true": 0, "?at_risk=true": 0, "?late=true": 0, "?late=false": 3,
		"?registered_since=2020-01-01T00:00:00Z": 3, "?registered_until=2020-01-01T00:00:00Z": 0, "?updated_since=2020-01-01T00:00:00Z&sort=updated_at": 3,
	} {
		require.Equal(t, want, count(k.reads, query), query)
	}
	page := s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/trackings?limit=2", nil)
	next, _ := page["next"].(string)
	require.Equal(t, true, page["has_more"])
	require.Equal(t, 1, count(k.reads, "?limit=2&after="+next))
	for query, blamed := range map[string][2]string{
		"?limit=2&state=active&after=" + next: {"after", "other filters"},
		"?after=garbage":                      {"after", "it is no cursor"},
		"?status=LOST_IN_SPACE":               {"status", "there is no status"},
		"?code=nope":                          {"code", "there is no code"},
		"?state=asleep":                       {"state", "it may be active, expired"},
		"?late=perhaps":                       {"late", "it may be true, false"},
		"?sort=weight":                        {"sort", "it may be -registered_at"},
		"?limit=1001":                         {"limit", "from 1 to 1000"},
		"?statuses=DELIVERED":                 {"statuses", "did you mean status?"},
		"?q=" + strings.Repeat("x", 201):      {"q", "q has 201 bytes; it may have 200"},
		"?registered_since=yesterday":         {"registered_since", "a time such as"},
	} {
		require.Equal(t, blamed[0], s.refused(t, http.StatusBadRequest, blamed[1], k.reads, http.MethodGet, "/v4/trackings"+query, nil), query)
	}
	s.refused(t, http.StatusBadRequest, "other filters", k.other, http.MethodGet, "/v4/trackings?limit=2&after="+next, nil)
	s.refused(t, http.StatusForbidden, "this needs read", k.manages, http.MethodGet, "/v4/trackings", nil)
}

// In Shippo's shape every number is answered for, those that others follow as if
// nobody knew them.
func TestGetTrack(t *testing.T) {
	s, k := tracked(t)
	const path = "/tracks/Royal_Mail/ab%20123456785-gb"
	follow(t, s.Deployment, schemas.Registration{Tenant: "other", Carrier: "royal-mail", TrackingNumber: "AB123456785GB", Metadata: "secret", Backfill: schemas.BackfillAll})
	happen(t, s.Deployment, "AB123456785GB", "transit.picked_up", time.Now().Add(-time.Hour))
	require.Eventually(t, func() bool {
		return len(s.get(t, http.StatusOK, k.other, http.MethodGet, path, nil)["tracking_history"].([]any)) == 1
	}, 5*time.Minute, 50*time.Millisecond)
	unknown := s.get(t, http.StatusOK, k.reads, http.MethodGet, path, nil)
	require.Equal(t, []any{"royal-mail", "AB123456785GB", []any{}}, []any{unknown["carrier"], unknown["tracking_number"], unknown["tracking_history"]})
	require.Equal(t, "UNKNOWN", unknown["tracking_status"].(map[string]any)["status"])
	require.Contains(t, unknown["messages"].([]any)[0], "Nothing is known of this parcel yet.")

	s.get(t, http.StatusOK, k.registers, http.MethodPost, "/tracks", `{"carrier": "royal-mail", "tracking_number": "AB123456785GB", "metadata": "mine"}`)
	var track map[string]any
	require.Eventually(t, func() bool {
		r := s.do(t, "", http.MethodGet, path, nil, "Authorization", "ShippoToken "+k.reads, "SHIPPO-API-VERSION", "2018-02-08")
		require.Equal(t, http.StatusOK, r.Status, "%s", r.Body)
		require.Equal(t, "2018-02-08", r.Header.Get("Shippo-Api-Version"))
		require.NotContains(t, string(r.Body), "secret")
		track = r.decoded(t)
		return track["metadata"] == "mine"
	}, 5*time.Minute, 50*time.Millisecond)
	require.Len(t, track["tracking_history"], 1, "all of it, though it happened before (R5)")
	require.Equal(t, "TRANSIT", track["tracking_status"].(map[string]any)["status"])
	require.Empty(t, track["messages"])
	s.refused(t, http.StatusBadRequest, "is not spoken here", k.reads, http.MethodGet, path, nil, "SHIPPO-API-VERSION", "2014-02-11")
	s.refused(t, http.StatusForbidden, "this needs read", k.registers, http.MethodGet, path, nil)
}

func TestUsage(t *testing.T) {
	k, d := makeKeys(t), withClickHouse(t, "--reorder-hold", "0s")
	d.Run(t, roles.Tracking, roles.ClickHouse)
	s := serve(t, d, k, func(c *api.Config) {
		c.Quota = func(tenant string) (int64, bool) { return 3, tenant == "shop" }
	})
	for _, n := range []string{"AB123456785GB", "AB123456799GB"} {
		follow(t, d, schemas.Registration{Tenant: "shop", Carrier: "royal-mail", TrackingNumber: n})
		follow(t, d, schemas.Registration{Tenant: "other", Carrier: "royal-mail", TrackingNumber: n})
	}
	now := time.Now().UTC().Format("2006-01")
	months := []any{map[string]any{"month": now, "units": 2.0, "carriers": []any{map[string]any{"carrier": "royal-mail", "units": 2.0}}}}
	var used map[string]any
	require.Eventually(t, func() bool { // the months and the quota are read one after the other
		used = s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/usage", nil)
		return used["quota"].(map[string]any)["used"] == 2.0 && assert.ObjectsAreEqual(months, used["months"])
	}, 5*time.Minute, 50*time.Millisecond)
	require.Equal(t, map[string]any{"month": now, "limit": 3.0, "used": 2.0, "left": 1.0}, used["quota"])
	require.Equal(t, map[string]any{"month": now, "limit": nil, "used": 2.0, "left": nil}, s.get(t, http.StatusOK, k.other, http.MethodGet, "/v4/usage", nil)["quota"])
	past := s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/usage?since=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z", nil)
	require.Equal(t, []any{[]any{}, 2.0}, []any{past["months"], past["quota"].(map[string]any)["used"]})
	require.Equal(t, "until", s.refused(t, http.StatusBadRequest, "not after since", k.reads, http.MethodGet, "/v4/usage?since=2020-01-01T00:00:00Z&until=2020-01-01T00:00:00Z", nil))
}

// Without ClickHouse a look-up says that, and what is wrong with it before that.
func TestLookUpsWithoutClickHouse(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for _, path := range []string{parcelPath, parcelPath + "/explain", "/v4/trackings", "/v4/usage", "/tracks/royal-mail/AB123456785GB", onTime} {
		s.refused(t, http.StatusServiceUnavailable, "cannot be reached at the moment", k.reads, http.MethodGet, path, nil)
		s.refused(t, http.StatusBadRequest, "there is no parameter", k.reads, http.MethodGet, path+"?colour=red", nil)
	}
}
