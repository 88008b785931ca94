package roles_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// receiver gives every call the same answer, which may change, and keeps what
// it took.
type receiver struct {
	*httptest.Server

	status atomic.Int64
	mu     sync.Mutex
	taken  []receipt
}

// receipt is a call that was answered with 2xx.
type receipt struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T, status int64) *receiver {
	t.Helper()
	r := &receiver{}
	r.status.Store(status)
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	status := r.status.Load()
	if status < http.StatusMultipleChoices {
		r.mu.Lock()
		r.taken = append(r.taken, receipt{req.Header.Clone(), body})
		r.mu.Unlock()
	}
	w.WriteHeader(int(status))
}

// all is what was taken so far.
func (r *receiver) all() []receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken)
}

// await waits until a call was taken that is wanted.
func (r *receiver) await(t *testing.T, wanted func(receipt) bool) {
	t.Helper()
	require.Eventually(t, func() bool { return slices.ContainsFunc(r.all(), wanted) }, 5*time.Minute, 5*time.Millisecond)
}

func (c receipt) id() string { return c.header.Get(standardwebhooks.HeaderWebhookID) }

// signedWith tells whether a receiver that knows this secret alone takes the call
// for genuine.
func (c receipt) signedWith(t *testing.T, secret string) bool {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	return w.Verify(c.body, c.header) == nil
}

// hand puts a webhook to ep on the log, of a shipment of its own, as if it had
// been done so long ago.
func hand(t *testing.T, d *rolestest.Deployment, number int, ago time.Duration) string {
	t.Helper()
	j := newJob("msg_"+strconv.Itoa(number), []byte("{}"))
	j.TrackingNumber = strconv.Itoa(number)
	value, err := d.Codecs.WebhookJob.Encode(j)
	require.NoError(t, err)
	record := &kgo.Record{
		Topic: d.Settings.Kafka.Prefix + schemas.TopicWebhookJobs, Key: []byte("ep/c:" + j.TrackingNumber), Value: value, Timestamp: time.Now().Add(-ago),
	}
	require.NoError(t, d.Client.ProduceSync(t.Context(), record).FirstErr())
	return j.JobID
}
