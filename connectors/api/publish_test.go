package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"

	"waybill/internal/apikeys"
	"waybill/schemas"
)

// With as much in hand as there may be, a request is sent away and told when to
// come again, before anything of it is sent.
func TestPublishSendsAwayWhatIsTooMuch(t *testing.T) {
	a := &API{inHand: semaphore.NewWeighted(3)}
	require.True(t, a.inHand.TryAcquire(2))
	c := &call{Request: httptest.NewRequest(http.MethodPost, "/", nil), header: make(http.Header)}
	err := a.publish(c, make([]schemas.Registration, 2)) // it would panic without a publisher
	require.ErrorContains(t, err, "503: more comes in than Kafka takes")
	require.Equal(t, "1", c.header.Get("Retry-After"))
}

// FuzzItem: bytes of any kind are an item or a problem, told in few words. What
// was read can be sent.
func FuzzItem(f *testing.F) {
	codecs, err := schemas.NewCodecs()
	require.NoError(f, err)
	f.Add(`{"carrier": "a", "tracking_number": "1", "window_days": 3, "promised_at": "2026-05-04T10:00:00Z", "tags": ["x"], "origin": {"city": "é"}}`)
	f.Add(`{"metadata": [[[`)
	f.Add(`{"tags": {"a": null}, "a": 1}`)
	f.Fuzz(func(t *testing.T, body string) {
		c := &call{limit: maxBatchBytes, key: new(apikeys.Key), room: newRoom(), Request: httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"trackings": [`+body+`]}`))}
		c.Header.Set("Content-Type", "application/json")
		items, err := c.readBatch()
		requireBlame(t, err)
		for _, value := range items {
			item, p := readItem(value)
			if p != nil {
				requireBlame(t, p)
				require.Less(t, len(p.Field)+len(p.Detail), 2000)
				continue
			}
			_, err := codecs.Registration.Encode(item.registration("t", time.UnixMilli(0)))
			require.NoError(t, err)
		}
	})
}
