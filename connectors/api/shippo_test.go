package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// Shippo's clients register with a form or with JSON, by the key of their scheme,
// and get the whole Track of a parcel that nothing is known of.
func TestTracks(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	began := time.Now().Truncate(time.Second) // as the answer tells times
	form := []string{"Authorization", "ShippoToken " + k.registers, "Content-Type", "application/x-www-form-urlencoded"}
	first := s.get(t, http.StatusOK, "", http.MethodPost, "/tracks", "carrier=usps&tracking_number=9205590164917312751089&metadata=Order+000123", form...)
	created, err := time.Parse(time.RFC3339, first["tracking_status"].(map[string]any)["object_created"].(string))
	require.NoError(t, err)
	require.WithinRange(t, created, began, time.Now())
	first["tracking_status"].(map[string]any)["object_created"], first["tracking_status"].(map[string]any)["object_updated"] = "", ""
	empty := map[string]any{"city": "", "state": "", "zip": "", "country": ""}
	require.Equal(t, map[string]any{
		"carrier": "usps", "tracking_number": "9205590164917312751089", "address_from": empty, "address_to": empty, "servicelevel": map[string]any{},
		"metadata": "Order 000123", "tracking_history": []any{}, "messages": []any{}, "test": false,
		"tracking_status": map[string]any{
			"object_id": schemas.RegistrationID("shop", "usps:9205590164917312751089"), "object_created": "", "object_updated": "",
			"status": "UNKNOWN", "substatus": map[string]any{"code": "other", "text": "Registered", "action_required": false}, "status_details": "Registered",
		},
	}, first)

	r := s.do(t, "", http.MethodPost, "/tracks", `{"carrier": "royal_mail", "tracking_number": "AB123456786GB", "metadata": null, "include_package_details": true}`,
		"Authorization", "shippotoken "+k.registers, "SHIPPO-API-VERSION", "2018-02-08")
	require.Equal(t, http.StatusOK, r.Status, "%s", r.Body)
	require.Equal(t, "2018-02-08", r.Header.Get("Shippo-Api-Version"))
	var second map[string]any
	require.NoError(t, json.Unmarshal(r.Body, &second))
	require.Contains(t, second["messages"].([]any)[0], "The check digit of AB123456786GB is wrong")

	r, err = send(s.request(t, k.registers, http.MethodPost, "/tracks/", `{"carrier": "usps", "tracking_number": "9205590164917312751089"}`)) // as curl in Shippo's documents
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, r.Status, "%s", r.Body)

	all := registrations(t, s.Deployment)
	require.Len(t, all, 3)
	for _, r := range all {
		require.Equal(t, schemas.BackfillAll, r.Backfill)
	}
}

func TestTracksWrongly(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for _, tt := range []struct {
		name, body     string
		headers        []string
		status         int
		detail, blames string
	}{
		{name: "version", body: `{}`, headers: []string{"SHIPPO-API-VERSION", "2014-02-11"}, status: 400, detail: "2018-02-08 is", blames: "Shippo-Api-Version"},
		{name: "content type", body: `{}`, headers: []string{"Content-Type", "multipart/form-data"}, status: 415, detail: "x-www-form-urlencoded is wanted"},
		{name: "broken form", body: `a=%zz`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 400, detail: "the form cannot be read"},
		{name: "no JSON", body: `{`, status: 400, detail: "the body is not JSON"},
		{name: "a name twice", body: `{"carrier": "a", "carrier": "b"}`, status: 400, detail: "is there twice", blames: "carrier"},
		{name: "wrong type", body: `{"carrier": 7}`, status: 400, detail: "carrier is a number; a text is wanted", blames: "carrier"},
		{name: "no carrier", body: `{"tracking_number": "9205590164917312751089x"}`, status: 400, detail: "carrier", blames: "carrier"},
		{name: "no number", body: `{"carrier": "usps"}`, status: 400, detail: "tracking_number is empty", blames: "tracking_number"},
		{name: "metadata", body: `{"carrier": "usps", "tracking_number": "1", "metadata": "` + strings.Repeat("m", 300) + `"}`, status: 400, detail: "300 characters", blames: "metadata"},
		{name: "large", body: `{"metadata": "` + strings.Repeat("m", 64<<10) + `"}`, status: 413, detail: "more than 65536 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			field := s.refused(t, tt.status, tt.detail, k.registers, http.MethodPost, "/tracks", tt.body, tt.headers...)
			if tt.blames == "" {
				require.Nil(t, field)
			} else {
				require.Equal(t, tt.blames, field)
			}
		})
	}
	require.Equal(t, http.StatusForbidden, s.do(t, k.reads, http.MethodPost, "/tracks", `{}`).Status)
	require.Empty(t, registrations(t, s.Deployment))
}
