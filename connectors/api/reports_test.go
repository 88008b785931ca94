package api_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/schemas"
)

const onTime = "/v4/reports/on-time"

// A tenant's reports are of its own parcels, in the form that it asks for, with
// what was asked beside the answer.
func TestReports(t *testing.T) {
	s, k := tracked(t)
	promised := "2036-12-24"
	for _, tenant := range []string{"shop", "other"} {
		follow(t, s.Deployment, schemas.Registration{Tenant: tenant, Carrier: "royal-mail", TrackingNumber: "AB123456785GB", PromisedDate: &promised, Backfill: schemas.BackfillAll})
	}
	follow(t, s.Deployment, schemas.Registration{Tenant: "other", Carrier: "royal-mail", TrackingNumber: "AB123456799GB"})
	happen(t, s.Deployment, "AB123456785GB", "delivered.delivered", time.Now())
	counted := func(key string) map[string]any {
		rows := s.get(t, http.StatusOK, key, http.MethodGet, onTime+"?since=30d", nil)["rows"].([]any)
		if len(rows) == 0 {
			return nil
		}
		return rows[0].(map[string]any)
	}
	require.Eventually(t, func() bool {
		mine, theirs := counted(k.shop), counted(k.other)
		return mine["delivered"] == 1.0 && theirs["delivered"] == 1.0 && theirs["open"] == 1.0
	}, 5*time.Minute, 50*time.Millisecond)

	whole := s.get(t, http.StatusOK, k.reads, http.MethodGet, onTime+"?by=carrier,week&until=2036-01-01", nil)
	require.Equal(t, "on-time", whole["report"])
	require.Contains(t, whole["date_basis"], "Date basis: ")
	require.NotEmpty(t, whole["answers"])
	require.NotEmpty(t, whole["as_of"])
	parameters := whole["parameters"].(map[string]any)
	require.Equal(t, "shop", parameters["tenant"])
	require.Equal(t, []any{"carrier", "week"}, parameters["by"])
	require.Equal(t, []any{nil, "2036-01-01T00:00:00Z"}, []any{parameters["since"], parameters["until"]})
	row := whole["rows"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"royal-mail", 1.0, 0.0, 1.0}, []any{row["carrier"], row["early"], row["open"], row["on_time_rate"]})
	require.EqualValues(t, 1, whole["totals"].(map[string]any)["delivered"])
	require.Len(t, s.get(t, http.StatusOK, k.shop, http.MethodGet, onTime+"?by=", nil)["rows"], 1, "one group")

	for path, accept := range map[string]string{onTime + "?format=csv": "", onTime: "text/csv, */*;q=0.1"} {
		r := s.do(t, k.shop, http.MethodGet, path, nil, "Accept", accept)
		require.Equal(t, "text/csv; charset=utf-8", r.Header.Get("Content-Type"))
		require.Equal(t, `attachment; filename="on-time.csv"`, r.Header.Get("Content-Disposition"))
		records, err := csv.NewReader(bytes.NewReader(r.Body)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{"carrier", "delivered"}, records[0][:2])
		require.Equal(t, []string{"royal-mail", "1"}, records[1][:2])
	}
	r := s.do(t, k.shop, http.MethodGet, onTime+"?format=parquet", nil, "Accept", "text/csv")
	require.Equal(t, "application/vnd.apache.parquet", r.Header.Get("Content-Type"))
	rows, err := parquet.OpenFile(bytes.NewReader(r.Body), int64(len(r.Body)))
	require.NoError(t, err)
	require.EqualValues(t, 1, rows.NumRows())

	shipment := s.get(t, http.StatusOK, k.shop, http.MethodGet, "/v4/reports/shipment?carrier=Royal_Mail&tracking_number=ab%20123456785-gb", nil)
	require.NotEmpty(t, shipment["rows"], "in any spelling")
	require.Nil(t, shipment["as_of"])
}

func TestReportsSayWhatTheyTake(t *testing.T) {
	k, d := makeKeys(t), withClickHouse(t)
	s := serve(t, d, k)
	all, err := analytics.Reports()
	require.NoError(t, err)
	listed := make(map[string]map[string]any)
	for _, report := range s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/reports", nil)["reports"].([]any) {
		listed[report.(map[string]any)["name"].(string)] = report.(map[string]any)
	}
	for _, report := range all {
		if !slices.Contains(report.Parameters, "tenant") {
			require.NotContains(t, listed, report.Name)
			s.refused(t, http.StatusNotFound, "over all tenants", k.shop, http.MethodGet, "/v4/reports/"+report.Name, nil)
			continue
		}
		require.Equal(t, report.Answers, listed[report.Name]["answers"])
		require.NotContains(t, listed[report.Name]["parameters"], "tenant")
		require.Empty(t, s.get(t, http.StatusOK, k.shop, http.MethodGet, reportPath(report, "x", "AB123456785GB"), nil)["rows"], report.Name)
	}
	for query, detail := range map[string]string{
		"?tenant=other": `tenant`, "?by=colour": `by "colour"`, "?since=soon": `since: "soon" is none`, "?until=24.12.2026": `until: "24.12.2026" is none`, "?as_of=x": `as_of: "x" is none`,
		"?limit=0": "limit", "?format=xml": "format", "?tracking_number=1": "it takes no tracking_number", "?since=-1h": "negative", "?since=999999d": "since",
	} {
		s.refused(t, http.StatusBadRequest, detail, k.shop, http.MethodGet, onTime+query, nil)
	}
	s.refused(t, http.StatusBadRequest, "needs a tracking number", k.shop, http.MethodGet, "/v4/reports/shipment", nil)
	s.refused(t, http.StatusNotFound, `no report "punctuality"`, k.shop, http.MethodGet, "/v4/reports/punctuality", nil)
	s.refused(t, http.StatusForbidden, "", k.registers, http.MethodGet, onTime, nil)
	s.refused(t, http.StatusUnauthorized, "", "", http.MethodGet, onTime, nil)
}

// reportPath asks a report for one parcel or one order where it is about such,
// and with all its groups.
func reportPath(report analytics.Report, reference, number string) string {
	q := url.Values{}
	if slices.Contains(report.Parameters, "tracking_number") {
		q.Set("tracking_number", number)
	}
	if slices.Contains(report.Parameters, "reference") {
		q.Set("reference", reference)
	}
	for _, by := range report.Dimensions {
		q.Add("by", by)
	}
	return "/v4/reports/" + report.Name + "?" + q.Encode()
}

// reportAttacks ask every report for what is another's.
func reportAttacks(v *treasure) (all []attack) {
	reports, err := analytics.Reports()
	if err != nil {
		panic(err)
	}
	for _, report := range reports {
		path := reportPath(report, secretWord, v.number)
		all = append(all, attack{path: path}, attack{path: path + "&tenant=shop"}, attack{path: path + "&format=csv"})
		if len(report.Dimensions) > 0 {
			all = append(all, attack{path: "/v4/reports/" + report.Name + "?by="}) // the list of parcels, where there is one
		}
	}
	return all
}
