package roles_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// accountsFile is a file of accounts in which acme asks ShipEngine at a server
// about parcels of USPS.
func accountsFile(t *testing.T, url string) string {
	t.Helper()
	t.Setenv("SHIPENGINE_KEY_OF_TEST", "key-1")
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`accounts:
  - name: main
    tenant: acme
    source: shipengine
    polling: {url: "`+url+`", key: {env: SHIPENGINE_KEY_OF_TEST}, rate: 1000, carriers: {usps: stamps_com}}
`), 0o600))
	return path
}

// C3, D8: from a registration over a poll request and the carrier's answer to a
// webhook. A push that was lost is healed; one that was not is not told twice.
func TestPollingHealsALostPush(t *testing.T) {
	const number = "1026167028310292"
	at := time.Now().UTC().Truncate(time.Second).Add(time.Minute) // after the registration (R5), and not far enough to wait for (T3)
	departed, delivered := at.Format(time.RFC3339), at.Add(time.Minute).Format(time.RFC3339)
	carrier := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Api-Key") != "key-1" || r.URL.RequestURI() != "/v1/tracking?carrier_code=stamps_com&tracking_number="+number {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"tracking_number": %q, "status_code": "DE", "events": [
			{"occurred_at": %q, "carrier_occurred_at": %q, "description": "Delivered", "event_code": "01", "status_code": "DE"},
			{"occurred_at": %q, "carrier_occurred_at": %q, "description": "Departed", "event_code": "10", "status_code": "IT"}]}`,
			number, delivered, delivered, departed, departed)
	}))
	t.Cleanup(carrier.Close)
	r := newReceiver(t, http.StatusOK)
	d := rolestest.New(t, "--accounts", accountsFile(t, carrier.URL), "--poll-interval", "8s", "--reorder-hold", "0s")
	d.Run(t, roles.Tracking, roles.Endpoints, roles.Delivery, roles.Polling)
	endpoint := newEndpoint(r.URL)
	endpoint.Tenant = "acme"
	_, err := d.Endpoints(t).Send(t.Context(), endpoint)
	require.NoError(t, err)

	register(t, d, &schemas.Registration{Carrier: "usps", TrackingNumber: number, WindowDays: 30})
	pushed := &schemas.CarrierEvent{
		Carrier: "usps", TrackingNumber: number, Source: "shipengine-push", SourceKind: schemas.SourceProviderPush,
		RawCode: "10", RawStatus: "IT", Description: "Departed", OccurredAt: at, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Leg: schemas.LegForward,
	}
	value, err := d.Codecs.CarrierEvent.Encode(pushed)
	require.NoError(t, err)
	d.Produce(t, schemas.TopicCarrierEvents, "usps:"+number, value) // and that of the delivery is lost

	r.await(t, func(c receipt) bool { return strings.Contains(string(c.body), "delivered.delivered") })
	requests := await(t, d, schemas.TopicPollRequests, d.Codecs.PollRequest, func(*schemas.PollRequest) bool { return true })
	require.Equal(t, []string{"usps", number, "acme", schemas.PollRegistered}, []string{requests[0].Carrier, requests[0].TrackingNumber, requests[0].Tenant, requests[0].Reason})
	decisions := await(t, d, schemas.TopicDecisions, d.Codecs.Decision, func(x *schemas.Decision) bool { return x.Rule == "I4" })
	known := decisions[len(decisions)-1]
	require.Equal(t, []string{"shipengine-poll", "10"}, []string{known.Source, known.RawCode}, "what was pushed is known")
	departures := 0
	for _, c := range r.all() {
		if strings.Contains(string(c.body), `"code":"transit.arrived_facility"`) && !strings.Contains(string(c.body), "delivered.delivered") {
			departures++
		}
	}
	require.Equal(t, 1, departures, "and told once")
}

func TestWrongAccountsAreNamed(t *testing.T) {
	d := rolestest.New(t, "--accounts", accountsFile(t, "http://carrier.example"))
	_, err := roles.New(d.Options(), roles.Tracking)
	require.ErrorContains(t, err, "account main of tenant acme: polling: url")
	require.ErrorContains(t, err, "(--accounts)")
	d = rolestest.New(t, "--accounts", accountsFile(t, "http://127.0.0.1:1"))
	t.Setenv("SHIPENGINE_KEY_OF_TEST", "")
	d.Run(t, roles.Tracking)() // only who asks needs the keys
	_, err = roles.New(d.Options(), roles.Polling)
	require.ErrorContains(t, err, "setting up polling: account main of tenant acme: polling: key: reading a secret: env SHIPENGINE_KEY_OF_TEST is empty")
}
