package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/apikeys"
	"waybill/schemas"
)

// requireBlame holds that what is wrong with a request is the client's to mend.
func requireBlame(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	p, is := errors.AsType[*problemError](err)
	require.True(t, is, "%v", err)
	require.GreaterOrEqual(t, p.Status, http.StatusBadRequest)
	require.Less(t, p.Status, http.StatusInternalServerError)
}

// FuzzBody: bytes of any kind are a command or a problem. What was read can be
// sent.
func FuzzBody(f *testing.F) {
	codecs, err := schemas.NewCodecs()
	require.NoError(f, err)
	f.Add(`{"url": "https://a.example", "types": ["x"], "headers": {"a": "b"}, "schedule": [1000], "rate_limit": 0.5}`)
	f.Add(`{"url": null, "order": "none"} `)
	f.Add("[")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		command := &schemas.EndpointCommand{CommandID: "c", Tenant: "t", EndpointID: "e", Kind: schemas.CommandCreate, RequestedAt: time.UnixMilli(0)}
		_, err := (&call{Request: r, limit: maxBodyBytes, key: new(apikeys.Key), room: newRoom()}).readBody(command, endpointFields(), false)
		if err == nil {
			err = checkEndpoint(command)
		}
		requireBlame(t, err)
		if err == nil {
			require.Equal(t, "t", command.Tenant)
			_, err = codecs.EndpointCommand.Encode(command)
			require.NoError(t, err)
		}
	})
}

// FuzzQuery: parameters of any kind are read, or are a problem.
func FuzzQuery(f *testing.F) {
	f.Add("a=1&b=2026-01-01T00:00:00Z&c=x:1&d=one,two&e=yes")
	f.Add("a=%zz;&&=&c=:")
	f.Fuzz(func(t *testing.T, raw string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.RawQuery = raw
		q := queryOf(r)
		n := q.number("a", 5, 1, 10)
		q.time("b")
		carrier, number := q.shipment("c")
		q.list("d")
		word := q.oneOf("e", "yes", "no")
		err := q.done()
		requireBlame(t, err)
		if err == nil {
			require.True(t, n >= 1 && n <= 10)
			require.Equal(t, carrier == "", number == "")
			require.Contains(t, []string{"", "yes", "no"}, word)
		}
	})
}

// FuzzPlace: a text is where a redelivery goes on, or a problem.
func FuzzPlace(f *testing.F) {
	f.Add(place{3, 17, 1000}.text())
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := readPlace(text)
		requireBlame(t, err)
		if err == nil {
			again, err := readPlace(p.text())
			require.NoError(t, err)
			require.Equal(t, p, again)
		}
	})
}
