package polling

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

const number = "92001903060085300042901077"

// Whatever an API answers, the question ends with an outcome, in bounds.
func TestAnswers(t *testing.T) {
	zeros := func(w io.Writer, n int64) { _, _ = io.CopyN(w, zeroes{}, n) }
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		outcome Outcome
		wait    time.Duration
		says    string
	}{
		"events":     {text(http.StatusOK, track(number, 1)), OutcomeEvents, 0, ""},
		"wrong type": {typed("text/html", track(number, 1)), OutcomeEvents, 0, ""},
		"another parcel": {
			text(http.StatusOK, track("OTHER", 1)), OutcomeNoNews, 0, "it answers about another parcel",
		},
		"no event yet":         {text(http.StatusOK, `{"carrier": "usps", "tracking_number": "`+number+`", "tracking_history": []}`), OutcomeNoNews, 0, ""},
		"a bad event":          {text(http.StatusOK, strings.Replace(track(number, 1), "2026-05-04T08:01:00Z", "yesterday", 1)), OutcomeUnreadable, 0, "bad_event"},
		"unauthorized":         {text(http.StatusUnauthorized, `{"detail": "Token does not exist"}`), OutcomeUnauthorized, 0, "401"},
		"forbidden":            {text(http.StatusForbidden, ""), OutcomeUnauthorized, 0, "403"},
		"not its own 404":      {text(http.StatusNotFound, "<html>404</html>"), OutcomeUnreadable, 0, "404 with what cannot be read"},
		"refused":              {text(http.StatusBadRequest, `{"detail": "no such carrier"}`), OutcomeRefused, 0, "no such carrier"},
		"too often":            {wait("120", http.StatusTooManyRequests), OutcomeRateLimited, 2 * time.Minute, "429"},
		"too often, until":     {waitUntil(time.Hour, http.StatusTooManyRequests), OutcomeRateLimited, time.Hour, "429"},
		"too often, for years": {wait("99999999", http.StatusTooManyRequests), OutcomeRateLimited, longestWait, "429"},
		"too often, nonsense":  {wait("soon", http.StatusTooManyRequests), OutcomeRateLimited, 0, "429"},
		"broken":               {text(http.StatusInternalServerError, track(number, 1)), OutcomeUnavailable, 0, "500"},
		"away":                 {wait("7", http.StatusServiceUnavailable), OutcomeUnavailable, 7 * time.Second, "503"},
		"broken JSON":          {text(http.StatusOK, track(number, 1)[:90]), OutcomeUnreadable, 0, "malformed"},
		"another's JSON":       {text(http.StatusOK, `{"hello": "world"}`), OutcomeUnreadable, 0, "wrong_dialect"},
		"a login page":         {typed("text/html", "<!DOCTYPE html><p>Please sign in"), OutcomeUnreadable, 0, "cannot be read"},
		"nothing":              {text(http.StatusOK, ""), OutcomeUnreadable, 0, "cannot be read"},
		"no content":           {text(http.StatusNoContent, ""), OutcomeUnreadable, 0, "204"},
		"304 out of the blue":  {text(http.StatusNotModified, ""), OutcomeUnavailable, 0, "304"},
		"half a body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, track(number, 1)[:50])
		}, OutcomeUnavailable, 0, "unexpected EOF"},
		"hung up":          {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, OutcomeUnavailable, 0, "EOF"},
		"redirect abroad":  {to("https://elsewhere.example/"), OutcomeUnavailable, 0, "redirects to another host"},
		"redirect round":   {to("/tracks"), OutcomeUnavailable, 0, "again and again"},
		"redirect nowhere": {text(http.StatusFound, ""), OutcomeUnavailable, 0, "302"},
		"ten gigabytes":    {func(w http.ResponseWriter, _ *http.Request) { zeros(w, 10<<30) }, OutcomeUnavailable, 0, "more than 1048576 bytes"},
		"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			zeros(z, 1<<30)
			_ = z.Close()
		}, OutcomeUnavailable, 0, "more than 1048576 bytes"},
		"endless headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}, OutcomeUnavailable, 0, "header"},
		"hang": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, OutcomeUnavailable, 0, "Timeout"},
		"drip": {func(w http.ResponseWriter, r *http.Request) {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for r.Context().Err() == nil {
				<-tick.C
				zeros(w, 1)
				_ = http.NewResponseController(w).Flush()
			}
		}, OutcomeUnavailable, 0, "Timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			out := askOf(t, serve(t, c.answer), func(k *asker) {
				k.maxBody = 1 << 20
				if c.says == "Timeout" {
					k.client.Timeout = 100 * time.Millisecond
				}
			})
			require.Equal(t, c.outcome, out.outcome, "%v", out.problem)
			require.InDelta(t, c.wait, out.wait, float64(2*time.Second))
			if c.says == "" {
				require.NoError(t, out.problem)
			} else {
				require.ErrorContains(t, out.problem, c.says)
				require.NotContains(t, out.problem.Error(), "key-1")
			}
			if c.outcome == OutcomeEvents {
				require.Len(t, out.told[0].events, 1)
			} else {
				require.Empty(t, out.told[0].events)
			}
		})
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func text(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func typed(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

func wait(after string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", after)
		w.WriteHeader(status)
	}
}

// waitUntil asks to be left alone until an instant, by a clock that is wrong.
func waitUntil(wait time.Duration, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		now := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)
		w.Header().Set("Date", now.Format(http.TimeFormat))
		w.Header().Set("Retry-After", now.Add(wait).Format(http.TimeFormat))
		w.WriteHeader(status)
	}
}

func to(where string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, where, http.StatusFound) }
}

// A redirect within the host is followed, with the key.
func TestRedirectWithinTheHost(t *testing.T) {
	out := askOf(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/moved" {
			http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect)
			return
		}
		if r.Header.Get("Authorization") == "ShippoToken key-1" {
			_, _ = io.WriteString(w, track(number, 1))
		}
	}))
	require.Equal(t, OutcomeEvents, out.outcome, "%v", out.problem)
}

// Nobody who listens is an answer too.
func TestNobodyAnswers(t *testing.T) {
	s := serve(t, nil)
	s.Close()
	require.Equal(t, OutcomeUnavailable, askOf(t, s).outcome)
}

// A poller that stops lets go of what takes too long.
func TestAskEndsWithItsContext(t *testing.T) {
	begun := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	k := newAsker("test", table(t), newMemory(10))
	out := k.ask(ctx, accountOf(t, "shippo", s.URL, "usps", "usps"), []parcel{{carrier: "usps", number: number}}, false)
	require.ErrorIs(t, out.problem, context.Canceled)
	k.client.CloseIdleConnections()
}

// What an answer told is told once, until it changes: by the source's own word
// where it has one, else by what is in it.
func TestNoNews(t *testing.T) {
	minute, etag, conditional := 1, "", 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if etag != "" {
			if r.Header.Get("If-None-Match") == etag {
				conditional++
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", etag)
		}
		_, _ = io.WriteString(w, track(number, minute))
	})
	k := newAsker("test", table(t), newMemory(10))
	t.Cleanup(k.client.CloseIdleConnections)
	account, asked := accountOf(t, "shippo", s.URL, "usps", "usps"), parcel{carrier: "usps", number: number}
	ask := func(acknowledged bool) Outcome {
		out := k.ask(t.Context(), account, []parcel{asked}, false)
		require.NoError(t, out.problem)
		if acknowledged && out.told[0].said != nil {
			k.news.put(account, &asked, *out.told[0].said)
		}
		return out.outcome
	}
	require.Equal(t, OutcomeEvents, ask(false))
	require.Equal(t, OutcomeEvents, ask(true), "what Kafka has not is told again")
	require.Equal(t, OutcomeNoNews, ask(true))
	minute = 2
	require.Equal(t, OutcomeEvents, ask(true))
	etag = `"one"`
	require.Equal(t, OutcomeNoNews, ask(true), "the validator alone is new")
	require.Zero(t, conditional)
	minute = 3
	require.Equal(t, OutcomeNoNews, ask(true), "by the word of the source")
	require.Equal(t, 1, conditional)
	etag = `"two"`
	require.Equal(t, OutcomeEvents, ask(true))
	require.Equal(t, OutcomeNoNews, ask(true))
	require.Equal(t, 2, conditional)
}

// The memory keeps what is used and is bounded.
func TestMemoryIsBounded(t *testing.T) {
	m := newMemory(10)
	a := &Account{Tenant: "acme", Name: "main"}
	kept := &parcel{carrier: "usps", number: "KEPT"}
	m.put(a, kept, said{events: 7})
	for i := range 1000 {
		m.put(a, &parcel{carrier: "usps", number: strings.Repeat("x", i)}, said{events: 1})
		require.EqualValues(t, 7, m.get(a, kept).events)
		require.LessOrEqual(t, len(m.new)+len(m.old), 21)
	}
	require.Zero(t, *m.get(a, &parcel{carrier: "usps", number: "x"}), "what nobody asks for is forgotten")
	require.Zero(t, *m.get(&Account{Tenant: "globex", Name: "main"}, kept), "another's is another")
	var s said
	s.note(http.Header{"Etag": {strings.Repeat("x", maxValidatorBytes+1)}})
	require.Zero(t, s)
}

// That a number is not known, or refused, is an event. The one is of now, the
// other always the same.
func TestNotFoundIsAnEvent(t *testing.T) {
	epoch := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	for body, want := range map[string]struct {
		outcome Outcome
		code    string
	}{
		`{"httpCode": "404", "httpMessage": "Not Found", "errors": [{"errorCode": "E1142", "errorDescription": "not recognised"}]}`: {OutcomeNotFound, "pending.not_found"},
		`{"httpCode": "400", "httpMessage": "Bad Request", "errors": [{"errorDescription": "It is not a valid barcode."}]}`:         {OutcomeInvalid, "invalid.number"},
	} {
		s := serve(t, text(http.StatusNotFound, body))
		k := newAsker("test", table(t), newMemory(10))
		out := k.ask(t.Context(), accountOf(t, "royal-mail", s.URL, "royal-mail", ""), []parcel{{carrier: "royal-mail", number: "AB123456785GB", epoch: epoch}}, false)
		k.client.CloseIdleConnections()
		require.Equal(t, want.outcome, out.outcome, "%v", out.problem)
		require.Len(t, out.told[0].events, 1)
		e := out.told[0].events[0]
		require.Equal(t, []string{"royal-mail", "AB123456785GB", want.code, "royal-mail-poll", schemas.SourcePoll},
			[]string{e.Carrier, e.TrackingNumber, e.Code, e.Source, e.SourceKind})
		require.Equal(t, want.code == "invalid.number", e.OccurredAt.Equal(epoch))
	}
}

func TestRequestThatCannotBeMade(t *testing.T) {
	a := accountOf(t, "shippo", "http://127.0.0.1:1", "usps", "usps")
	broken := *a.Source
	broken.Ask = func(context.Context, *Question) (*http.Request, error) { return nil, errors.New("no form for it") }
	a.Source = &broken
	out := newAsker("test", table(t), newMemory(1)).ask(t.Context(), a, []parcel{{carrier: "usps", number: number}}, false)
	require.Equal(t, OutcomeRefused, out.outcome)
	require.ErrorContains(t, out.problem, "making the question: no form for it")
}
