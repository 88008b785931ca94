package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/sinks/webhook/lanes"
)

// What a lane hears of a call, for every reason that there is.
func TestVerdicts(t *testing.T) {
	reasons := map[string]lanes.Verdict{ReasonBusy: lanes.Unknown, ReasonCanceled: lanes.Unknown}
	for _, reason := range Reasons() {
		reasons[reason] = lanes.Unknown
	}
	for _, reason := range []string{ReasonTimeout, ReasonDNS, ReasonConnect, ReasonTLS, ReasonNoAnswer} {
		reasons[reason] = lanes.Absent
	}
	for reason, want := range reasons {
		require.Equal(t, want, heard(&Response{Reason: reason}).Verdict, reason)
	}
	for status, want := range map[int]lanes.Verdict{
		200: lanes.Good, 204: lanes.Good, 301: lanes.Refused, 400: lanes.Refused, 410: lanes.Refused, 422: lanes.Refused,
		429: lanes.Overloaded, 500: lanes.Broken, 501: lanes.Broken, 502: lanes.Overloaded, 503: lanes.Overloaded, 504: lanes.Overloaded, 599: lanes.Broken,
	} {
		res := &Response{StatusCode: status, Reason: reasonOfStatus(&http.Response{StatusCode: status}), Total: time.Second}
		require.Equal(t, want, heard(res).Verdict, status)
		require.Equal(t, time.Second, heard(res).Took)
	}
	require.Equal(t, time.Minute, heard(&Response{StatusCode: 429, RetryAfter: time.Minute}).Hold)
	require.Equal(t, goneHold, heard(&Response{StatusCode: 410, Reason: ReasonGone}).Hold)
}

// An endpoint that asks to be left alone is, and so is one that does not answer;
// another one on the same host is called all the same.
func TestCallKeepsToTheLane(t *testing.T) {
	var calls atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Path == "/alone" {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		if r.URL.Path == "/broken" {
			panic(http.ErrAbortHandler)
		}
	})
	c := newCaller(t, Options{})
	call := func(id int, endpoint string) Response {
		r := request(t, s.URL+"/"+endpoint)
		r.ID, r.EndpointID = strconv.Itoa(id), endpoint
		return c.Call(t.Context(), r)
	}
	require.Equal(t, time.Minute, call(0, "alone").RetryAfter)
	require.Equal(t, Response{Reason: ReasonBusy}, call(1, "alone"))
	require.EqualValues(t, 1, calls.Load())
	for i := range 5 {
		require.Equal(t, ReasonNoAnswer, call(i, "broken").Reason)
	}
	require.Equal(t, ReasonBusy, call(5, "broken").Reason)
	require.Empty(t, call(0, "well").Reason)
	require.Equal(t, 1, c.Stats().Open)
	require.EqualValues(t, 1, c.Stats().TurnedAway[lanes.Hold])
}

// A body that lies elsewhere is read when the call has its seat, not before.
func TestCallReadsTheBodyLate(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	})
	c := newCaller(t, Options{})
	r := request(t, s.URL)
	r.Body = nil
	res, err := c.CallWith(t.Context(), r, func(context.Context) ([]byte, error) {
		require.Equal(t, 1, c.Stats().InFlight)
		require.Equal(t, MaxBodyBytes, c.Stats().Bytes)
		return []byte("late"), nil
	})
	require.NoError(t, err)
	require.Equal(t, "late", res.Answer)

	gone := errors.New("gone")
	res, err = c.CallWith(t.Context(), r, func(context.Context) ([]byte, error) { return nil, gone })
	require.ErrorIs(t, err, gone)
	require.Equal(t, Response{Reason: ReasonCanceled}, res)
	require.Zero(t, c.Stats().InFlight+c.Stats().Bytes)

	r.Probe = true
	res, err = c.CallWith(t.Context(), r, func(ctx context.Context) ([]byte, error) {
		other := r
		other.ID = "another"
		res, err := c.CallWith(ctx, other, func(context.Context) ([]byte, error) { return nil, gone })
		require.NoError(t, err)
		require.Equal(t, ReasonBusy, res.Reason, "no seat, and no body")
		return nil, nil
	})
	require.NoError(t, err)
	require.Empty(t, res.Reason)
}
