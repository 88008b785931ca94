package webhook

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// addressee is what all calls to an endpoint have in common, made ready.
type addressee struct {
	url     string
	secrets []string
	headers map[string]string

	signer *Signer
	// blank is a request without context, body and what is signed.
	blank *http.Request
}

func newAddressee(r *Request, userAgent string) (*addressee, error) {
	keys, err := NewSigner(r.Secrets)
	if err != nil {
		return nil, err
	}
	blank, err := http.NewRequest(http.MethodPost, r.URL, http.NoBody) //nolint:noctx // each call has its own
	if err != nil {
		return nil, err
	}
	for name, value := range r.Headers {
		blank.Header.Set(name, value)
	}
	blank.Header.Set("Content-Type", "application/json")
	blank.Header.Set("User-Agent", userAgent)
	// The receiver knows a webhook by its id, so the transport may send it
	// again when a kept connection turns out to be closed. An empty value says
	// so to the transport alone.
	if blank.Header.Get(idempotencyKey) == "" {
		blank.Header[idempotencyKey] = []string{}
	}
	return &addressee{url: r.URL, secrets: slices.Clone(r.Secrets), headers: maps.Clone(r.Headers), signer: keys, blank: blank}, nil
}

const idempotencyKey = "Idempotency-Key"

// fits tells whether a call goes to the same place in the same way.
func (a *addressee) fits(r *Request) bool {
	return a.url == r.URL && slices.Equal(a.secrets, r.Secrets) && maps.Equal(a.headers, r.Headers)
}

// request writes the HTTP request of a call. It shares with others what neither
// it nor the transport changes.
func (a *addressee) request(ctx context.Context, r *Request, at time.Time) (*http.Request, error) {
	signature, err := a.signer.Sign(r.ID, at, r.Body)
	if err != nil {
		return nil, err
	}
	req := a.blank.WithContext(ctx)
	req.Header = maps.Clone(a.blank.Header)
	own := []string{r.ID, timestampText(at), signature}
	req.Header[HeaderID], req.Header[HeaderTimestamp], req.Header[HeaderSignature] = own[:1:1], own[1:2:2], own[2:]
	if len(r.Body) > 0 {
		body := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil }
		req.Body, _ = body() // there is nothing to fail
		req.GetBody, req.ContentLength = body, int64(len(r.Body))
	}
	return req, nil
}

// addressees keeps those that were called of late.
type addressees struct {
	mu   sync.Mutex
	kept map[string]*addressee // by endpoint
}

// maxAddressees bounds them. Beyond that all are made anew: by far the most
// deployments have fewer endpoints.
const maxAddressees = 4096

// of gives the addressee of a call.
func (as *addressees) of(r *Request, userAgent string) (*addressee, error) {
	endpoint := endpointOf(r)
	as.mu.Lock()
	a := as.kept[endpoint]
	as.mu.Unlock()
	if a != nil && a.fits(r) {
		return a, nil
	}
	a, err := newAddressee(r, userAgent)
	if err != nil {
		return nil, err
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	if as.kept == nil || len(as.kept) >= maxAddressees {
		as.kept = map[string]*addressee{}
	}
	as.kept[endpoint] = a
	return a, nil
}
