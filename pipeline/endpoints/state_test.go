package endpoints

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// TestStateIsBounded: the worst that a tenant can send leaves a state that
// fits in a record: endpoints as large as they may be, all of them failing, and
// refusals as long as they get.
func TestStateIsBounded(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	j, err := NewJob(Config{Codecs: codecs, Statuses: []string{"DELIVERED"}, MaxEndpoints: 1000})
	require.NoError(t, err)
	w := newWorld(j)
	sealed := "sealed:k:" + strings.Repeat("A", maxSealedBytes-len("sealed:k:"))
	id := func(i int) string { return fmt.Sprintf("%0*d", maxIDBytes, i) }
	create := func(i int) string {
		w.send(t, &schemas.EndpointCommand{
			CommandID: fmt.Sprintf("%0*d", maxNameBytes, i), Tenant: "shop", EndpointID: id(i), Kind: schemas.CommandCreate,
			Order: schemas.OrderShipment, SkipTest: true, Secret: sealed, Description: strings.Repeat("d", maxDescriptionBytes),
			URL: fmt.Sprintf("https://shop.example/%0*d", maxURLBytes-len("https://shop.example/"), i), Types: webhookTypes(),
			Headers: map[string]string{"a": sealed, "b": sealed, "c": sealed, "d": sealed, "e": sealed},
		})
		return w.printed()
	}
	made := 0
	for !strings.Contains(create(made), "refused: 409: the endpoints would take") {
		made++
	}
	require.Greater(t, made, 16, "as many as there are by default have room")
	for attempt := range made * failingAfter {
		w.now = w.now.Add(time.Second)
		value, err := codecs.EndpointSignal.Encode(&schemas.EndpointSignal{
			Tenant: "shop", EndpointID: id(attempt % made), Kind: schemas.SignalFailed, JobID: strings.Repeat("j", maxNameBytes),
			Attempt: attempt, Reason: strings.Repeat("r", maxNameBytes), ObservedAt: w.now,
		})
		require.NoError(t, err)
		w.record(t, schemas.TopicEndpointSignals, value)
	}
	for i := range 256 {
		w.send(t, &schemas.EndpointCommand{
			CommandID: fmt.Sprintf("%0*d", maxNameBytes, 1000+i), Tenant: "shop", EndpointID: strings.Repeat("e", maxNameBytes),
			Kind: schemas.CommandUpdate, Order: schemas.OrderShipment, Change: []string{strings.Repeat("c", 5000)},
		})
	}
	require.Less(t, len(w.state["shop"]), schemas.MaxRecordBytes*95/100)
}

// TestNothingGrowsBeyondTheBound: also what an update or a rotation adds.
func TestNothingGrowsBeyondTheBound(t *testing.T) {
	w := newWorld(newTestJob(t))
	w.input(t, schemas.TopicEndpointCommands, `{"command_id": "c1", "kind": "create", "endpoint_id": "ep1"}`)
	u := &turn{job: w.job, tenant: &tenant{}}
	row := w.row(t, w.public["ep1"])
	for range maxTenantBytes / healthBytes {
		u.tenant.endpoints = append(u.tenant.endpoints, &endpoint{row: &schemas.WebhookEndpoint{Order: row.Order, State: row.State}})
	}
	require.Contains(t, u.checkSize(row).String(), "409: the endpoints would take")
	u.tenant.endpoints = u.tenant.endpoints[:1]
	require.Nil(t, u.checkSize(row))
}

// TestStateOfTheFirstVersion: what was kept before endpoints had a health is
// read, and a test that was sent then still counts.
func TestStateOfTheFirstVersion(t *testing.T) {
	type endpointV1 struct {
		Row    []byte `avro:"row"`
		Tested bool   `avro:"tested"`
	}
	type tenantV1 struct {
		Endpoints []endpointV1 `avro:"endpoints"`
		Recent    []done       `avro:"recent"`
	}
	j := newTestJob(t)
	codec, err := schemas.NewPrivateCodec[tenantV1]("state", stateV1)
	require.NoError(t, err)
	row, err := j.cfg.Codecs.WebhookEndpoint.Encode(&schemas.WebhookEndpoint{
		EndpointID: "ep1", Tenant: "shop", URL: "https://shop.example", Order: schemas.OrderShipment, State: schemas.EndpointUntested, Revision: 7,
	})
	require.NoError(t, err)
	data, err := codec.Encode(&tenantV1{Endpoints: []endpointV1{{Row: row}}, Recent: []done{{CommandID: "c1", EndpointID: "ep1"}}})
	require.NoError(t, err)

	w := newWorld(j)
	w.state["shop"], w.tests["ep1"] = data, TestJobID("ep1", "c1")
	w.input(t, schemas.TopicEndpointSignals, `{"endpoint_id": "ep1", "kind": "test_passed"}`)
	require.Contains(t, w.printed(), "ep1: rev 8 enabled (answered a test)")
	w.input(t, schemas.TopicEndpointSignals, strings.Repeat(`{"endpoint_id": "ep1", "kind": "failed", "reason": "timeout"}`+"\n", failingAfter))
	require.Contains(t, w.printed(), "event ep1: failing, enabled")
}

// FuzzDecodeState: bytes of any kind give a state or an error.
func FuzzDecodeState(f *testing.F) {
	j := newTestJob(f)
	at := time.UnixMilli(1)
	seed, err := j.EncodeState(nil, &tenant{
		endpoints: []*endpoint{{
			row:    &schemas.WebhookEndpoint{EndpointID: "ep1", Order: schemas.OrderShipment, State: schemas.EndpointEnabled},
			health: health{begun: at, since: at, failed: []failure{{JobID: "j", Attempt: 1, ObservedAt: at}}},
		}},
		recent: []done{{CommandID: "c1"}},
	})
	require.NoError(f, err)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := j.DecodeState(data)
		if err != nil {
			return
		}
		_, err = j.EncodeState(nil, state)
		require.NoError(t, err)
	})
}

// TestStateOutlivesItsBytes: a value that stayed in memory and one that was read
// back do equally well.
func TestStateOutlivesItsBytes(t *testing.T) {
	j := newTestJob(t)
	now := time.Date(2026, 5, 4, 10, 0, 0, 999_999, time.UTC)
	command := &schemas.EndpointCommand{
		CommandID: "c1", Tenant: "shop", EndpointID: "ep1", Kind: schemas.CommandCreate, URL: "https://shop.example", SkipTest: true,
		Secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", Order: schemas.OrderShipment,
	}
	c := job.NewCall("shop", 0, now, nil, time.Time{}, nil)
	require.NoError(t, j.Process(c, job.Input{Value: command}))
	data, err := j.EncodeState(nil, c.State)
	require.NoError(t, err)
	read, err := j.DecodeState(data)
	require.NoError(t, err)
	kept := c.State.(*tenant).endpoints[0]
	again := read.(*tenant).endpoints[0]
	require.Equal(t, kept.health.begun, again.health.begun)
	require.Equal(t, kept.row.CreatedAt, again.row.CreatedAt)
	require.Equal(t, kept.row.StateSince, again.row.StateSince)
	require.Equal(t, kept.movedIn, again.movedIn)
	require.Equal(t, kept.testsFrom, again.testsFrom)
}
