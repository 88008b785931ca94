package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

const parcel = trackings + "/Royal%20Mail/ab-123456785-gb"

// Each action is on the log with its fields, its key and who asked for it.
func TestActions(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	at := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		method, path string
		body         any
		want         schemas.Registration
	}{
		{"POST", "/stop", nil, schemas.Registration{Action: "stop"}},
		{"POST", "/stop", `{"reason": "cancelled"}`, schemas.Registration{Action: "stop", Reason: "cancelled"}},
		{"DELETE", "", nil, schemas.Registration{Action: "stop"}},
		{"POST", "/close", `{"status": "failed.lost", "reason": "refunded"}`, schemas.Registration{Action: "close", Status: "failed.lost", Reason: "refunded"}},
		{"POST", "/correct", `{"status": "DELIVERED", "reason": "seen", "occurred_at": "2026-05-04T10:00:00+02:00"}`, schemas.Registration{Action: "correct", Status: "DELIVERED", Reason: "seen", OccurredAt: &at}},
		{"POST", "/acknowledge", `{"event_id": "0123456789abcdef"}`, schemas.Registration{Action: "acknowledge", EventID: "0123456789abcdef"}},
		{"POST", "/change-carrier", `{"new_carrier": "parcelforce"}`, schemas.Registration{Action: "change_carrier", NewCarrier: "parcelforce"}},
		{"POST", "/retract", `{"event_id": "0123456789abcdef", "reason": "scanned in error"}`, schemas.Registration{Action: "retract", EventID: "0123456789abcdef", Reason: "scanned in error"}},
		{"POST", "/erase", `{"reason": "request 41"}`, schemas.Registration{Action: "erase", Reason: "request 41"}},
	} {
		before := len(registrations(t, s.Deployment))
		got := s.get(t, http.StatusAccepted, k.shop, tt.method, parcel+tt.path, tt.body, "Idempotency-Key", "k"+tt.want.Action)
		all := registrations(t, s.Deployment)
		require.Len(t, all, before+1)
		tt.want.Tenant, tt.want.Carrier, tt.want.TrackingNumber = "shop", "royal-mail", "AB123456785GB"
		tt.want.Tags, tt.want.IdempotencyKey, tt.want.Backfill, tt.want.Actor = []string{}, "k"+tt.want.Action, "none", got["actor"].(string)
		require.Contains(t, all, &tt.want)
		require.Equal(t, map[string]any{"action": tt.want.Action, "carrier": "royal-mail", "tracking_number": "AB123456785GB", "actor": "key " + strings.Split(k.shop, "_")[1]}, got)
	}
}

func TestActionsWrongly(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, func(c *api.Config) { c.Operators = nil })
	for _, tt := range []struct {
		path, body     string
		status         int
		detail, blames string
	}{
		{"/close", `{"status": "failed.lost"}`, 400, "reason: it is empty; close needs one", "reason"},
		{"/close", `{"status": "LOST", "reason": "x"}`, 400, `"LOST" is no end of a parcel's life`, "status"},
		{"/close", `{"event_id": "x"}`, 400, `there is no field "event_id"`, "event_id"},
		{"/correct", `{"reason": "x"}`, 400, "no main status", "status"},
		{"/correct", `{"status": "DELIVERED", "reason": "x", "occurred_at": "1800-01-01T00:00:00Z"}`, 400, "in the year 1800", "occurred_at"},
		{"/acknowledge", `{"event_id": "zz"}`, 400, "16 hexadecimal digits", "event_id"},
		{"/change-carrier", `{}`, 400, "name the carrier that has the parcel", "new_carrier"},
		{"/change-carrier", `{"new_carrier": "RoyalMail"}`, 400, "has the parcel already", "new_carrier"},
		{"/retract", `{"event_id": "0123456789abcdef", "reason": "x"}`, 403, "only operators may do; shop is none", ""},
		{"/erase", `{}`, 400, "reason: it is empty; erase needs one", "reason"},
		{"/burn", `{}`, 404, "there is nothing at", ""},
	} {
		field := s.refused(t, tt.status, tt.detail, k.shop, http.MethodPost, parcel+tt.path, tt.body)
		if tt.blames == "" {
			require.Nil(t, field, tt.path)
		} else {
			require.Equal(t, tt.blames, field, tt.path)
		}
	}
	require.Equal(t, http.StatusForbidden, s.do(t, k.registers, http.MethodPost, parcel+"/retract", `{}`).Status, "it is not for keys of this scope")
	require.Equal(t, http.StatusForbidden, s.do(t, k.registers, http.MethodPost, parcel+"/erase", `{"reason": "x"}`).Status, "nor is this")
	require.Empty(t, registrations(t, s.Deployment))
}
