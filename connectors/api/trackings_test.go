package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	}, time.Minute, 50*time.Millisecond)

	missing := s.do(t, k.shop, http.MethodGet, parcelPath, nil)
	require.Equal(t, http.StatusNotFound, missing.Status)
	require.Equal(t, "1", missing.Header.Get("Retry-After"))
	s.refused(t, http.StatusNotFound, "nothing is followed as royal-mail AB123456785GB", k.shop, http.MethodGet, parcelPath+"/explain", nil)
	s.refused(t, http.StatusNotFound, "there is no parcel of that name", k.shop, http.MethodGet, "/v4/trackings/a:b/1", nil)

	answers := make(chan *reply, 1)
	go func() {
		answers <- s.do(t, k.reads, http.MethodGet, "/v4/trackings/Royal_Mail/ab%20123456785-gb?wait=30", nil)
	}()
	follow(t, s.Deployment, schemas.Registration{
		Tenant: "shop", Carrier: "royal-mail", TrackingNumber: "AB123456785GB", RegistrationID: "ours", Metadata: "mine", Tags: []string{"a"},
		ServiceLevel: &schemas.ServiceLevel{Token: "tracked-24"}, Destination: &schemas.Address{City: "Leeds", Country: "GB"},
	})
	waited := <-answers
	require.Equal(t, http.StatusOK, waited.Status, "%s", waited.Body)
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
	}, time.Minute, 50*time.Millisecond)
}
