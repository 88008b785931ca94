package polling

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// recorded reads an answer that was recorded, from outside of the project.
func recorded(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../shared/data/payloads", name))
	if os.IsNotExist(err) {
		t.Skipf("%s is not here; it is outside data that is not part of the project", name)
	}
	require.NoError(t, err)
	return string(data)
}

// asked is a request as a source's server sees it.
type asked struct {
	line   string // method, path and query
	header map[string]string
	body   string
}

// play answers requests in turn and keeps them.
func play(t *testing.T, kept *[]asked, answers ...string) *url.URL {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a := asked{line: r.Method + " " + r.URL.RequestURI(), body: string(body), header: map[string]string{}}
		for name := range r.Header {
			a.header[name] = r.Header.Get(name)
		}
		*kept = append(*kept, a)
		_, _ = io.WriteString(w, answers[min(len(*kept), len(answers))-1])
	})
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	return u
}

// Each source is asked as it publishes, with its key where it belongs, and what
// was recorded of it is read.
func TestSourcesAskAsPublished(t *testing.T) {
	for _, c := range []struct {
		source, carrier, name, number string
		answer                        string // recorded
		want                          asked
		events                        int
	}{
		{
			"shipengine", "usps", "stamps_com", "1026167028310292", "shipengine/shipengine_dotnet__TrackUsingCarrierCodeAndTrackingNumber200Response.json",
			asked{line: "GET /v1/tracking?carrier_code=stamps_com&tracking_number=1026167028310292", header: map[string]string{"Api-Key": "key-1"}}, 1,
		},
		{
			"easypost", "usps", "USPS", "EZ1000000001", "easypost/easypost_csharp__tracker_service_retrieve_1.json",
			asked{
				line: "POST /v2/trackers/batch", body: `{"tracking_codes":["EZ1000000001"]}`,
				header: map[string]string{"Authorization": "Basic a2V5LTE6", "Content-Type": "application/json"},
			}, 2,
		},
		{
			"royal-mail", "royal-mail", "", "FQ087430672GB", "royalmail/elliotjreed__EventsTest_03.json",
			asked{line: "GET /mailpieces/v2/FQ087430672GB/events", header: map[string]string{
				"X-Ibm-Client-Id": "key-1", "X-Ibm-Client-Secret": "key-1", "X-Accept-Rmg-Terms": "yes",
			}}, 1,
		},
		{
			"dhl", "dhl-parcel-de", "parcel-de", "8264715546", "dhl_universal/karrio__TrackingErrorResponseJSON.json",
			asked{line: "GET /track/shipments?language=en&service=parcel-de&trackingNumber=8264715546", header: map[string]string{"Dhl-Api-Key": "key-1"}}, 1,
		},
		{
			"shippo", "usps", "usps", "A B/../C", "", // of docs/connectors/polling.md
			asked{line: "GET /tracks/usps/A%20B%2F..%2FC", header: map[string]string{"Authorization": "ShippoToken key-1"}}, 0,
		},
	} {
		t.Run(c.source, func(t *testing.T) {
			answer := "{}"
			if c.answer != "" {
				answer = recorded(t, c.answer)
			}
			var kept []asked
			base := play(t, &kept, answer)
			k := newAsker("test", table(t), newMemory(10))
			defer k.client.CloseIdleConnections()
			out := k.ask(t.Context(), accountOf(t, c.source, base.String(), c.carrier, c.name), []parcel{{carrier: c.carrier, number: c.number}}, false)
			require.Len(t, kept, 1)
			require.Equal(t, c.want.line, kept[0].line)
			require.Equal(t, c.want.body, kept[0].body)
			c.want.header["User-Agent"], c.want.header["Accept"] = "waybill/test", "application/json"
			for name, value := range c.want.header {
				require.Equal(t, value, kept[0].header[name], name)
			}
			require.Len(t, out.told[0].events, c.events, "%v", out.problem)
			for _, e := range out.told[0].events {
				require.Equal(t, []string{c.carrier, c.number, dialects.Named(c.source).Name + "-poll"}, []string{e.Carrier, e.TrackingNumber, e.Source})
			}
		})
	}
}

// EasyPost is asked about many parcels at once. Those that it does not follow yet
// it is asked about one by one, which makes it follow them.
func TestEasyPostBatches(t *testing.T) {
	tracker := func(number string) string {
		return `{"object": "Tracker", "tracking_code": "` + number + `", "carrier": "USPS", "status": "in_transit", "tracking_details": [
			{"object": "TrackingDetail", "message": "Arrived", "status": "in_transit", "datetime": "2026-05-04T08:00:00Z", "source": "USPS"}]}`
	}
	var kept []asked
	base := play(t, &kept, `{"trackers": [`+tracker("EZ1")+`, `+tracker("EZ9")+`, `+tracker("EZ3")+`], "has_more": false}`, tracker("EZ2"))
	k := newAsker("test", table(t), newMemory(10))
	defer k.client.CloseIdleConnections()
	account := accountOf(t, "easypost", base.String(), "usps", "USPS")
	parcels := []parcel{{carrier: "usps", number: "EZ1"}, {carrier: "usps", number: "EZ2"}, {carrier: "usps", number: "EZ3"}}
	out := k.ask(t.Context(), account, parcels, false)
	require.NoError(t, out.problem)
	require.Equal(t, OutcomeEvents, out.outcome)
	require.Equal(t, []Outcome{OutcomeEvents, OutcomeLeftOut, OutcomeEvents}, []Outcome{out.told[0].outcome, out.told[1].outcome, out.told[2].outcome})
	require.Equal(t, "EZ3", out.told[2].events[0].TrackingNumber, "EZ9 is nobody's here")

	out = k.ask(t.Context(), account, parcels[1:2], true)
	require.Equal(t, OutcomeEvents, out.outcome, "%v", out.problem)
	require.Equal(t, "POST /v2/trackers", kept[1].line)
	require.JSONEq(t, `{"tracker": {"tracking_code": "EZ2", "carrier": "USPS"}}`, kept[1].body)
}

// Asking once does both.
func TestOnce(t *testing.T) {
	var kept []asked
	base := play(t, &kept, `{"trackers": [], "has_more": false}`, `{"tracking_code": "EZ2", "carrier": "USPS", "status": "unknown", "tracking_details": []}`)
	result := Once(t.Context(), accountOf(t, "easypost", base.String(), "usps", "USPS"), table(t), "test", "usps", "EZ2")
	require.Len(t, kept, 2)
	require.NoError(t, result.Problem)
	require.Contains(t, []Outcome{OutcomeNoNews, OutcomeNotFound}, result.Outcome)
	seen := map[string]bool{}
	for _, outcome := range Outcomes() {
		if outcome == OutcomeLeftOut {
			continue
		}
		said := (&Result{Outcome: outcome}).Description()
		require.False(t, seen[said], said)
		seen[said] = true
	}
}

// The page shows how to add a source, by one that is compiled and asked here, and
// lists those that there are.
func TestPageShowsASource(t *testing.T) {
	page, err := os.ReadFile("../../docs/connectors/polling.md")
	require.NoError(t, err)
	shown, err := os.ReadFile("fifth_test.go")
	require.NoError(t, err)
	_, code, _ := strings.Cut(string(shown), "func shippo()")
	require.Contains(t, string(page), "```go\nfunc shippo()"+code+"```\n", "docs/connectors/polling.md does not show fifth_test.go")
	for _, s := range Sources() {
		require.Contains(t, string(page), "| `"+s.Name+"` | `", "%s has no row", s.Name)
	}
	for _, outcome := range Outcomes() {
		require.Contains(t, string(page), "| `"+string(outcome)+"` |", "%s has no row", outcome)
	}
}

// Sources are named after dialects, ask where keys may go, and have limits.
func TestSourcesAreWhole(t *testing.T) {
	require.True(t, slices.IsSortedFunc(Sources(), func(a, b *Source) int { return strings.Compare(a.Name, b.Name) }))
	for _, s := range Sources() {
		d := dialects.Named(s.Name)
		require.NotNil(t, d, s.Name)
		require.Equal(t, d.Name, s.Name)
		_, err := baseURL(s.URL)
		require.NoError(t, err)
		require.Positive(t, s.Limits.Rate)
		require.Positive(t, s.Limits.InFlight)
		require.Equal(t, s.Limits.Batch > 1, s.Begin != nil)
		require.Equal(t, d.Platform() && s.Name != "dhl-universal", len(s.Carriers) == 0)
		known := table(t)
		for slug := range s.Carriers {
			require.Equal(t, slug, known.Canonical(slug))
		}
	}
	require.Nil(t, sourceNamed(Sources(), "nobody"))
	_, err := (&Question{Base: &url.URL{Scheme: "https", Host: "x"}}).Post(t.Context(), []string{"x"}, make(chan int))
	require.Error(t, err)
}
