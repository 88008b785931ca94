package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/api"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

const trackings = "/v4/trackings"

// registrations reads all that lies on the topic.
func registrations(t testing.TB, d *rolestest.Deployment) []*schemas.Registration {
	t.Helper()
	var all []*schemas.Registration
	err := topiclog.Whole(t.Context(), d.Client, d.Settings.Kafka.Prefix+schemas.TopicRegistrations, nil, func(r *kgo.Record) error {
		v, err := d.Codecs.Registration.Decode(r.Value)
		require.NoError(t, err)
		require.Equal(t, v.Carrier+":"+v.TrackingNumber, string(r.Key), "the key is canonical, and so are the fields")
		all = append(all, v)
		return nil
	})
	require.NoError(t, err)
	return all
}

// one is a body with one item, in JSON.
func one(item string) string { return `{"trackings": [` + item + `]}` }

// What is accepted lies on the log when the answer comes, with all that was
// given; each item has its own result, in order.
func TestRegister(t *testing.T) {
	began := time.Now().Truncate(time.Millisecond) // as records keep times
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	got := s.get(t, http.StatusAccepted, k.registers, http.MethodPost, trackings, `{"trackings": [
		{"carrier": "Royal Mail", "tracking_number": "ab 1234 5678 5 gb", "metadata": "`+strings.Repeat("é", 100)+`", "reference": "order-17", "transaction": "tx",
		 "promised_date": "2026-12-24", "promised_zone": "Europe/London", "ship_date": "2026-12-20", "is_return": true, "window_days": 7,
		 "service_level": {"name": "Tracked 24", "token": "tracked-24", "terms": "t", "extended_token": "e", "parent_token": "p"},
		 "origin": {"street": "1 High St", "city": "Leeds", "state": "", "postal_code": "LS1", "country": "GB"}, "destination": {"country": "FR"},
		 "carrier_account": "main", "backfill": "all", "new_epoch": true, "tags": ["a", "b"], "idempotency_key": "k1"},
		{"carrier": "royal-mail", "tracking_number": "AB123456786GB"},
		{"carrier": "sim-post", "tracking_number": "X1", "metadata": "`+strings.Repeat("x", 101)+`"},
		{"carrier": "sim-post", "tracking_number": "X2", "metadata": null, "promised_at": "2026-12-24T18:00:00+01:00"},
		{"carrier": "sim-post", "tracking_number": "x-2"}
	]}`)
	id := schemas.RegistrationID("shop", "royal-mail:AB123456785GB")
	results := got["trackings"].([]any)
	require.EqualValues(t, 4, got["accepted"])
	require.EqualValues(t, 1, got["refused"])
	require.Equal(t, map[string]any{
		"registration_id": id, "carrier": "royal-mail", "tracking_number": "AB123456785GB", "accepted": true, "status": "accepted",
	}, results[0])
	invalid := results[1].(map[string]any)
	require.Equal(t, "do_not_track", invalid["status"])
	require.Equal(t, true, invalid["accepted"])
	require.Contains(t, invalid["reason"], "check digit of AB123456786GB is wrong")
	tooLong := results[2].(map[string]any)
	require.Equal(t, "refused", tooLong["status"])
	require.Equal(t, "trackings[2].metadata", tooLong["problem"].(map[string]any)["field"])
	require.Equal(t, results[3].(map[string]any)["registration_id"], results[4].(map[string]any)["registration_id"], "one parcel, one registration")

	all := registrations(t, s.Deployment)
	require.Len(t, all, 4)
	for _, r := range all {
		require.Equal(t, "shop", r.Tenant)
		require.Empty(t, r.RegistrationID, "tracking makes the one that was answered")
		require.WithinRange(t, *r.RegisteredAt, began, time.Now())
		r.RegisteredAt = nil
		if r.IdempotencyKey != "k1" {
			continue
		}
		require.Equal(t, &schemas.Registration{
			Tenant: "shop", Carrier: "royal-mail", TrackingNumber: "AB123456785GB", IdempotencyKey: "k1", Metadata: strings.Repeat("é", 100), Reference: "order-17",
			Transaction: "tx", PromisedDate: new("2026-12-24"), PromisedZone: new("Europe/London"), ShipDate: new("2026-12-20"), IsReturn: true, WindowDays: 7,
			ServiceLevel: &schemas.ServiceLevel{Name: "Tracked 24", Token: "tracked-24", Terms: "t", ExtendedToken: "e", ParentToken: "p"},
			Origin:       &schemas.Address{Street: "1 High St", City: "Leeds", PostalCode: "LS1", Country: "GB"}, Destination: &schemas.Address{Country: "FR"},
			CarrierAccount: "main", Backfill: "all", NewEpoch: true, Tags: []string{"a", "b"},
		}, r)
	}
}

// A repeat with the same key has the same bytes as its answer, and its records
// the same keys; of items about one parcel each has its own.
func TestRegisterAgain(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	body := `{"trackings": [{"carrier": "sim-post", "tracking_number": "A1"}, {"carrier": "sim-post", "tracking_number": "a1", "reference": "x"}, {"carrier": "sim-post", "tracking_number": "A2"}]}`
	first := s.do(t, k.registers, http.MethodPost, trackings, body, "Idempotency-Key", "night-17")
	require.Equal(t, http.StatusAccepted, first.Status)
	require.Equal(t, first.Body, s.do(t, k.registers, http.MethodPost, trackings, body, "Idempotency-Key", "night-17").Body)
	keys := make(map[string]int)
	for _, r := range registrations(t, s.Deployment) {
		keys[r.TrackingNumber+" "+r.Reference+" "+r.IdempotencyKey]++
	}
	require.Equal(t, map[string]int{"A1  night-17": 2, "A1 x night-17 2": 2, "A2  night-17": 2}, keys)

	other := s.do(t, k.other, http.MethodPost, trackings, body, "Idempotency-Key", "night-17")
	require.NotEqual(t, first.Body, other.Body, "another tenant has other ids")
}

// Whatever is wrong with a request has its answer, and nothing gets onto the log.
func TestRegisterWrongly(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, func(c *api.Config) {
		c.OverQuota = func(tenant string, _ time.Time) string {
			return map[string]string{"other": "The quota of 5 registrations in 2026-05 is used up."}[tenant]
		}
	})
	for _, tt := range []struct {
		name, body     string
		headers        []string
		status         int
		detail, blames string
	}{
		{name: "empty", body: "", status: 400, detail: "the body is empty"},
		{name: "content type", body: one(`{}`), headers: []string{"Content-Type", "text/csv"}, status: 415, detail: "application/json is wanted"},
		{name: "encoding", body: one(`{}`), headers: []string{"Content-Encoding", "br"}, status: 415, detail: "gzip is read", blames: "Content-Encoding"},
		{name: "no gzip", body: one(`{}`), headers: []string{"Content-Encoding", "gzip"}, status: 400, detail: "the body is not gzip", blames: "Content-Encoding"},
		{name: "gzip bomb", body: zipped(t, strings.Repeat(" ", 3<<20)+one(`{}`)), headers: []string{"Content-Encoding", "gzip"}, status: 413, detail: "more than 2097152 bytes"},
		{name: "cut gzip", body: zipped(t, one(`{}`))[:20], headers: []string{"Content-Encoding", "gzip"}, status: 400, detail: "did not come in whole"},
		{name: "too large", body: strings.Repeat(" ", 2<<20) + one(`{}`), status: 413, detail: "more than 2097152 bytes"},
		{name: "a list", body: `[{"carrier": "x", "tracking_number": "1"}]`, status: 400, detail: `an object such as {"trackings": [`},
		{name: "no JSON", body: "{\n\"trackings\": [}", status: 400, detail: "line 2, column", blames: "trackings[0]"},
		{name: "NaN", body: one(`{"tracking_number": NaN}`), status: 400, detail: "the body is not JSON", blames: "trackings[0].tracking_number"},
		{name: "two values", body: one(`{}`) + one(`{}`), status: 400, detail: "the body is not JSON"},
		{name: "no UTF-8", body: one("{\"tracking_number\": \"\xff\"}"), status: 400, detail: "not UTF-8"},
		{name: "half a surrogate", body: one(`{"tracking_number": "\ud800"}`), status: 400, detail: "the body is not JSON", blames: "trackings[0].tracking_number"},
		{name: "a name twice", body: one(`{"carrier": "a", "tracking_number": "1", "carrier": "b"}`), status: 400, detail: `the name "carrier" is there twice`, blames: "trackings[0].carrier"},
		{name: "nested", body: one(`{"metadata": ` + strings.Repeat(`{"a":`, 1000) + `1` + strings.Repeat("}", 1000) + `}`), status: 400, detail: "metadata is an object; a text is wanted", blames: "trackings[0].metadata"},
		{name: "nested beyond bounds", body: `{"trackings": ` + strings.Repeat("[", 300_000), status: 400, detail: "exceeded max depth", blames: "trackings" + strings.Repeat("[0]", 31) + "…"},
		{name: "unknown field above", body: `{"tracking": []}`, status: 400, detail: `there is no field "tracking" (did you mean trackings?)`, blames: "tracking"},
		{name: "no list", body: `{"trackings": {}}`, status: 400, detail: "trackings is no list", blames: "trackings"},
		{name: "none", body: `{"trackings": []}`, status: 400, detail: "it has 1 to 1000", blames: "trackings"},
		{name: "null", body: `{"trackings": null}`, status: 400, detail: "it has 1 to 1000", blames: "trackings"},
		{name: "1001", body: `{"trackings": [` + strings.Repeat(`{},`, 1000) + `{}]}`, status: 400, detail: "trackings has 1001", blames: "trackings"},
		{name: "idempotency key", body: one(`{}`), headers: []string{"Idempotency-Key", strings.Repeat("k", 201)}, status: 400, detail: "1 to 200", blames: "Idempotency-Key"},
		{name: "an item that is none", body: one(`"AB123456785GB"`), status: 400, detail: "it is a text; an object is wanted", blames: "trackings[0]"},
		{name: "no number", body: one(`{"carrier": "sim-post"}`), status: 400, detail: "tracking_number is empty", blames: "trackings[0].tracking_number"},
		{name: "number of dashes", body: one(`{"carrier": "sim-post", "tracking_number": "--"}`), status: 400, detail: "the tracking number is empty", blames: "trackings[0].tracking_number"},
		{name: "number too long", body: one(`{"carrier": "sim-post", "tracking_number": "` + strings.Repeat("1", 101) + `"}`), status: 400, detail: "100 bytes", blames: "trackings[0].tracking_number"},
		{name: "carrier with a slash", body: one(`{"carrier": "a/b", "tracking_number": "1"}`), status: 400, detail: "colon or a slash", blames: "trackings[0].carrier"},
		{name: "unknown field", body: one(`{"tracking_no": "1"}`), status: 400, detail: `there is no field "tracking_no"; there are`, blames: "trackings[0].tracking_no"},
		{name: "another's tenant", body: one(`{"carrier": "sim-post", "tracking_number": "1", "tenant": "other"}`), status: 400, detail: `there is no field "tenant"`, blames: "trackings[0].tenant"},
		{name: "a long name", body: one(`{"` + strings.Repeat("n", 1<<20) + `": 1}`), status: 400, detail: strings.Repeat("n", 100) + "…", blames: "trackings[0]." + strings.Repeat("n", 100) + "…"},
		{name: "a long time", body: one(`{"promised_at": "` + strings.Repeat("n", 1<<20) + `"}`), status: 400, detail: "a time such as", blames: "trackings[0].promised_at"},
		{name: "unknown field below", body: one(`{"origin": {"zip": "1"}}`), status: 400, detail: `there is no field "zip"; there are city, country, postal_code, state, street`, blames: "trackings[0].origin.zip"},
		{name: "another spelling", body: one(`{"Carrier": "a"}`), status: 400, detail: "did you mean carrier?", blames: "trackings[0].Carrier"},
		{name: "a number for a text", body: one(`{"tracking_number": 12345678901234567890}`), status: 400, detail: "tracking_number is a number; a text is wanted", blames: "trackings[0].tracking_number"},
		{name: "a huge number", body: one(`{"window_days": 1e99}`), status: 400, detail: "window_days is the number 1e99; a whole number is wanted", blames: "trackings[0].window_days"},
		{name: "31 days", body: one(`{"window_days": 31}`), status: 400, detail: "window_days is 31; it may be 1 to 30", blames: "trackings[0].window_days"},
		{name: "0 days", body: one(`{"window_days": 0}`), status: 400, detail: "window_days is 0", blames: "trackings[0].window_days"},
		{name: "a number in the tags", body: one(`{"tags": ["a", 1]}`), status: 400, detail: "tags[1] is a number; a text is wanted", blames: "trackings[0].tags[1]"},
		{name: "33 tags", body: one(`{"tags": [` + strings.Repeat(`"a",`, 32) + `"b"]}`), status: 400, detail: "32 are allowed", blames: "trackings[0].tags"},
		{name: "metadata of 300", body: one(`{"metadata": "` + strings.Repeat("m", 300) + `"}`), status: 400, detail: "metadata has 300 characters; 100 are allowed", blames: "trackings[0].metadata"},
		{name: "a long city", body: one(`{"destination": {"city": "` + strings.Repeat("m", 101) + `"}}`), status: 400, detail: "101 bytes", blames: "trackings[0].destination.city"},
		{name: "a long token", body: one(`{"service_level": {"token": "` + strings.Repeat("m", 101) + `"}}`), status: 400, detail: "101 bytes", blames: "trackings[0].service_level.token"},
		{name: "a backfill that is none", body: one(`{"backfill": "some"}`), status: 400, detail: "it may be none, current, all", blames: "trackings[0].backfill"},
		{name: "year 0", body: one(`{"carrier": "sim-post", "tracking_number": "1", "promised_at": "0000-01-01T00:00:00Z"}`), status: 400, detail: "in the year 0; times lie between 1900 and 2299", blames: "trackings[0].promised_at"},
		{name: "year 9999", body: one(`{"carrier": "sim-post", "tracking_number": "1", "promised_date": "9999-12-31"}`), status: 400, detail: "in the year 9999", blames: "trackings[0].promised_date"},
		{name: "year 10000", body: one(`{"promised_at": "10000-01-01T00:00:00Z"}`), status: 400, detail: "a time such as", blames: "trackings[0].promised_at"},
		{name: "no day", body: one(`{"carrier": "sim-post", "tracking_number": "1", "ship_date": "2026-02-30"}`), status: 400, detail: "no calendar day", blames: "trackings[0].ship_date"},
		{name: "no zone", body: one(`{"carrier": "sim-post", "tracking_number": "1", "promised_zone": "Mars"}`), status: 400, detail: "no IANA zone", blames: "trackings[0].promised_zone"},
		{name: "two promises", body: one(`{"carrier": "sim-post", "tracking_number": "1", "promised_date": "2026-05-04", "promised_at": "2026-05-04T00:00:00Z"}`), status: 400, detail: "give one of them", blames: "trackings[0].promised_at"},
		{name: "the second is wrong, too", body: one(`{"tracking_number": ""}, 7`), status: 400, detail: "tracking_number is empty", blames: "trackings[0].tracking_number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			field := s.refused(t, tt.status, tt.detail, k.registers, http.MethodPost, trackings, tt.body, tt.headers...)
			if tt.blames == "" {
				require.Nil(t, field)
			} else {
				require.Equal(t, tt.blames, field)
			}
		})
	}
	over := s.get(t, http.StatusTooManyRequests, k.other, http.MethodPost, trackings, one(`{"carrier": "sim-post", "tracking_number": "1"}`))
	require.Equal(t, "waybill:problem:quota-exceeded", over["type"])
	require.Contains(t, over["detail"], "The quota of 5 registrations in 2026-05 is used up.")
	require.Len(t, over["trackings"], 1)
	require.Empty(t, registrations(t, s.Deployment))
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// A thousand parcels go in one request, packed.
func TestRegisterAThousand(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	var items []string
	for i := range 1000 {
		items = append(items, fmt.Sprintf(`{"carrier": "sim-post", "tracking_number": "P%d"}`, i))
	}
	got := s.get(t, http.StatusAccepted, k.registers, http.MethodPost, trackings, zipped(t, one(strings.Join(items, ","))), "Content-Encoding", "gzip")
	require.EqualValues(t, 1000, got["accepted"])
	require.Equal(t, "P999", got["trackings"].([]any)[999].(map[string]any)["tracking_number"])
	require.Len(t, registrations(t, s.Deployment), 1000)
}

// Carriers that are not in the table are tracked, unless the operator wants
// known ones only (R3).
func TestRegisterUnknownCarriers(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, func(c *api.Config) { c.KnownCarriers = true })
	got := s.get(t, http.StatusAccepted, k.registers, http.MethodPost, trackings, one(`{"carrier": "moon-mail", "tracking_number": "1"}`))
	require.Equal(t, map[string]any{
		"registration_id": schemas.RegistrationID("shop", "moon-mail:1"), "carrier": "moon-mail", "tracking_number": "1",
		"accepted": true, "status": "do_not_track", "reason": "The carrier moon-mail is not known.",
	}, got["trackings"].([]any)[0])
}

// Where no carrier is given it is told from the number, if only one has such
// numbers and that is sure; else the item is refused with those that could be.
func TestRegisterWithoutCarrier(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	got := s.get(t, http.StatusAccepted, k.registers, http.MethodPost, trackings, one(`{"tracking_number": "1Z5R89390357567127"}, {"tracking_number": "rb 123456785 gb"}, {"tracking_number": "no number at all"}`))
	results := got["trackings"].([]any)
	require.Equal(t, map[string]any{
		"registration_id": schemas.RegistrationID("shop", "ups:1Z5R89390357567127"), "carrier": "ups", "tracking_number": "1Z5R89390357567127",
		"accepted": true, "status": "accepted", "carrier_detected": true,
	}, results[0])
	require.Equal(t, "royal-mail", results[1].(map[string]any)["carrier"])
	nobody := results[2].(map[string]any)
	require.Equal(t, "refused", nobody["status"])
	require.Contains(t, nobody["problem"].(map[string]any)["detail"], "no carrier is known that has such numbers")

	several := s.get(t, http.StatusBadRequest, k.registers, http.MethodPost, trackings, one(`{"tracking_number": "AB123456785GB"}`))
	require.Equal(t, "trackings[0].carrier", several["field"])
	require.Contains(t, several["detail"], "it cannot be told from the number for sure")
	require.Equal(t, []any{map[string]any{"carrier": "royal-mail", "confidence": 0.6}}, several["trackings"].([]any)[0].(map[string]any)["candidates"])
}
