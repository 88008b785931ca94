package endpoints

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

func TestNewJobRefuses(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	for name, cfg := range map[string]Config{
		"no codecs":        {Statuses: []string{"DELIVERED"}},
		"no statuses":      {Codecs: codecs},
		"a negative limit": {Codecs: codecs, Statuses: []string{"DELIVERED"}, MaxEndpoints: -1},
		"a negative time":  {Codecs: codecs, Statuses: []string{"DELIVERED"}, SuspendAfter: -1},
	} {
		_, err := NewJob(cfg)
		require.ErrorContains(t, err, "making the endpoints job", name)
	}
}

// TestCreate: what is made of a command, in whole.
func TestCreate(t *testing.T) {
	j := newTestJob(t)
	now := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	command := &schemas.EndpointCommand{
		CommandID: "c1", Tenant: "shop", EndpointID: "ep1", Kind: schemas.CommandCreate,
		URL: "https://shop.example/", Description: "Shop", Types: []string{schemas.TypeDelivered}, Statuses: []string{"DELIVERED"},
		Secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", Headers: map[string]string{"x-key": "value"},
		InFlight: 3, Order: schemas.OrderNone, History: true, Schedule: []int64{1000}, Deadline: 60_000, RateLimit: 0.5, RequestedBy: "anna",
	}
	c := job.NewCall("shop", 0, now, nil, time.Time{}, nil)
	require.NoError(t, j.Process(c, job.Input{Key: "shop", Value: command}))
	require.Len(t, c.Outputs(), 3)

	endpoint, err := j.cfg.Codecs.WebhookEndpoint.Decode(c.Outputs()[0].Value)
	require.NoError(t, err)
	require.Equal(t, &schemas.WebhookEndpoint{
		EndpointID: "ep1", Tenant: "shop", Revision: 1, URL: command.URL, Description: "Shop",
		Types: command.Types, Statuses: command.Statuses, Dialect: "waybill", DialectVersion: "1",
		Secrets: []schemas.EndpointSecret{{Secret: command.Secret, CreatedAt: now}},
		Headers: command.Headers, InFlight: 3, Order: schemas.OrderNone, History: true, Schedule: []int64{1000}, Deadline: 60_000, RateLimit: 0.5,
		StateSince: &now, State: schemas.EndpointUntested, Reason: "waits for the answer to a test", LastCommandID: "c1", CreatedAt: now, UpdatedAt: now,
	}, endpoint)

	test, err := j.cfg.Codecs.WebhookJob.Decode(c.Outputs()[1].Value)
	require.NoError(t, err)
	require.Equal(t, &schemas.WebhookJob{
		JobID: TestJobID("ep1", "c1"), EndpointID: "ep1", Tenant: "shop", Epoch: time.UnixMilli(0).UTC(), Cause: "c1",
		Sequence: 1, Type: schemas.TypeEndpointTest, Types: []string{schemas.TypeEndpointTest}, Body: test.Body,
		Trigger: schemas.TriggerTest, CreatedAt: now,
	}, test)
	require.NotContains(t, test.JobID, ".")

	event, err := j.cfg.Codecs.EndpointEvent.Decode(c.Outputs()[2].Value)
	require.NoError(t, err)
	require.Equal(t, &schemas.EndpointEvent{
		EventID: event.EventID, Tenant: "shop", EndpointID: "ep1", Kind: schemas.EndpointEventCreated, State: schemas.EndpointUntested,
		Reason: "waits for the answer to a test", CommandID: "c1", RequestedBy: "anna", OccurredAt: now,
	}, event)
}

// TestSealedIsOpaque: what its sender sealed is taken as it is, but not in any
// size.
func TestSealedIsOpaque(t *testing.T) {
	sealed := "sealed:k:" + strings.Repeat("A", maxSealedBytes-len("sealed:k:"))
	require.Nil(t, checkSecret(sealed))
	require.Nil(t, checkHeaders(map[string]string{"X": sealed}, checkHeaderValue))
	require.Contains(t, checkSecret(sealed+"A").text, "the secret has 2049 bytes when sealed")
	require.Contains(t, checkHeaders(map[string]string{"X": sealed + "A"}, checkHeaderValue).text, "the value of header X has 2049 bytes when sealed")
}

// TestCheckClear: the sender of a command hears what the job could no longer
// say of a sealed text.
func TestCheckClear(t *testing.T) {
	const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
	for name, row := range map[string]struct {
		secret  string
		headers map[string]string
		says    string
	}{
		"neither":                 {},
		"both":                    {secret: secret, headers: map[string]string{"X": "value"}},
		"a value that looks so":   {headers: map[string]string{"X": "sealed:k:AAAA"}},
		"a secret that looks so":  {secret: "sealed:k:AAAA", says: "400 secret: the secret is not whsec_"},
		"a short secret":          {secret: "whsec_MDEy", says: "400 secret: the secret is not whsec_"},
		"a value on two lines":    {headers: map[string]string{"X": "topsecret\n"}, says: "400 headers: the value of header X"},
		"a header that is ours":   {headers: map[string]string{"Webhook-Id": "x"}, says: "400 headers: the header Webhook-Id is ours"},
		"a value over 1024 bytes": {headers: map[string]string{"X": strings.Repeat("v", 1025)}, says: "400 headers: the value of header X"},
	} {
		err := CheckClear(&schemas.EndpointCommand{Secret: row.secret, Headers: row.headers})
		if row.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, row.says, name)
		require.NotContains(t, err.Error(), "topsecret")
	}
}

func TestDecodeRefuses(t *testing.T) {
	j := newTestJob(t)
	long := strings.Repeat("x", maxNameBytes+1)
	for _, v := range []schemas.EndpointCommand{
		{Tenant: "shop", Kind: schemas.CommandTest},
		{CommandID: "c", Kind: schemas.CommandTest},
		{Tenant: long, CommandID: "c", Kind: schemas.CommandTest},
		{Tenant: "shop", CommandID: long, Kind: schemas.CommandTest},
		{Tenant: "shop", CommandID: "c", EndpointID: long, Kind: schemas.CommandTest},
	} {
		v.Order = schemas.OrderShipment
		value, err := j.cfg.Codecs.EndpointCommand.Encode(&v)
		require.NoError(t, err)
		_, _, err = j.Decode(job.Record{Position: job.Position{Topic: schemas.TopicEndpointCommands}, Value: value})
		require.ErrorContains(t, err, "1 to 200 bytes")
	}
	_, _, err := j.Decode(job.Record{Position: job.Position{Topic: "webhook-jobs"}})
	require.ErrorContains(t, err, "webhook-jobs")
}

func TestWrongKinds(t *testing.T) {
	j := newTestJob(t)
	c := job.NewCall("shop", 0, time.Now(), nil, time.Time{}, nil)
	require.ErrorContains(t, j.Process(c, job.Input{Value: 1}), "int")
	_, err := j.EncodeState(nil, 1)
	require.ErrorContains(t, err, "int")
}

func TestSameURL(t *testing.T) {
	for _, row := range []struct {
		a, b string
		same bool
	}{
		{"https://a.example", "https://a.example/", true},
		{"https://a.example:443/x", "https://A.EXAMPLE/x", true},
		{"http://a.example:80/x", "http://a.example/x", true},
		{"https://a.example:/x", "https://a.example/x", true},
		{"HTTPS://a.example/x", "https://a.example/x", true},
		{"https://a.example/x", "http://a.example/x", false},
		{"https://a.example/x", "https://a.example/X", false},
		{"https://a.example/x", "https://a.example/x/", false},
		{"https://a.example/x?a", "https://a.example/x", false},
		{"https://a.example:8443/x", "https://a.example/x", false},
		{"http://a.example:443/x", "http://a.example/x", false},
	} {
		require.Equal(t, row.same, sameURL(row.a, row.b), "%s and %s", row.a, row.b)
	}
}

// FuzzCheckURL: a URL that is taken can be called, and is the same as itself.
func FuzzCheckURL(f *testing.F) {
	f.Add("https://shop.example/hook?a=1")
	f.Add("http://[::1%25eth0]:80")
	f.Fuzz(func(t *testing.T, text string) {
		if checkURL(&schemas.WebhookEndpoint{URL: text}) == nil {
			require.True(t, sameURL(text, text))
			require.True(t, sameURL(plainURL(text), text))
		}
	})
}
