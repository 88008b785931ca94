package webhook

import (
	"io"
	"maps"
	"net/http"
	"strconv"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// Every call goes by what its request says, whatever was kept of those before.
func TestCallsToAnEndpointGoByItsRowOfNow(t *testing.T) {
	type heard struct {
		*http.Request
		body []byte
	}
	calls := make(chan heard, 1)
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- heard{r, body}
	})
	c := newCaller(t, Options{})
	r := request(t, s.URL+"/one")
	r.EndpointID, r.Headers = "ep", map[string]string{"X-Key": "one"}
	for step, change := range []func(){
		func() {},
		func() { r.Body = []byte("another body") },
		func() { r.Body = nil },
		func() { r.ID = "job_2" },
		func() { r.URL = s.URL + "/two" },
		func() { r.Secrets = []string{newSecret(t, 2)} },
		func() { r.Secrets[0] = newSecret(t, 3) },
		func() { r.Secrets = append([]string{newSecret(t, 4)}, r.Secrets...) },
		func() { r.Headers["X-Key"] = "two" },
		func() { r.Headers = map[string]string{"X-Other": "three"} },
		func() { r.Headers = nil },
	} {
		change()
		require.Empty(t, c.Call(t.Context(), r).Reason, step)
		got := <-calls
		require.Equal(t, r.URL, s.URL+got.URL.Path, step)
		require.Equal(t, string(r.Body), string(got.body), step)
		require.Equal(t, r.ID, got.Header.Get(HeaderID), step)
		require.Equal(t, r.Headers["X-Key"], got.Header.Get("X-Key"), step)
		require.Equal(t, r.Headers["X-Other"], got.Header.Get("X-Other"), step)
		for _, secret := range r.Secrets {
			receiver, err := standardwebhooks.NewWebhook(secret)
			require.NoError(t, err)
			require.NoError(t, receiver.Verify(got.body, got.Header), step)
		}
	}
}

func TestAddressees(t *testing.T) {
	var as addressees
	r := request(t, "https://receiver.example/hook")
	r.EndpointID, r.Headers = "ep", map[string]string{"X-Key": "one"}
	first, err := as.of(&r, "waybill/1")
	require.NoError(t, err)
	r.Headers = maps.Clone(r.Headers)
	again, err := as.of(&r, "waybill/1")
	require.NoError(t, err)
	require.Same(t, first, again)

	for n := range 2 * maxAddressees {
		r.EndpointID = strconv.Itoa(n)
		_, err := as.of(&r, "waybill/1")
		require.NoError(t, err)
		require.LessOrEqual(t, len(as.kept), maxAddressees)
	}
	kept := len(as.kept)
	r.EndpointID, r.Secrets = "new", []string{"whsec_short"}
	_, err = as.of(&r, "waybill/1")
	require.Error(t, err)
	require.Len(t, as.kept, kept, "what cannot be called is not kept")
}
