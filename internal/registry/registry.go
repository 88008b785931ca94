package registry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/sr"
)

const (
	// requestTimeout is how long one request may take.
	requestTimeout = 5 * time.Second
	// maxAnswerBytes bounds an answer: a schema as large as a whole record may be.
	maxAnswerBytes = 4 << 20
)

// Options say which registry to talk to, and how.
type Options struct {
	URLs     []string // tried in this order
	User     string   // for HTTP Basic; empty: none
	Password string
	// DialTLS connects for https; nil: with the system's certificates.
	DialTLS  func(ctx context.Context, network, addr string) (net.Conn, error)
	Subjects Strategy
	Prefix   string // of the topics
	Logger   *slog.Logger
	// Registerer is told how the questions go; nil: nobody is.
	Registerer prometheus.Registerer
}

// Registry is a client of a schema registry. It is safe for concurrent use.
type Registry struct {
	client   *sr.Client
	url      string // for people
	subjects Strategy
	prefix   string
	log      *slog.Logger
	asked    *prometheus.CounterVec // by outcome

	ctx    context.Context // of the questions under way
	cancel context.CancelFunc
	asking sync.WaitGroup

	mu      sync.Mutex
	answers map[uint32]*answer
}

// New makes a client. It asks nothing yet.
func New(o Options) (*Registry, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // it is one, says its documentation
	transport.DialTLSContext = o.DialTLS
	r := &Registry{
		url: strings.Join(o.URLs, ","), subjects: o.Subjects, prefix: o.Prefix, log: o.Logger, answers: make(map[uint32]*answer),
	}
	if err := r.newMetrics(o.Registerer); err != nil {
		return nil, err
	}
	options := []sr.ClientOpt{
		sr.URLs(o.URLs...), sr.UserAgent("waybill"),
		sr.HTTPClient(&http.Client{Timeout: requestTimeout, Transport: bounded{transport, r.asked}}),
	}
	if o.User != "" {
		options = append(options, sr.BasicAuth(o.User, o.Password))
	}
	var err error
	if r.client, err = sr.NewClient(options...); err != nil {
		return nil, fmt.Errorf("making a client of the schema registry: %w", err)
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r, nil
}

// Close ends the questions under way. There may be no registry to close.
func (r *Registry) Close() {
	if r == nil {
		return
	}
	r.cancel()
	r.asking.Wait()
}

// bounded cuts answers off that are too large to be a schema, and counts how
// requests end.
type bounded struct {
	http.RoundTripper

	asked *prometheus.CounterVec
}

func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(request)
	outcome := answered
	if err != nil || response.StatusCode >= http.StatusInternalServerError || response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden {
		outcome = failed
	}
	b.asked.WithLabelValues(outcome).Inc()
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxAnswerBytes), response.Body}
	}
	return response, err
}
