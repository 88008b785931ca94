package keyset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"

	"code.dny.dev/ssrf"
)

// maxSetBytes bounds a key set.
const maxSetBytes = 256 << 10

// Client makes an HTTP client that calls port 443 of the internet, and any port
// of the allowed networks, whatever a name resolves to. It follows no redirect.
func Client(allowed []netip.Prefix) *http.Client {
	base := ssrf.New(ssrf.WithPorts(443))
	dialer := &net.Dialer{Timeout: fetchTimeout, Control: func(network, address string, c syscall.RawConn) error {
		if target, err := netip.ParseAddrPort(address); err == nil {
			for _, prefix := range allowed {
				if prefix.Contains(target.Addr().Unmap()) {
					return nil
				}
			}
		}
		return base.Safe(network, address, c)
	}}
	return &http.Client{
		Timeout:   fetchTimeout,
		Transport: &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableKeepAlives: true, MaxResponseHeaderBytes: maxSetBytes},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// read gets the bytes of the set.
func (s *Set) read(ctx context.Context) ([]byte, error) {
	if s.client == nil {
		file, err := os.Open(s.location)
		if err != nil {
			return nil, fmt.Errorf("reading the key set: %w", err)
		}
		return bounded(file)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, s.location, nil)
	if err != nil {
		return nil, fmt.Errorf("asking for the key set: %w", err)
	}
	q.Header.Set("Accept", "application/json")
	q.Header.Set("User-Agent", "waybill")
	answer, err := s.client.Do(q)
	if err != nil {
		return nil, fmt.Errorf("asking for the key set: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("asking for the key set: the answer is %s", answer.Status), answer.Body.Close())
	}
	return bounded(answer.Body)
}

func bounded(from io.ReadCloser) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxSetBytes+1))
	if err == nil && len(data) > maxSetBytes {
		err = fmt.Errorf("it has more than %d bytes", maxSetBytes)
	}
	if err = errors.Join(err, from.Close()); err != nil {
		return nil, fmt.Errorf("reading the key set: %w", err)
	}
	return data, nil
}
