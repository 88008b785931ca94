package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/api"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// audited reads what stands in the audit, of each entry the last revision, in the
// order in which they were begun.
func audited(t *testing.T, d *rolestest.Deployment) []*schemas.AuditEntry {
	t.Helper()
	var all []*schemas.AuditEntry
	at := make(map[string]int)
	require.NoError(t, topiclog.Whole(t.Context(), d.Client, d.Settings.Kafka.Prefix+schemas.TopicAudit, nil, func(r *kgo.Record) error {
		e, err := d.Codecs.AuditEntry.Decode(r.Value)
		require.NoError(t, err)
		require.Equal(t, e.Tenant, string(r.Key))
		if i, known := at[e.EntryID]; known {
			require.Equal(t, all[i].Revision+1, e.Revision)
			require.Equal(t, all[i].OccurredAt, e.OccurredAt)
			all[i] = e
		} else {
			at[e.EntryID] = len(all)
			all = append(all, e)
		}
		return nil
	}))
	return all
}

// Each change has an entry that says who, what, on what and how it ended; and none
// has a secret, or a text that was sent.
func TestChangesAreAudited(t *testing.T) {
	began := time.Now().Truncate(time.Millisecond) // as records keep times
	k, d := makeKeys(t), rolestest.New(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	made := s.get(t, http.StatusCreated, k.manages, http.MethodPost, endpoints, map[string]any{
		"url": "https://hush.example/", "skip_test": true, "headers": map[string]string{"X-Secret": "hush"}, "reason": "hush",
	}, "X-Request-ID", "first")
	id := made["endpoint_id"].(string)
	s.get(t, http.StatusOK, k.shop, http.MethodPatch, endpoints+"/"+id, map[string]any{"description": "hush", "rate_limit": 5})
	s.get(t, http.StatusOK, k.shop, http.MethodPost, endpoints+"/"+id+"/rotate", map[string]any{"reason": "hush"})
	s.refused(t, http.StatusConflict, "", k.shop, http.MethodPost, endpoints, map[string]any{"url": "https://hush.example/", "skip_test": true})
	s.get(t, http.StatusAccepted, k.shop, http.MethodPost, trackings+"/royal-mail/ab123456785gb/erase", map[string]any{"reason": "hush"})
	require.Equal(t, http.StatusNoContent, s.do(t, k.shop, http.MethodDelete, endpoints+"/"+id, nil).Status)

	all := audited(t, d)
	require.Len(t, all, 6)
	for i, want := range []schemas.AuditEntry{
		{Act: schemas.ActEndpointCreate, Outcome: schemas.AuditDone, ObjectKind: "endpoint", ObjectID: id, RequestID: "first"},
		{Act: schemas.ActEndpointUpdate, Outcome: schemas.AuditDone, ObjectKind: "endpoint", ObjectID: id, Detail: "description,rate_limit"},
		{Act: schemas.ActEndpointRotate, Outcome: schemas.AuditDone, ObjectKind: "endpoint", ObjectID: id},
		{Act: schemas.ActEndpointCreate, Outcome: schemas.AuditRefused, Reason: "conflict", ObjectKind: "endpoint"},
		{Act: schemas.ActShipmentErase, Outcome: schemas.AuditDone, ObjectKind: "shipment", ObjectID: "royal-mail:AB123456785GB"},
		{Act: schemas.ActEndpointDelete, Outcome: schemas.AuditDone, ObjectKind: "endpoint", ObjectID: id},
	} {
		got := *all[i]
		require.Equal(t, schemas.ActorKey, got.ActorKind)
		require.Len(t, got.Actor, 12)
		require.Equal(t, "shop", got.Tenant)
		require.Equal(t, "127.0.0.1", got.Address)
		require.EqualValues(t, 2, got.Revision, "it was begun before it was done")
		require.WithinRange(t, got.OccurredAt, began, time.Now())
		if want.RequestID == "" {
			require.True(t, strings.HasPrefix(got.RequestID, "req_"))
			want.RequestID = got.RequestID
		}
		if want.ObjectID == "" { // that of an endpoint that was not made
			want.ObjectID = got.ObjectID
		}
		require.Equal(t, want, schemas.AuditEntry{
			Act: got.Act, Outcome: got.Outcome, Reason: got.Reason, ObjectKind: got.ObjectKind, ObjectID: got.ObjectID, Detail: got.Detail, RequestID: got.RequestID,
		})
	}
	requireNoneTells(t, d, "hush", "whsec_", k.shop, k.manages)
}

// requireNoneTells looks for texts in every record of the audit.
func requireNoneTells(t *testing.T, d *rolestest.Deployment, texts ...string) {
	t.Helper()
	require.NoError(t, topiclog.Whole(t.Context(), d.Client, d.Settings.Kafka.Prefix+schemas.TopicAudit, nil, func(r *kgo.Record) error {
		for _, text := range texts {
			require.NotContains(t, string(r.Value), text)
		}
		return nil
	}))
}

// What was refused before anything was done has an entry; many of one sort have
// one, with their number.
func TestRefusalsAreAuditedByTheMinute(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	s := serve(t, d, k)
	for range 300 {
		require.Equal(t, http.StatusUnauthorized, s.do(t, "wbk_guess_hush", http.MethodGet, endpoints, nil).Status)
	}
	for _, id := range []string{"ep_1", "ep_2", "ep_2"} {
		s.refused(t, http.StatusForbidden, "", k.reads, http.MethodDelete, endpoints+"/"+id, nil)
	}
	s.refused(t, http.StatusForbidden, "", k.registers, http.MethodGet, endpoints, nil)
	s.refused(t, http.StatusForbidden, "", k.reads, http.MethodPost, trackings, nil)
	s.refused(t, http.StatusBadRequest, "", k.registers, http.MethodPost, trackings, `{"trackings": "hush"}`)
	s.refused(t, http.StatusNotFound, "", k.manages, http.MethodDelete, endpoints+"/ep_none", nil)
	s.refused(t, http.StatusBadRequest, "", k.manages, http.MethodPost, endpoints, `{"hush": 1}`)
	require.Equal(t, http.StatusNotFound, s.do(t, k.reads, http.MethodGet, endpoints+"/ep_none", nil).Status, "a look is no act")
	s.stop() // the minute is over

	var all []schemas.AuditEntry
	for _, e := range audited(t, d) {
		require.Equal(t, schemas.AuditRefused, e.Outcome)
		require.Equal(t, "127.0.0.1", e.Address)
		all = append(all, schemas.AuditEntry{Tenant: e.Tenant, Act: e.Act, Reason: e.Reason, ActorKind: e.ActorKind, ObjectKind: e.ObjectKind, ObjectID: e.ObjectID, Count: e.Count})
	}
	require.ElementsMatch(t, []schemas.AuditEntry{
		{Act: schemas.ActAuthenticate, Reason: "unauthorized", ActorKind: schemas.ActorStranger, ObjectKind: "route", ObjectID: "GET /v4/endpoints", Count: 300},
		{Tenant: "shop", Act: schemas.ActEndpointDelete, Reason: "forbidden", ActorKind: schemas.ActorKey, ObjectKind: "endpoint", Count: 3},
		{Tenant: "shop", Act: schemas.ActAccess, Reason: "forbidden", ActorKind: schemas.ActorKey, ObjectKind: "route", ObjectID: "GET /v4/endpoints", Count: 1},
		{Tenant: "shop", Act: schemas.ActShipmentRegister, Reason: "forbidden", ActorKind: schemas.ActorKey, ObjectKind: "route", ObjectID: "POST /v4/trackings", Count: 1},
		{Tenant: "shop", Act: schemas.ActEndpointDelete, Reason: "not-found", ActorKind: schemas.ActorKey, ObjectKind: "endpoint", ObjectID: "ep_none", Count: 1},
		{Tenant: "shop", Act: schemas.ActEndpointCreate, Reason: "bad-request", ActorKind: schemas.ActorKey, ObjectKind: "endpoint", Count: 1},
	}, all)
	requireNoneTells(t, d, "hush")
}

// Where the audit cannot be written, nothing is done.
func TestNothingIsDoneWithoutAnEntry(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	nobody, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"), kgo.DisableClientMetrics())
	require.NoError(t, err)
	t.Cleanup(nobody.Close)
	s := serve(t, d, k, func(c *api.Config) { c.Audit.Kafka, c.CommandWait = nobody, 200*time.Millisecond })
	for path, body := range map[string]any{
		trackings + "/royal-mail/AB123456785GB/stop": nil,
		endpoints: map[string]any{"url": "https://example.com/", "skip_test": true},
	} {
		s.refused(t, http.StatusServiceUnavailable, "nothing was done", k.shop, http.MethodPost, path, body)
	}
	for _, topic := range []string{schemas.TopicRegistrations, schemas.TopicEndpointCommands} {
		require.NoError(t, topiclog.Whole(t.Context(), d.Client, d.Settings.Kafka.Prefix+topic, nil, func(*kgo.Record) error {
			require.Fail(t, "something was done", topic)
			return nil
		}))
	}
}

// Every route that changes something says which act it is.
func TestEveryChangeIsAnAct(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	s := serve(t, d, k)
	for _, route := range s.routes(t) {
		method, path, _ := strings.Cut(route, " ")
		if method == http.MethodGet {
			continue
		}
		filled := strings.NewReplacer("{id}", "ep_none", "{carrier}", "royal-mail", "{number}", "AB123456785GB").Replace(path)
		key := k.reads
		require.Equal(t, http.StatusForbidden, s.do(t, key, method, filled, nil).Status, route)
	}
	s.stop() // all is written
	acts := make(map[string]bool)
	for _, e := range audited(t, d) {
		acts[e.Act] = true
	}
	require.NotContains(t, acts, schemas.ActAccess, "a route that changes something is told as a look")
	for _, act := range schemas.AuditActs() {
		if strings.HasPrefix(act, "endpoint_") || strings.HasPrefix(act, "shipment_") || act == schemas.ActWebhooksRedeliver {
			require.Contains(t, acts, act)
		}
	}
}
